public import JOSE
import StrictJSON

/// What an access token to be issued says (RFC 9068 section 2.2).
public struct AccessTokenClaims: Sendable, Hashable {
  /// The media type that the token's header names.
  public static let type = "at+jwt"

  public let issuer: String
  public let subject: String
  public let clientID: String
  /// The one service that the token is for.
  public let audience: Audience
  public let scopes: ScopeSet
  /// In Unix seconds, and so are the other times.
  public let issuedAt: Int64
  public let notBefore: Int64
  public let expiresAt: Int64
  /// The credential's id.
  public let jwtID: String
  /// What its sender must prove to hold; `nil` for a bearer token.
  public let confirmation: Confirmation?

  public init(
    issuer: String, subject: String, clientID: String, audience: Audience, scopes: ScopeSet,
    issuedAt: Int64, notBefore: Int64, expiresAt: Int64, jwtID: String,
    confirmation: Confirmation? = nil
  ) {
    self.issuer = issuer
    self.subject = subject
    self.clientID = clientID
    self.audience = audience
    self.scopes = scopes
    self.issuedAt = issuedAt
    self.notBefore = notBefore
    self.expiresAt = expiresAt
    self.jwtID = jwtID
    self.confirmation = confirmation
  }

  /// The claims as JSON in UTF-8.
  public func payload() -> [UInt8] {
    var claims: JSONObject = [
      "iss": .string(self.issuer), "sub": .string(self.subject),
      "aud": .string(self.audience.description), "client_id": .string(self.clientID),
      "scope": .string(self.scopes.description),
      "iat": .integer(self.issuedAt), "nbf": .integer(self.notBefore),
      "exp": .integer(self.expiresAt), "jti": .string(self.jwtID),
    ]
    claims["cnf"] = self.confirmation.map { .object($0.json) }
    return claims.serialized()
  }

  /// The token.
  /// - Throws: the signer's own error if it cannot sign.
  public func signed(by signer: some JWSSigner) throws -> SignedJWS {
    try JWSSigning.sign(payload: self.payload(), type: Self.type, signer: signer)
  }
}
