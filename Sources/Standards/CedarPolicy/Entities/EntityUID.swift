/// The name of an entity: its type and, within the type, its id.
public struct EntityUID: Sendable, Hashable, CustomStringConvertible {
  public let type: EntityTypeName

  /// Any text; compared code point by code point.
  public let id: String

  public init(type: EntityTypeName, id: String) {
    self.type = type
    self.id = id
  }

  /// Reads a name as policies write it, such as `Shop::Order::"17"`.
  public init(parsing text: String) throws(CedarParseError) {
    let source = try SourceText(text, name: nil)
    var parser = try Parser(source)
    self = try parser.entityUID()
    try parser.expect(.end, "the end of the entity name")
  }

  public static func == (one: EntityUID, other: EntityUID) -> Bool {
    one.type == other.type && sameCodePoints(one.id, other.id)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    hasher.combine(id)
  }

  /// The name as policies write it.
  public var description: String { "\(type)::\(id.cedarLiteral)" }
}
