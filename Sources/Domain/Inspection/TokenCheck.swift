import Credentials
import JOSE
import OAuth
import SPIFFE

/// Whether a token's signature is good, and whether what it says holds for this service, right now.
///
/// A token is either an access token or a JWT-SVID, and its own unverified text says which: of an issuer
/// that is configured, with a type that this issuer's access tokens have, it is an access token, and
/// only that issuer's keys count; otherwise only the keys of its subject's trust domain do. Whatever it
/// claims, everything is then verified by the rules of the one kind.
struct TokenCheck {
  let world: GatewayWorld
  let service: RoutedService
  let connection: ConnectionFacts
  let memory: any CredentialMemory
  /// Unix seconds.
  let now: Int64

  private var challenge: ChallengeTerms { ChallengeTerms(self.service) }

  // MARK: - Signature

  /// The token with its signature checked, now or before under the same keys.
  func signed(_ text: ArraySlice<UInt8>) throws(Refusal) -> SignedCredential {
    if let known = self.memory.recall(text) {
      if try self.epoch(of: known.signer) == known.epoch { return known }
      self.memory.keep(nil, for: text)
    }
    if let seconds = self.memory.secondsUntilCheck(for: self.connection.sourceKey, at: self.now) {
      throw .failedVerifications(retryAfter: seconds)
    }
    do throws(Unsigned) {
      let signed = try self.verify(text)
      self.memory.keep(signed, for: text)
      return signed
    } catch {
      // That keys are not to be had is no fault of the caller's.
      if case .refused = error {
        self.memory.noteFailure(of: self.connection.sourceKey, at: self.now)
      }
      throw error.refusal
    }
  }

  private enum Unsigned: Error {
    case refused(Refusal)
    case undecidable(Refusal)

    var refusal: Refusal {
      switch self {
      case .refused(let refusal), .undecidable(let refusal): refusal
      }
    }
  }

  /// The epoch of the keys that count for a signer now; `nil` if it does not count any more.
  private func epoch(of signer: SignedCredential.Signer) throws(Refusal) -> UInt64? {
    switch signer {
    case .trustDomain(let domain):
      guard !self.world.unavailableTrustDomains.contains(domain) else { throw .keysUnavailable() }
      return self.world.bundles[domain]?.jwt.epoch
    case .issuer(let name):
      guard let issuer = self.world.issuers[name] else { return nil }
      if case .unavailable(let seconds) = issuer.keys {
        throw .keysUnavailable(retryAfter: seconds)
      }
      return issuer.epoch
    }
  }

  private func verify(_ text: ArraySlice<UInt8>) throws(Unsigned) -> SignedCredential {
    let jwt = try self.read(text)
    if let issuer = self.issuer(of: jwt) { return try self.accessToken(jwt, issuer) }
    return try self.svid(jwt)
  }

  private func read(_ text: ArraySlice<UInt8>) throws(Unsigned) -> UnverifiedJWT {
    do {
      return try self.memory.readings.reader.read(text, maximumBytes: BearerToken.maximumBytes)
    } catch {
      let code: AccessTokenRefusal.Code =
        error.code == .algorithmNotAllowed ? .unsupportedAlgorithm : .malformedToken
      throw .refused(.token(AccessTokenRefusal(code), self.challenge))
    }
  }

  private func issuer(of jwt: UnverifiedJWT) -> TokenIssuer? {
    guard let name = jwt.unverifiedClaims.issuer, let issuer = self.world.issuers[name] else {
      return nil
    }
    if issuer.profile.accepts(type: Self.type(of: jwt)) { return issuer }
    guard self.mayBeSVID(jwt), let domain = self.trustDomain(of: jwt) else { return issuer }
    return self.world.isConfigured(domain) ? nil : issuer
  }

  private func trustDomain(of jwt: UnverifiedJWT) -> TrustDomain? {
    jwt.unverifiedClaims.subject.flatMap { try? SPIFFEID(parsing: $0) }?.trustDomain
  }

  private func mayBeSVID(_ jwt: UnverifiedJWT) -> Bool {
    [nil, "JWT", "JOSE"].contains(jwt.header.type)
      && Principal.claimsSPIFFEID(jwt.unverifiedClaims.subject ?? "")
  }

  private static func type(of jwt: UnverifiedJWT) -> String? {
    // A type without a canonical form is none that anybody accepts.
    jwt.header.type.map { AccessTokenProfile.canonicalType($0) ?? "" }
  }

  private func accessToken(
    _ jwt: UnverifiedJWT, _ issuer: TokenIssuer
  ) throws(Unsigned) -> SignedCredential {
    let keys: IssuerKeys
    switch issuer.keys {
    case .available(let known): keys = known
    case .unavailable(let seconds): throw .undecidable(.keysUnavailable(retryAfter: seconds))
    }
    let readings = self.memory.readings
    switch UnverifiedAccessToken.checkSignature(
      of: jwt, keys, profile: issuer.profile, algorithms: issuer.algorithms,
      grants: readings.grants)
    {
    case .refused(let refusal):
      if refusal.code == .unknownKeyID { self.memory.noteUnknownKey(of: issuer.issuer) }
      throw .refused(.token(refusal, self.challenge))
    case .signed(let token):
      do {
        return try SignedCredential(token, issuer, epoch: issuer.epoch ?? keys.epoch, readings)
      } catch {
        throw .refused(.unusable(error, self.challenge))
      }
    }
  }

  private func svid(_ jwt: UnverifiedJWT) throws(Unsigned) -> SignedCredential {
    guard self.mayBeSVID(jwt), let domain = self.trustDomain(of: jwt) else { throw self.unknown }
    if self.world.unavailableTrustDomains.contains(domain) {
      throw .undecidable(.keysUnavailable())
    }
    guard let bundle = self.world.bundles[domain] else { throw self.unknown }
    switch UnverifiedJWTSVID(jwt).checkSignature(bundles: self.world.bundles) {
    case .refused(let refusal):
      if refusal.code == .unknownKeyID { self.memory.noteUnknownKey(of: domain.description) }
      throw .refused(.svid(refusal, self.challenge))
    case .verified(let svid):
      do {
        return try SignedCredential(
          svid, epoch: bundle.jwt.epoch, isOurs: domain == self.world.trustDomain)
      } catch {
        throw .refused(.unusable(error, self.challenge))
      }
    }
  }

  /// Of nobody whose credentials count here.
  private var unknown: Unsigned {
    .refused(.token(AccessTokenRefusal(.issuerMismatch), self.challenge))
  }

  // MARK: - Meaning

  /// Type, issuer, grant, audience and time, by the world of this request.
  func checkMeaning(of signed: SignedCredential) throws(Refusal) {
    switch signed.content {
    case .accessToken(let token): try self.check(token, signed)
    case .jwtSVID(let svid):
      let refusal = svid.refusal(
        audience: self.service.audience.description, at: self.now, leeway: self.world.leeway)
      if let refusal { throw .svid(refusal, self.challenge) }
    case .certificate: throw .token(AccessTokenRefusal(.malformedToken), self.challenge)
    }
    // The grace between clocks is for tokens that seem to come early, not for those that come late.
    guard signed.expiresAt > self.now else {
      throw .token(AccessTokenRefusal(.expired), self.challenge)
    }
  }

  private func check(_ token: SignedToken, _ signed: SignedCredential) throws(Refusal) {
    guard let issuer = self.world.issuers[token.issuer] else {
      throw .token(AccessTokenRefusal(.issuerMismatch), self.challenge)
    }
    let refusal = token.refusal(
      issuer: issuer.issuer, profile: issuer.profile, audience: self.service.audience,
      at: self.now, leeway: self.world.leeway)
    if let refusal { throw .token(refusal, self.challenge) }
    guard issuer.vouches(for: signed.principal) else {
      throw .invalidToken(
        "trust-domain-mismatch", "the token's issuer may not vouch for its subject",
        self.challenge)
    }
  }
}
