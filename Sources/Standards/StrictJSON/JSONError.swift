/// Why a document is not acceptable JSON. The text says what and where, and repeats nothing of the
/// document, so it is safe to log.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of refusal. More kinds may be added.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    private init(_ name: String) { description = name }

    /// Not JSON by the grammar of RFC 8259, or something follows the value.
    public static let malformed = Code("malformed")
    /// Bytes that are not UTF-8, or an escaped surrogate without its partner.
    public static let invalidText = Code("invalid-text")
    /// A member's name occurs twice in one object.
    public static let duplicateMember = Code("duplicate-member")
    /// A number that double precision cannot hold, or longer than any sensible one.
    public static let numberOutOfRange = Code("number-out-of-range")
    /// A limit of `JSONLimits` is exceeded.
    public static let limitExceeded = Code("limit-exceeded")
  }

  public let code: Code
  /// What was expected.
  public let message: String
  /// The zero-based byte of the document at which it went wrong; its length if it ended too early.
  public let offset: Int

  init(_ code: Code, _ message: String, at offset: Int) {
    self.code = code
    self.message = message
    self.offset = offset
  }

  public var description: String { "\(message), at byte \(offset)" }
}
