import JOSE
public import StrictJSON

/// A JWT-SVID that its trust domain signed, for the verifier, valid at the time of verification.
public struct VerifiedJWTSVID: Sendable, Hashable {
  public let id: SPIFFEID
  /// All audiences of the token, in order; never empty.
  public let audience: [String]
  /// In Unix seconds: from this second on the token is expired.
  public let expiresAt: Int64
  /// In Unix seconds.
  public let notBefore: Int64?
  /// In Unix seconds.
  public let issuedAt: Int64?
  /// The credential's id, where the issuer gave it one.
  public let jwtID: String?
  public let issuer: String?
  /// All claims.
  public let claims: JSONObject
  /// SHA-256 of the JWS signing input: 32 bytes.
  public let digest: [UInt8]
  /// The id of the key that signed the token.
  public let keyID: String

  init(id: SPIFFEID, claims: JWTClaims, expiresAt: Int64, digest: [UInt8], keyID: String) {
    self.id = id
    self.audience = claims.audience
    self.expiresAt = expiresAt
    self.notBefore = claims.notBefore
    self.issuedAt = claims.issuedAt
    self.jwtID = claims.jwtID
    self.issuer = claims.issuer
    self.claims = claims.object
    self.digest = digest
    self.keyID = keyID
  }

  func check(audience expected: String) throws(Refused) {
    guard !self.audience.isEmpty else { throw Refused(.audienceMissing) }
    // Byte by byte: Swift's equality of strings also holds for different encodings of one text.
    guard self.audience.contains(where: { $0.utf8.elementsEqual(expected.utf8) }) else {
      throw Refused(.audienceMismatch)
    }
  }

  func checkTimes(now: Int64, leeway: Int64) throws(Refused) {
    let earliest = now.saturatingSubtracting(leeway)
    let latest = now.saturatingAdding(leeway)
    guard self.expiresAt > earliest else { throw Refused(.expired) }
    if let notBefore, notBefore > latest { throw Refused(.notYetValid) }
    if let issuedAt, issuedAt > latest { throw Refused(.issuedInFuture) }
  }
}

extension Int64 {
  func saturatingAdding(_ other: Int64) -> Int64 {
    let (sum, overflow) = self.addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  func saturatingSubtracting(_ other: Int64) -> Int64 {
    let (difference, overflow) = self.subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }
}
