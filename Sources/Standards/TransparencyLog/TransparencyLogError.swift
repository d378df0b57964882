/// Why a document of a transparency log was refused.
///
/// The message says what was expected; it never repeats more of the input than a length or a name.
public struct TransparencyLogError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of document that was refused. New kinds may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// A hash that is not 32 bytes, or not their canonical base64.
    public static let malformedHash = Code(description: "malformed hash")
    /// A signed note whose shape is wrong (C2SP signed-note).
    public static let malformedNote = Code(description: "malformed note")
    /// A verifier key text or a raw key whose shape is wrong.
    public static let malformedKey = Code(description: "malformed key")
    /// A note that no known key has signed, or whose signature is wrong.
    public static let signatureRefused = Code(description: "signature refused")
    /// A note text that is not a checkpoint (C2SP tlog-checkpoint).
    public static let malformedCheckpoint = Code(description: "malformed checkpoint")
    /// A path, tile or entry bundle that is not as C2SP tlog-tiles says.
    public static let malformedTile = Code(description: "malformed tile")
    /// A proof that was asked for a leaf or a size that the tree does not have.
    public static let outOfRange = Code(description: "out of range")
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(code): \(message)" }
}
