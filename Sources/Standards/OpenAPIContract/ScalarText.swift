/// What plain text stands for.
enum ScalarText {
  /// The value of a plain YAML scalar in the core schema of YAML 1.2.2 section 10.3.2, restricted
  /// to numbers that JSON has too: anything else is a string.
  static func coreSchemaValue(of text: String) -> DocumentValue {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: isJSONNumber(text) ? .number(text) : .string(text)
    }
  }

  /// Whether the text is a `number` of RFC 8259 section 6.
  static func isJSONNumber(_ text: String) -> Bool {
    var rest = Substring(text).utf8
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let whole = digits(&rest)
    guard whole > 0 else { return false }
    let start = text.utf8.drop { $0 == UInt8(ascii: "-") }
    if whole > 1, start.first == UInt8(ascii: "0") { return false }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard digits(&rest) > 0 else { return false }
    }
    if let first = rest.first, first | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      if let sign = rest.first, "+-".utf8.contains(sign) { rest.removeFirst() }
      guard digits(&rest) > 0 else { return false }
    }
    return rest.isEmpty
  }

  private static func digits(_ rest: inout Substring.UTF8View) -> Int {
    let count = rest.prefix { (0x30...0x39).contains($0) }.count
    rest.removeFirst(count)
    return count
  }
}
