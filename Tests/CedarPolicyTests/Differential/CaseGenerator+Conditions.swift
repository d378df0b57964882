import CedarPolicy

extension CaseGenerator {
  /// A boolean expression; what it reads is tested before, where that is needed, mostly.
  mutating func condition(_ depth: Int) -> GeneratedText {
    let outer = guards
    guards = []
    let made = unguarded(depth)
    let needed = guards
    guards = outer
    guard !needed.isEmpty, style == .clean || random.chance(75) else { return made }
    return GeneratedText((needed + [made.at(.relation)]).joined(separator: " && "), .and)
  }

  private mutating func unguarded(_ depth: Int) -> GeneratedText {
    guard depth > 0 else { return leaf(.bool) }
    switch random.int(0...20) {
    case 0...1: return GeneratedText("!\(expression(.bool, depth - 1).at(.member))", .unary)
    case 2...3: return connection(" && ", .and, depth)
    case 4...5: return connection(" || ", .or, depth)
    case 6...8: return equality(depth)
    case 9...10: return order(depth)
    case 11: return decimalOrder(depth)
    case 12...13: return membership(depth)
    case 14: return typeTest(depth)
    case 15: return presence(depth)
    case 16: return like(depth)
    case 17...18: return setTest(depth)
    case 19: return address(depth)
    default: return tagTest(depth)
    }
  }

  private mutating func connection(
    _ text: String, _ level: GeneratedText.Level, _ depth: Int
  ) -> GeneratedText {
    chain(.bool, [text], level, depth)
  }

  /// A type that values of the environment have, so that the comparison reads them.
  private mutating func readableType() -> GeneratedType {
    paths.isEmpty || random.chance(20) ? anyType() : random.pick(paths).type
  }

  private mutating func equality(_ depth: Int) -> GeneratedText {
    let type = readableType()
    return relation(random.pick(["==", "!="]), type, type, depth)
  }

  private mutating func order(_ depth: Int) -> GeneratedText {
    let type: GeneratedType = random.pick([.long, .long, .datetime, .duration])
    return relation(random.pick(["<", "<=", ">", ">="]), type, type, depth)
  }

  private mutating func relation(
    _ text: String, _ left: GeneratedType, _ right: GeneratedType, _ depth: Int
  ) -> GeneratedText {
    let one = expression(left, depth - 1).at(.sum)
    return GeneratedText("\(one) \(text) \(expression(right, depth - 1).at(.sum))", .relation)
  }

  private mutating func decimalOrder(_ depth: Int) -> GeneratedText {
    let functions: [ExtensionFunction] = [
      .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual,
    ]
    return method(random.pick(functions), .decimal, .decimal, depth)
  }

  private mutating func entityType() -> GeneratedType {
    let known = paths.map(\.type).filter { if case .entity = $0 { true } else { false } }
    return random.chance(70) ? random.pick(known) : .entity(random.pick(world.kinds).name)
  }

  /// Entities that one of a type may be in.
  private mutating func container(of type: GeneratedType) -> GeneratedType {
    guard case .entity(let name) = type else { return type }
    let parents = (world.kind(name)?.parents ?? [name]) + [name]
    return .entity(random.pick(parents))
  }

  private mutating func membership(_ depth: Int) -> GeneratedText {
    let type = entityType()
    let other = container(of: type)
    return relation("in", type, random.chance(60) ? other : .set(other), depth)
  }

  private mutating func typeTest(_ depth: Int) -> GeneratedText {
    let type = entityType()
    var text = "\(expression(type, depth - 1).at(.sum)) is "
    if case .entity(let name) = type, random.chance(60) {
      text += name.text
    } else {
      text += random.pick(world.kinds).name.text
    }
    if random.chance(40) {
      let other = container(of: type)
      text += " in \(expression(random.chance(60) ? other : .set(other), depth - 1).at(.sum))"
    }
    return GeneratedText(text, .relation)
  }

  private mutating func presence(_ depth: Int) -> GeneratedText {
    let readable = paths.filter { $0.text.utf8.count < 60 }
    let path = random.pick(readable.isEmpty ? paths : readable)
    let text: String
    if random.chance(30) {
      let count = random.int(2...3)
      let names = random.shuffled(Vocabulary.fieldNames.filter(Self.isPlain))
      text = names.prefix(count).joined(separator: ".")
    } else {
      text = fieldName(random.pick(Vocabulary.fieldNames))
    }
    guard hasFields(path.type) || style != .clean else { return leaf(.bool) }
    for test in path.guards where !guards.contains(test) { guards.append(test) }
    return GeneratedText("\(path.text) has \(text)", .relation)
  }

  private func hasFields(_ type: GeneratedType) -> Bool {
    switch type {
    case .entity, .record: true
    default: false
    }
  }

  /// A pattern made of the text that it is for, so that it fits at times, or of another one.
  private mutating func like(_ depth: Int) -> GeneratedText {
    let text = random.pick(Vocabulary.strings) + random.pick(Vocabulary.strings)
    let value = random.chance(60) ? GeneratedText(literal(text)) : expression(.string, depth - 1)
    let other = random.chance(75) ? text : random.pick(Vocabulary.strings)
    return GeneratedText("\(value.at(.sum)) like \(pattern(of: other))", .relation)
  }

  private mutating func pattern(of text: String) -> String {
    var pattern = ""
    for scalar in text.unicodeScalars {
      switch random.int(0...9) {
      case 0...1: pattern += "*"
      case 2: pattern += "*" + escaped(scalar)
      case 3 where random.chance(30): pattern += "?"
      default: pattern += escaped(scalar)
      }
    }
    return "\"\(pattern)\(random.chance(30) ? "*" : "")\""
  }

  private mutating func escaped(_ scalar: Unicode.Scalar) -> String {
    if scalar == "*" { return "\\*" }
    return String(literal(String(scalar)).dropFirst().dropLast())
  }

  private mutating func setTest(_ depth: Int) -> GeneratedText {
    let sets = paths.map(\.type).filter { if case .set = $0 { true } else { false } }
    let set = sets.isEmpty || random.chance(30) ? .set(anyType()) : random.pick(sets)
    guard case .set(let element) = set else { return leaf(.bool) }
    switch random.int(0...3) {
    case 0: return call("contains", set, element, depth)
    case 1: return call("containsAll", set, set, depth)
    case 2: return call("containsAny", set, set, depth)
    default: return call("isEmpty", set, nil, depth)
    }
  }

  private mutating func address(_ depth: Int) -> GeneratedText {
    let tests: [ExtensionFunction] = [.isIpv4, .isIpv6, .isLoopback, .isMulticast]
    return random.chance(50)
      ? method(.isInRange, .ip, .ip, depth) : method(random.pick(tests), .ip, depth)
  }

  private mutating func tagTest(_ depth: Int) -> GeneratedText {
    let receiver = expression(entityType(), depth - 1).at(.member)
    let tag =
      random.chance(80)
      ? literal(random.pick(Vocabulary.tagNames)) : expression(.string, depth - 1).text
    guard random.chance(25) else { return GeneratedText("\(receiver).hasTag(\(tag))") }
    let value = expression(readableType(), depth - 1).at(.sum)
    return GeneratedText("\(receiver).getTag(\(tag)) == \(value)", .relation)
  }
}
