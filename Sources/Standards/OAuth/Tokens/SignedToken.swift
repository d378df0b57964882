public import JOSE
import StrictJSON

/// An access token whose signature is one of its issuer's: what was signed, and nothing decided yet.
///
/// Issuer, type, audience and time are evaluated with ``refusal(issuer:profile:audience:at:leeway:)``
/// each time that the token is presented, so that a value of this type can be kept.
public struct SignedToken: Sendable, Hashable {
  /// The most audiences that a token may have.
  public static let maximumAudiences = 64

  /// What other tokens of the same client may have in common with it.
  public let grant: AccessGrant
  public var issuer: String { self.grant.issuer }
  public var subject: String { self.grant.subject }
  /// `client_id`, or `azp` where the issuer writes that instead.
  public var clientID: String? { self.grant.clientID }
  /// All audiences of the token, in order; never empty.
  public var audience: [String] { self.grant.audience }
  /// Empty if the token has no `scope`.
  public var scopes: ScopeSet { self.grant.scopes }
  /// In Unix seconds, and so are the other times.
  public let issuedAt: Int64?
  public let notBefore: Int64?
  /// From this second on the token is expired.
  public let expiresAt: Int64
  public let jwtID: String?
  /// What the sender must prove to hold, each time; `nil` for a bearer token.
  public let confirmation: Confirmation?
  /// The token's `typ` in the form of ``AccessTokenProfile/canonicalType(_:)``.
  public var type: String? { self.grant.type }
  /// SHA-256 of the JWS signing input: 32 bytes.
  public var digest: [UInt8] { self.signingInputDigest.bytes }
  /// The same as a value.
  public let signingInputDigest: SigningInputDigest
  /// The id of the key that signed the token.
  public var keyID: String { self.grant.keyID }

  /// Reads what was signed, and checks that it is all there.
  init(
    _ jwt: VerifiedJWT, _ profile: AccessTokenProfile, _ grants: AccessGrants?
  ) throws(Refused) {
    let claims = jwt.claims
    guard let expiresAt = try Self.seconds("exp", claims) else { throw Refused(.claimMissing) }
    if let grants {
      self.grant = try grants.grant(of: jwt)
    } else {
      self.grant = try AccessGrant(jwt)
    }
    self.expiresAt = expiresAt
    self.issuedAt = try Self.seconds("iat", claims)
    self.notBefore = try Self.seconds("nbf", claims)
    self.jwtID = claims.jwtID
    self.confirmation = try Self.confirmation(claims)
    self.signingInputDigest = jwt.digest
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

  /// A claim that is not understood may demand a proof that nobody would ask for.
  private static func confirmation(_ claims: JWTClaims) throws(Refused) -> Confirmation? {
    guard let value = claims["cnf"] else { return nil }
    do {
      return try Confirmation(value)
    } catch {
      throw Refused(.unsupportedConfirmation)
    }
  }
}
