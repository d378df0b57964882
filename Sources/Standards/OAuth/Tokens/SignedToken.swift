import JOSE
import StrictJSON

/// An access token whose signature is one of its issuer's: what was signed, and nothing decided yet.
///
/// Issuer, type, audience and time are evaluated with ``refusal(issuer:profile:audience:at:leeway:)``
/// each time that the token is presented, so that a value of this type can be kept.
public struct SignedToken: Sendable, Hashable {
  /// The most audiences that a token may have.
  public static let maximumAudiences = 64

  public let issuer: String
  public let subject: String
  /// `client_id`, or `azp` where the issuer writes that instead.
  public let clientID: String?
  /// All audiences of the token, in order; never empty.
  public let audience: [String]
  /// Empty if the token has no `scope`.
  public let scopes: ScopeSet
  /// In Unix seconds, and so are the other times.
  public let issuedAt: Int64?
  public let notBefore: Int64?
  /// From this second on the token is expired.
  public let expiresAt: Int64
  public let jwtID: String?
  /// What the sender must prove to hold, each time; `nil` for a bearer token.
  public let confirmation: Confirmation?
  /// The token's `typ` in the form of ``AccessTokenProfile/canonicalType(_:)``.
  public let type: String?
  /// SHA-256 of the JWS signing input: 32 bytes.
  public let digest: [UInt8]
  /// The id of the key that signed the token.
  public let keyID: String

  /// Reads what was signed, and checks that it is all there.
  init(_ jwt: VerifiedJWT, _ profile: AccessTokenProfile) throws(Refused) {
    let claims = jwt.claims
    guard let keyID = jwt.keyID else { throw Refused(.keyIDMissing) }
    guard let expiresAt = try Self.seconds("exp", claims) else { throw Refused(.claimMissing) }
    self.issuer = try Self.required(claims.issuer)
    self.subject = try Self.required(claims.subject)
    self.audience = try Self.audience(claims.audience)
    self.expiresAt = expiresAt
    self.issuedAt = try Self.seconds("iat", claims)
    self.notBefore = try Self.seconds("nbf", claims)
    self.jwtID = claims.jwtID
    self.clientID = try Self.clientID(claims)
    self.scopes = try Self.scopes(claims)
    self.confirmation = try Self.confirmation(claims)
    self.type = jwt.header.type.flatMap(AccessTokenProfile.canonicalType)
    self.digest = jwt.signingInputDigest
    self.keyID = keyID
    try self.checkCompleteness(profile.claims)
  }

  /// Why the token is not accepted now, or `nil` if it is (RFC 9068 section 4).
  /// - Parameters:
  ///   - issuer: what `iss` must equal, byte by byte.
  ///   - audience: one of the token's audiences must be exactly this.
  ///   - now: the time of verification in Unix seconds.
  ///   - leeway: by how many seconds clocks may differ.
  public func refusal(
    issuer: String, profile: AccessTokenProfile, audience: Audience, at now: Int64, leeway: Int64
  ) -> AccessTokenRefusal? {
    guard profile.accepts(type: self.type) else { return AccessTokenRefusal(.wrongType) }
    guard self.issuer.hasSameBytes(as: issuer) else { return AccessTokenRefusal(.issuerMismatch) }
    let expected = audience.description
    guard self.audience.contains(where: { $0.hasSameBytes(as: expected) }) else {
      return AccessTokenRefusal(.audienceMismatch)
    }
    return self.timeRefusal(at: now, leeway: leeway)
  }

  private func timeRefusal(at now: Int64, leeway: Int64) -> AccessTokenRefusal? {
    let (earliest, tooEarly) = now.subtractingReportingOverflow(leeway)
    let (latest, tooLate) = now.addingReportingOverflow(leeway)
    // Clocks and leeways near the ends of 64 bits verify nothing.
    guard !tooEarly, !tooLate, self.expiresAt > earliest else {
      return AccessTokenRefusal(.expired)
    }
    if let notBefore, notBefore > latest { return AccessTokenRefusal(.notYetValid) }
    if let issuedAt, issuedAt > latest { return AccessTokenRefusal(.issuedInFuture) }
    return nil
  }

  private func checkCompleteness(_ claims: AccessTokenProfile.Claims) throws(Refused) {
    guard claims == .complete else { return }
    guard self.clientID != nil, self.jwtID?.isEmpty == false, self.issuedAt != nil,
      self.notBefore != nil
    else { throw Refused(.claimMissing) }
  }

  /// Whole seconds (a fraction would mean two things to two verifiers).
  private static func seconds(_ name: String, _ claims: JWTClaims) throws(Refused) -> Int64? {
    guard let value = claims[name] else { return nil }
    guard let seconds = value.integerValue else { throw Refused(.malformedClaims) }
    return seconds
  }

  private static func required(_ text: String?) throws(Refused) -> String {
    guard let text, !text.isEmpty else { throw Refused(.claimMissing) }
    return text
  }

  private static func audience(_ audience: [String]) throws(Refused) -> [String] {
    guard !audience.isEmpty else { throw Refused(.claimMissing) }
    guard audience.count <= Self.maximumAudiences else { throw Refused(.malformedClaims) }
    return audience
  }

  private static func clientID(_ claims: JWTClaims) throws(Refused) -> String? {
    guard let value = claims["client_id"] ?? claims["azp"] else { return nil }
    return try Self.required(value.stringValue)
  }

  /// A claim that is not understood may demand a proof that nobody would ask for.
  private static func confirmation(_ claims: JWTClaims) throws(Refused) -> Confirmation? {
    guard let value = claims["cnf"] else { return nil }
    do {
      return try Confirmation(value)
    } catch {
      throw Refused(.unsupportedConfirmation)
    }
  }

  private static func scopes(_ claims: JWTClaims) throws(Refused) -> ScopeSet {
    guard let value = claims["scope"] else { return ScopeSet() }
    guard let text = value.stringValue, let scopes = try? ScopeSet(parsing: text) else {
      throw Refused(.invalidScope)
    }
    return scopes
  }
}

extension String {
  /// Swift's equality also holds for different encodings of one text, which always differ in length
  /// where one of them is ASCII, as issuers and audiences are.
  func hasSameBytes(as ascii: String) -> Bool {
    self.utf8.count == ascii.utf8.count && self == ascii && self.utf8.elementsEqual(ascii.utf8)
  }
}
