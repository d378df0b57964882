/// The name of a policy or template within a policy set.
public struct PolicyID: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
  public let text: String

  public init(_ text: String) {
    self.text = text
  }

  public init(stringLiteral value: String) {
    text = value
  }

  public static func == (one: PolicyID, other: PolicyID) -> Bool {
    sameCodePoints(one.text, other.text)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(text)
  }

  public var description: String { text }
}
