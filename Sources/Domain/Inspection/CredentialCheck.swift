import Credentials
import HTTPMessages
import OAuth
import SPIFFE

/// The credential stage: who asks, and does that still hold?
struct CredentialCheck {
  let world: GatewayWorld
  let service: RoutedService
  /// Unix seconds.
  let now: Int64

  private var realm: String { self.service.audience.description }

  /// Takes the one credential from the fields; a token in the query is never read.
  func caller(
    _ request: InspectedRequest, mayBeAnonymous: Bool
  ) throws(Refusal) -> Caller {
    switch try self.presented(request) {
    case .bearer(let token): return .workload(try self.verify(token.text))
    case .none where mayBeAnonymous: return .anonymous
    case .none, .otherScheme, .dpop: throw .credentialMissing(realm: self.realm)
    }
  }

  private func presented(
    _ request: InspectedRequest
  ) throws(Refusal) -> AuthorizationCredentials {
    do {
      return try AuthorizationCredentials(request.head.fields)
    } catch {
      throw .credentials(error, realm: self.realm)
    }
  }

  /// Issuer, audience, time, key and type; `checkStanding` looks at the rest.
  private func verify(_ text: String) throws(Refusal) -> VerifiedCredential {
    guard let bearer = try? BearerToken(text) else {
      throw .token(AccessTokenRefusal(.malformedToken), realm: self.realm)
    }
    let unverified = UnverifiedAccessToken(bearer)
    guard let name = unverified.unverifiedIssuer, let issuer = self.world.issuers[name] else {
      throw .token(unverified.refusal ?? AccessTokenRefusal(.issuerMismatch), realm: self.realm)
    }
    guard case .available(let keys) = issuer.keys else { throw .stale }
    let token: SignedToken
    switch unverified.checkSignature(
      keys, profile: issuer.profile, algorithms: issuer.algorithms)
    {
    case .refused(let refusal): throw .token(refusal, realm: self.realm)
    case .signed(let signed): token = signed
    }
    if let refusal = token.refusal(
      issuer: issuer.issuer, profile: issuer.profile, audience: self.service.audience,
      at: self.now, leeway: self.world.leeway)
    {
      throw .token(refusal, realm: self.realm)
    }
    guard token.expiresAt > self.now else {
      throw .token(AccessTokenRefusal(.expired), realm: self.realm)
    }
    guard let credential = VerifiedCredential(token) else {
      throw .token(AccessTokenRefusal(.malformedClaims), realm: self.realm)
    }
    return credential
  }

  /// Registration and revocation. Apart from the rest so that the record of a refused request can
  /// name the credential, which is genuine.
  func checkStanding(of caller: Caller) throws(Refusal) {
    guard let credential = caller.credential else { return }
    guard credential.principal.spiffeID?.trustDomain == self.world.trustDomain else {
      throw .invalidToken(
        "trust-domain-mismatch", "the token's subject is of another trust domain",
        realm: self.realm)
    }
    if let reason = self.world.revocations.revocation(of: credential.revocationSubject) {
      throw .revoked(reason, realm: self.realm)
    }
    guard self.world.knows(credential.principal) else {
      throw .invalidToken(
        "workload-unknown", "the token's subject is not a registered workload", realm: self.realm)
    }
  }
}
