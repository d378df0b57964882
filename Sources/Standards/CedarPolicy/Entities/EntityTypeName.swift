/// The name of an entity type: identifiers joined by `::`, such as `Shop::Order`.
public struct EntityTypeName: Sendable, Hashable, CustomStringConvertible {
  /// The whole name.
  public let text: String

  /// Reads a name written without blanks; reserved words are no identifiers.
  public init(_ text: String) throws(CedarParseError) {
    let source = try SourceText(text, name: nil)
    var parser = try Parser(source)
    let start = parser.token.span
    let name = try parser.entityTypeName()
    try parser.expect(.end, "the end of the entity type name")
    guard name.text == text else {
      throw source.error(
        "expected an entity type name without blanks or comments", at: start,
        hint: "write `\(name.text)`")
    }
    self = name
  }

  init(identifiers: [String]) {
    text = identifiers.joined(separator: "::")
  }

  /// The last identifier.
  public var baseName: String {
    text.utf8.lastIndex(of: UInt8(ascii: ":")).map { String(text[text.utf8.index(after: $0)...]) }
      ?? text
  }

  public var description: String { text }
}
