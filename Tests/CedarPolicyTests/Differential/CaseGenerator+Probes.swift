import CedarPolicy

extension CaseGenerator {
  /// A condition on literals alone, at the edges of what a function or operator takes. It compares
  /// with the value that this library computes, so that both engines must compute the same.
  mutating func probe() -> String {
    switch random.int(0...5) {
    case 0: addressProbe()
    case 1: decimalProbe()
    case 2: datetimeProbe()
    case 3: durationProbe()
    case 4: presenceProbe()
    default: arithmeticProbe()
    }
  }

  /// A text for an extension function, as often refused as not.
  private mutating func edgeText(_ valid: [String], _ invalid: [String]) -> String {
    switch random.int(0...3) {
    case 0: random.pick(valid)
    case 1: random.pick(invalid)
    default: changed(random.pick(valid))
    }
  }

  private mutating func addressProbe() -> String {
    let text = edgeText(Vocabulary.addresses, Vocabulary.invalidAddresses)
    let call = "ip(\(literal(text)))"
    let test = random.pick(["isIpv4", "isIpv6", "isLoopback", "isMulticast"])
    return random.chance(50)
      ? "\(call).\(test)()" : "\(call).isInRange(ip(\(literal(random.pick(Vocabulary.addresses)))))"
  }

  private mutating func decimalProbe() -> String {
    let text = edgeText(Vocabulary.decimals, Vocabulary.invalidDecimals)
    let value = CedarDecimal(text)?.description ?? random.pick(Vocabulary.decimals)
    let test = random.pick(["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"])
    let call = "decimal(\(literal(text)))"
    return random.chance(50)
      ? "\(call) == decimal(\"\(value)\")"
      : "\(call).\(test)(decimal(\(literal(random.pick(Vocabulary.decimals)))))"
  }

  private mutating func datetimeProbe() -> String {
    let text = edgeText(Vocabulary.datetimes, Vocabulary.invalidDatetimes)
    let instant = CedarDateTime(text)
    let call = "datetime(\(literal(text)))"
    switch random.int(0...2) {
    case 0:
      return "\(call) == datetime(\"1970-01-01\")"
        + ".offset(duration(\"\(instant?.millisecondsSince1970 ?? 0)ms\"))"
    case 1:
      return "\(call).toTime() == duration(\"\(instant?.timeOfDay.milliseconds ?? 0)ms\")"
    default:
      let moved = "\(call).offset(\(durationLiteral()))"
      let test = random.pick([
        "\(moved).toTime() < duration(\"12h\")", "\(moved).toDate() <= \(call)",
        "\(moved).durationSince(\(call)) > duration(\"0ms\")",
        "\(moved) < datetime(\"2000-01-01\")",
      ])
      return test
    }
  }

  private mutating func durationProbe() -> String {
    let text = edgeText(Vocabulary.durations, Vocabulary.invalidDurations)
    let milliseconds = CedarDuration(text)?.milliseconds ?? 0
    let units: [(String, Int64)] = [
      ("toMilliseconds", 1), ("toSeconds", 1000), ("toMinutes", 60_000), ("toHours", 3_600_000),
      ("toDays", 86_400_000),
    ]
    let (method, size) = random.pick(units)
    return "duration(\(literal(text))).\(method)() == \(milliseconds / size)"
  }

  private mutating func durationLiteral() -> String {
    "duration(\(literal(random.pick(Vocabulary.durations))))"
  }

  /// `has` through a record whose fields are not all records.
  private mutating func presenceProbe() -> String {
    let inner = random.pick([
      "{b: {c: 1}}", "{b: 1}", "\"b\"", "principal", "{}", "{\"b\": {\"c\": principal}}", "[1]",
      "{b: resource}", "ip(\"::1\")",
    ])
    return "{a: \(inner)} has \(random.pick(["a", "a.b", "a.b.c", "b.c", "a.b.c.d", "a.age"]))"
  }

  private mutating func arithmeticProbe() -> String {
    let (one, other) = (edgeLong(), edgeLong())
    switch random.int(0...3) {
    case 0: return "\(random.pick(["-", "--", "---"]))(\(one)) < \(other)"
    case 1: return "\(one) * \(other) == \(one &* other)"
    case 2: return "\(one) + \(other) == \(one &+ other)"
    default: return "\(one) - \(other) == \(one &- other)"
    }
  }

  private mutating func edgeLong() -> Int64 {
    random.chance(50) ? random.pick(Vocabulary.extremeLongs) : random.pick(Vocabulary.longs)
  }
}
