/// An access token that its issuer signed, for the verifier, valid at the time of verification.
public struct VerifiedAccessToken: Sendable, Hashable {
  public let issuer: String
  public let subject: String
  public let clientID: String
  /// All audiences of the token, in order; never empty.
  public let audience: [String]
  /// Empty if the token has no `scope`.
  public let scopes: ScopeSet
  /// In Unix seconds, and so are the other times.
  public let issuedAt: Int64
  public let notBefore: Int64
  /// From this second on the token is expired.
  public let expiresAt: Int64
  /// The credential's id.
  public let jwtID: String
  /// SHA-256 of the JWS signing input: 32 bytes.
  public let digest: [UInt8]
  /// The id of the key that signed the token.
  public let keyID: String

  /// `nil` unless the token has everything that RFC 9068 requires.
  init?(_ token: SignedToken) {
    guard let clientID = token.clientID, let issuedAt = token.issuedAt,
      let notBefore = token.notBefore, let jwtID = token.jwtID
    else { return nil }
    self.issuer = token.issuer
    self.subject = token.subject
    self.clientID = clientID
    self.audience = token.audience
    self.scopes = token.scopes
    self.issuedAt = issuedAt
    self.notBefore = notBefore
    self.expiresAt = token.expiresAt
    self.jwtID = jwtID
    self.digest = token.digest
    self.keyID = token.keyID
  }
}
