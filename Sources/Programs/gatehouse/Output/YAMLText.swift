import StrictJSON

/// YAML of a JSON value, quoted so that every reader of YAML 1.1 and 1.2 finds the same value.
enum YAMLText {
  static func text(_ value: JSONValue) -> String {
    self.lines(value).joined(separator: "\n")
  }

  private static func lines(_ value: JSONValue) -> [String] {
    switch value {
    case .object(let object) where !object.isEmpty:
      object.members.flatMap { self.member($0.name, $0.value) }
    case .array(let elements) where !elements.isEmpty:
      elements.flatMap(self.element)
    default: [self.inline(value)]
    }
  }

  private static func member(_ name: String, _ value: JSONValue) -> [String] {
    let key = self.scalar(name)
    if let block = self.block(value) { return ["\(key): |"] + block.map(self.indented) }
    guard self.isNested(value) else { return ["\(key): \(self.inline(value))"] }
    return ["\(key):"] + self.lines(value).map(self.indented)
  }

  private static func element(_ value: JSONValue) -> [String] {
    guard self.isNested(value) else { return ["- \(self.inline(value))"] }
    let lines = self.lines(value)
    return lines.prefix(1).map { "- \($0)" } + lines.dropFirst().map(self.indented)
  }

  /// The lines of a text that a literal block keeps as it is.
  private static func block(_ value: JSONValue) -> [String]? {
    guard let text = value.stringValue, text.hasSuffix("\n"), !text.hasSuffix("\n\n"),
      text.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A })
    else { return nil }
    let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, !first.isEmpty, !first.hasPrefix(" "),
      !lines.contains(where: { $0.hasSuffix(" ") })
    else { return nil }
    return lines.map(String.init)
  }

  private static func isNested(_ value: JSONValue) -> Bool {
    switch value {
    case .object(let object): !object.isEmpty
    case .array(let elements): !elements.isEmpty
    default: false
    }
  }

  private static func inline(_ value: JSONValue) -> String {
    value.stringValue.map(self.scalar) ?? JSONText.compact(value)
  }

  private static func indented(_ line: String) -> String { line.isEmpty ? line : "  \(line)" }

  private static func scalar(_ text: String) -> String {
    self.isPlain(text) ? text : JSONText.compact(.string(text))
  }

  private static func isPlain(_ text: String) -> Bool {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    guard let first = text.utf8.first, self.isLetter(first) || first == UInt8(ascii: "/"),
      text.utf8.last != UInt8(ascii: ":"), !words.contains(text.lowercased())
    else { return false }
    return text.utf8.allSatisfy { byte in
      self.isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || "/.:_@-".utf8.contains(byte)
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
