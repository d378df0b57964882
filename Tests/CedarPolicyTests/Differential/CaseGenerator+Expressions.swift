import CedarPolicy

extension CaseGenerator {
  /// An expression of a type, or, now and then, of another one.
  mutating func expression(_ type: GeneratedType, _ depth: Int) -> GeneratedText {
    if isFaulty() { return expression(anyType(), depth - 1) }
    let made: GeneratedText
    switch random.int(0...99) {
    case 0..<30 where depth > 0: made = specific(type, depth)
    case 30..<36 where depth > 0: made = conditional(type, depth)
    case 36..<40 where depth > 0: made = fieldOfRecord(type, depth)
    case 40..<80: made = path(type) ?? specific(type, depth)
    default: made = type == .bool && depth > 0 ? condition(depth) : leaf(type)
    }
    return random.chance(4) ? GeneratedText("(\(made.text))") : made
  }

  mutating func leaf(_ type: GeneratedType) -> GeneratedText {
    if case .call(let function, _) = value(of: type) {
      return GeneratedText("\(function.rawValue)(\(literal(extensionText(function))))")
    }
    return text(of: value(of: type))
  }

  private mutating func specific(_ type: GeneratedType, _ depth: Int) -> GeneratedText {
    guard depth > 0 else { return leaf(type) }
    switch type {
    case .bool: return condition(depth)
    case .long: return long(depth)
    case .set(let element): return set(element, depth)
    case .record(let fields): return record(fields, depth)
    case .datetime: return datetime(depth)
    case .duration: return duration(depth)
    case .ip: return constructor(.ip, depth)
    case .decimal: return constructor(.decimal, depth)
    case .string, .entity: return leaf(type)
    }
  }

  /// A value that the variables lead to; what it needs is noted in the guards.
  mutating func path(_ type: GeneratedType) -> GeneratedText? {
    let fitting = paths.filter { $0.type == type }
    guard !fitting.isEmpty else { return nil }
    let path = random.pick(fitting)
    for test in path.guards where !guards.contains(test) { guards.append(test) }
    return GeneratedText(path.text)
  }

  private mutating func conditional(_ type: GeneratedType, _ depth: Int) -> GeneratedText {
    let text =
      "if \(expression(.bool, depth - 1).text) then \(expression(type, depth - 1).text)"
      + " else \(expression(type, depth - 1).text)"
    return GeneratedText(text, .expression)
  }

  private mutating func fieldOfRecord(_ type: GeneratedType, _ depth: Int) -> GeneratedText {
    let name = random.pick(Vocabulary.fieldNames)
    let other = name + "_"
    let text =
      "{\(fieldName(name)): \(expression(type, depth - 1).text), "
      + "\(fieldName(other)): \(leaf(anyType()).text)}"
    return GeneratedText(access(text, name))
  }

  private mutating func long(_ depth: Int) -> GeneratedText {
    switch random.int(0...4) {
    case 0:
      return GeneratedText("-\(expression(.long, depth - 1).at(.member))", .unary)
    case 1:
      let units: [ExtensionFunction] = [
        .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays,
      ]
      return method(random.pick(units), .duration, depth)
    case 2:
      return chain(.long, [" * "], .product, depth)
    default:
      return chain(.long, [" + ", " - "], .sum, depth)
    }
  }

  /// Two to four operands of the next level with operators between them.
  mutating func chain(
    _ type: GeneratedType, _ operators: [String], _ level: GeneratedText.Level, _ depth: Int
  ) -> GeneratedText {
    let next = GeneratedText.Level(rawValue: level.rawValue + 1) ?? .member
    var text = expression(type, depth - 1).at(next)
    for _ in 0..<random.pick(weighted: [(6, 1), (2, 2), (1, 3)]) {
      text += random.pick(operators) + expression(type, depth - 1).at(next)
    }
    return GeneratedText(text, level)
  }

  private mutating func set(_ element: GeneratedType, _ depth: Int) -> GeneratedText {
    let count = random.pick(weighted: [(1, smallestSet), (4, 1), (4, 2), (2, 3)])
    let items = (0..<count).map { _ in
      expression(element, depth - 1).text
    }
    return GeneratedText("[" + items.joined(separator: ", ") + "]")
  }

  private mutating func record(_ fields: [GeneratedField], _ depth: Int) -> GeneratedText {
    let given = fields.filter { _ in !isFaulty() }
    let items = given.map { "\(fieldName($0.name)): \(expression($0.type, depth - 1).text)" }
    return GeneratedText("{" + items.joined(separator: ", ") + "}")
  }

  private mutating func datetime(_ depth: Int) -> GeneratedText {
    switch random.int(0...2) {
    case 0: method(.toDate, .datetime, depth)
    case 1: method(.offset, .datetime, .duration, depth)
    default: constructor(.datetime, depth)
    }
  }

  private mutating func duration(_ depth: Int) -> GeneratedText {
    switch random.int(0...2) {
    case 0: method(.toTime, .datetime, depth)
    case 1: method(.durationSince, .datetime, .datetime, depth)
    default: constructor(.duration, depth)
    }
  }

  /// Mostly of a literal; of another string where faults are allowed.
  private mutating func constructor(
    _ function: ExtensionFunction, _ depth: Int
  ) -> GeneratedText {
    let argument =
      isFaulty() ? expression(.string, depth - 1).text : literal(extensionText(function))
    return GeneratedText("\(function.rawValue)(\(argument))")
  }

  mutating func method(
    _ function: ExtensionFunction, _ receiver: GeneratedType, _ depth: Int
  ) -> GeneratedText {
    call(function.rawValue, receiver, nil, depth)
  }

  mutating func method(
    _ function: ExtensionFunction, _ receiver: GeneratedType, _ argument: GeneratedType,
    _ depth: Int
  ) -> GeneratedText {
    call(function.rawValue, receiver, argument, depth)
  }

  mutating func call(
    _ name: String, _ receiver: GeneratedType, _ argument: GeneratedType?, _ depth: Int
  ) -> GeneratedText {
    let base = expression(receiver, depth - 1).at(.member)
    let given = argument.map { expression($0, depth - 1).text } ?? ""
    return GeneratedText("\(base).\(name)(\(given))")
  }
}
