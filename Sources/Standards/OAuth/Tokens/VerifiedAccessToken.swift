import JOSE
import StrictJSON

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

  /// Reads the claims of a token whose signature is good, and nothing more.
  init(_ jws: VerifiedJWS) throws(Refused) {
    let claims = try Self.claims(jws.payload)
    guard claims["cnf"] == nil else { throw Refused(.unsupportedConfirmation) }
    guard let issuer = claims.issuer, let issuedAt = claims.issuedAt,
      let notBefore = claims.notBefore, let expiresAt = claims.expiresAt, !claims.audience.isEmpty
    else { throw Refused(.claimMissing) }
    guard let keyID = jws.keyID else { throw Refused(.keyIDMissing) }
    self.issuer = issuer
    self.subject = try Self.required(claims.subject)
    self.clientID = try Self.required(claims["client_id"]?.stringValue)
    self.jwtID = try Self.required(claims.jwtID)
    self.audience = claims.audience
    self.scopes = try Self.scopes(claims)
    self.issuedAt = issuedAt
    self.notBefore = notBefore
    self.expiresAt = expiresAt
    self.digest = jws.signingInputDigest
    self.keyID = keyID
  }

  func checkTimes(now: Int64, leeway: Int64) throws(Refused) {
    let (earliest, tooEarly) = now.subtractingReportingOverflow(leeway)
    let (latest, tooLate) = now.addingReportingOverflow(leeway)
    // Clocks and leeways near the ends of 64 bits verify nothing.
    guard !tooEarly, !tooLate, self.expiresAt > earliest else { throw Refused(.expired) }
    guard self.notBefore <= latest else { throw Refused(.notYetValid) }
    guard self.issuedAt <= latest else { throw Refused(.issuedInFuture) }
  }

  private static func claims(_ payload: [UInt8]) throws(Refused) -> JWTClaims {
    do {
      return try JWTClaims(payload: payload)
    } catch {
      throw Refused(.malformedClaims)
    }
  }

  private static func required(_ text: String?) throws(Refused) -> String {
    guard let text, !text.isEmpty else { throw Refused(.claimMissing) }
    return text
  }

  private static func scopes(_ claims: JWTClaims) throws(Refused) -> ScopeSet {
    guard let value = claims["scope"] else { return ScopeSet() }
    guard let text = value.stringValue, let scopes = try? ScopeSet(parsing: text) else {
      throw Refused(.invalidScope)
    }
    return scopes
  }
}
