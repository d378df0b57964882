import CedarPolicy

/// The text of an expression with the level of the grammar that it is of.
struct GeneratedText {
  /// From what binds least to what binds most.
  enum Level: Int, Comparable {
    case expression, or, and, relation, sum, product, unary, member

    static func < (one: Level, other: Level) -> Bool { one.rawValue < other.rawValue }
  }

  let text: String
  let level: Level

  init(_ text: String, _ level: Level = .member) {
    self.text = text
    self.level = level
  }

  /// The text where the grammar wants a level, in brackets if it needs them.
  func at(_ wanted: Level) -> String {
    level < wanted ? "(\(text))" : text
  }
}

/// A way from a variable to a value of a type.
struct GeneratedPath {
  let text: String
  let type: GeneratedType
  /// What must hold for the value to be there.
  let guards: [String]
}

extension CaseGenerator {
  /// Takes the types of an environment for the expressions that follow.
  mutating func enter(_ environment: GeneratedWorld.Environment) {
    self.environment = environment
    guards = []
    paths = [
      GeneratedPath(text: "principal", type: .entity(environment.principal), guards: []),
      GeneratedPath(text: "resource", type: .entity(environment.resource), guards: []),
      GeneratedPath(text: "action", type: .entity(environment.action.type), guards: []),
      GeneratedPath(text: "context", type: .record(environment.context), guards: []),
    ]
    var begin = 0
    for _ in 0..<3 where paths.count < 150 {
      let end = paths.count
      for index in begin..<end { paths += steps(from: paths[index]) }
      begin = end
    }
  }

  private mutating func steps(from path: GeneratedPath) -> [GeneratedPath] {
    switch path.type {
    case .record(let fields): return fields.map { step($0, from: path) }
    case .entity(let name):
      guard let kind = world.kind(name) else { return [] }
      return kind.fields.map { step($0, from: path) } + tagSteps(kind, from: path)
    default: return []
    }
  }

  private mutating func step(_ field: GeneratedField, from path: GeneratedPath) -> GeneratedPath {
    let test = "\(path.text) has \(fieldName(field.name))"
    return GeneratedPath(
      text: access(path.text, field.name), type: field.type,
      guards: field.isRequired ? path.guards : path.guards + [test])
  }

  private mutating func tagSteps(
    _ kind: GeneratedWorld.EntityKind, from path: GeneratedPath
  ) -> [GeneratedPath] {
    guard let type = kind.tags else { return [] }
    return random.some(of: Vocabulary.tagNames, percent: 30).map { tag in
      let name = literal(tag)
      return GeneratedPath(
        text: "\(path.text).getTag(\(name))", type: type,
        guards: path.guards + ["\(path.text).hasTag(\(name))"])
    }
  }

  mutating func access(_ receiver: String, _ name: String) -> String {
    Self.isPlain(name) && random.chance(80)
      ? "\(receiver).\(name)" : "\(receiver)[\(literal(name))]"
  }

  /// A name after `has`: an identifier or a string.
  mutating func fieldName(_ name: String) -> String {
    Self.isPlain(name) && random.chance(80) ? name : literal(name)
  }

  /// Whether a name may stand without quotation marks.
  static func isPlain(_ name: String) -> Bool {
    let reserved = [
      "if", "then", "else", "in", "is", "like", "has", "true", "false", "__cedar", "principal",
    ]
    let isWord = name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    let beginsWell = name.utf8.first.map { $0 > UInt8(ascii: "9") } ?? false
    return isWord && beginsWell && !reserved.contains(name)
  }

  /// A string literal, escaped more than it must be at times.
  mutating func literal(_ text: String, isPattern: Bool = false) -> String {
    guard random.chance(20) else { return plainLiteral(text) }
    var literal = "\""
    for scalar in text.unicodeScalars {
      switch random.int(0...2) {
      case 0 where scalar.isASCII && scalar.value >= 0x10:
        literal += "\\x" + String(scalar.value, radix: 16)
      case 1: literal += "\\u{\(String(scalar.value, radix: 16))}"
      default: literal += plainLiteral(String(scalar)).dropFirst().dropLast()
      }
    }
    return literal + "\""
  }

  /// A literal of a value, for use in a policy.
  mutating func text(of value: GeneratedValue) -> GeneratedText {
    switch value {
    case .bool(let value): return GeneratedText("\(value)")
    case .long(let value): return GeneratedText("\(value)", value < 0 ? .unary : .member)
    case .string(let value): return GeneratedText(literal(value))
    case .set(let values):
      let items = values.map { text(of: $0).text }
      return GeneratedText("[" + items.joined(separator: ", ") + "]")
    case .record(let fields):
      let items = fields.map { "\(fieldName($0.name)): \(text(of: $0.value).text)" }
      return GeneratedText("{" + items.joined(separator: ", ") + "}")
    case .entity(let uid): return GeneratedText("\(uid.type)::\(plainLiteral(uid.id))")
    case .call(let function, let text):
      return GeneratedText("\(function.rawValue)(\(literal(text)))")
    }
  }
}
