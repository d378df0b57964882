public import StrictJSON

/// What the sender of a token must prove to hold: the token's `cnf` claim (RFC 7800 section 3.1).
///
/// Everything that it names has to be proven. A claim with a member that is not known here makes no
/// value, because it may demand a proof that nobody would ask for.
public struct Confirmation: Hashable, Sendable {
  /// `jkt`: the key of the DPoP proof (RFC 9449 section 6.1).
  public let key: Thumbprint?
  /// `x5t#S256`: the client certificate of the connection (RFC 8705 section 3.1).
  public let certificate: Thumbprint?

  private static let keyMember = "jkt"
  private static let certificateMember = "x5t#S256"

  /// - Returns: `nil` if nothing is to be proven.
  public init?(key: Thumbprint?, certificate: Thumbprint?) {
    guard key != nil || certificate != nil else { return nil }
    self.key = key
    self.certificate = certificate
  }

  /// Reads the value of a `cnf` claim.
  /// - Throws: ``UnknownConfirmation`` for anything but an object of `jkt`, `x5t#S256` or both, each
  ///   a thumbprint.
  public init(_ claim: JSONValue) throws(UnknownConfirmation) {
    guard let object = claim.objectValue,
      object.keys.allSatisfy({ $0 == Self.keyMember || $0 == Self.certificateMember }),
      let confirmation = Confirmation(
        key: try Self.thumbprint(object[Self.keyMember]),
        certificate: try Self.thumbprint(object[Self.certificateMember]))
    else { throw UnknownConfirmation() }
    self = confirmation
  }

  private static func thumbprint(
    _ value: JSONValue?
  ) throws(UnknownConfirmation) -> Thumbprint? {
    guard let value else { return nil }
    guard let thumbprint = value.stringValue.flatMap(Thumbprint.init) else {
      throw UnknownConfirmation()
    }
    return thumbprint
  }

  /// The value of the claim.
  public var json: JSONObject {
    var object = JSONObject()
    object[Self.keyMember] = self.key.map { .string($0.description) }
    object[Self.certificateMember] = self.certificate.map { .string($0.description) }
    return object
  }
}

/// A `cnf` claim asks for a proof that is not known, so a token with it can only be refused.
public struct UnknownConfirmation: Error, Hashable, Sendable, CustomStringConvertible {
  public init() {}

  public var description: String {
    "`cnf` is an object of `jkt`, `x5t#S256` or both, each a SHA-256 thumbprint in base64url"
  }
}
