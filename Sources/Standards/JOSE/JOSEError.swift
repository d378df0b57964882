/// Why a key, a signature or a set of claims is refused. The text says what was expected and
/// repeats nothing of the input, so it is safe to log.
public struct JOSEError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of refusal. More kinds may be added.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    private init(_ name: String) { description = name }

    /// Not in the form that the standard prescribes.
    public static let malformed = Code("malformed")
    /// Longer than the caller allows.
    public static let tooLarge = Code("too-large")
    /// The algorithm is not one that the key is for.
    public static let algorithmNotAllowed = Code("algorithm-not-allowed")
    /// The key is not the one that the header names, or not for verifying signatures.
    public static let keyMismatch = Code("key-mismatch")
    /// The signature is not the key's signature over this input.
    public static let badSignature = Code("bad-signature")
    /// Allowed by the standards but not supported here.
    public static let unsupported = Code("unsupported")
    /// A key that must not be trusted: too small, of a broken generator, or not on its curve.
    public static let weakKey = Code("weak-key")
    /// A private or symmetric key where a public one is expected.
    public static let privateKey = Code("private-key")
    /// A signer failed, or answered with something that is no signature.
    public static let signingFailed = Code("signing-failed")
  }

  public let code: Code
  /// What was expected.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
