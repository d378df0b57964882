/// What keeps a request or an entity from agreeing with a schema.
public struct ConformanceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sort of mistake.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case unknownEntityType, unknownAction, unknownEnumeratedID
    /// The action does not apply to what is asked about.
    case notApplicable
    case missingAttribute, unknownAttribute, unexpectedType, unknownTag
    /// An entity in one of a type that its own type may not be in.
    case wrongParent
    /// An action that differs from that of the schema.
    case differentAction
  }

  public let kind: Kind

  /// `principal`, `action`, `resource`, `context`, or the name of an entity.
  public let part: String

  /// The names of attributes that lead from the part to the value; empty for the part itself.
  public let path: [String]

  /// What is wrong and what was expected, in lower case.
  public let message: String

  /// What the writer may have meant.
  public let hint: String?

  init(
    _ kind: Kind, in part: String, path: [String] = [], _ message: String, hint: String? = nil
  ) {
    self.kind = kind
    self.part = part
    self.path = path
    self.message = message
    self.hint = hint
  }

  /// `part.attribute: message (hint)`.
  public var description: String {
    let place = ([part] + path).joined(separator: ".")
    let advice = hint.map { " (\($0))" } ?? ""
    return "\(place): \(message)\(advice)"
  }
}
