import Credentials
import HTTPMessages
import JOSE
import OAuth
import SPIFFE

/// The credential stage: who asks, and does that still hold?
struct CredentialCheck {
  let world: GatewayWorld
  let service: RoutedService
  let request: InspectedRequest
  let memory: any CredentialMemory
  let proofs: ProofTerms
  /// Unix seconds.
  let now: Int64

  var challenge: ChallengeTerms { ChallengeTerms(service) }

  /// Takes the one credential of the request. A token counts before a client certificate, which is then
  /// the token's proof; a token in the query is never read.
  func caller(mayBeAnonymous: Bool) throws(Refusal) -> Caller {
    switch try self.presented() {
    case .bearer(let token): return .workload(try self.token(token, .bearer))
    case .dpop(let token): return .workload(try self.token(token, .dpop))
    case .otherScheme: throw .credentialMissing(self.challenge)
    case .none: break
    }
    if let certificate = self.request.connection.clientCertificate {
      if let caller = try self.certificate(certificate, mayBeAnonymous) { return caller }
    }
    guard mayBeAnonymous else { throw .credentialMissing(self.challenge) }
    return .anonymous
  }

  private func presented() throws(Refusal) -> AuthorizationCredentials {
    let credentials: AuthorizationCredentials
    do {
      credentials = try AuthorizationCredentials(self.request.head.fields)
    } catch {
      throw .credentials(error, self.challenge)
    }
    switch credentials {
    case .bearer, .dpop:
      guard !self.request.head.target.namesAccessToken else {
        throw .credentials(.repeated, self.challenge)
      }
    case .none, .otherScheme: break
    }
    return credentials
  }

  private func token(
    _ presented: AuthorizationCredentials.PresentedToken, _ scheme: PresentedScheme
  ) throws(Refusal) -> VerifiedCredential {
    let check = TokenCheck(
      world: self.world, service: self.service, connection: self.request.connection,
      memory: self.memory, now: self.now)
    let signed = try check.signed(presented.bytes)
    try check.checkMeaning(of: signed)
    let binding = BindingCheck(
      world: self.world, service: self.service, request: self.request, memory: self.memory,
      proofs: self.proofs,
      now: self.now)
    let certificate = try binding.check(signed, presented, scheme)
    return VerifiedCredential(checked: signed, boundTo: certificate)
  }

  /// - Returns: `nil` if the certificate is nobody's here and the request needs nobody.
  private func certificate(
    _ certificate: ClientCertificateFacts, _ mayBeAnonymous: Bool
  ) throws(Refusal) -> Caller? {
    let check = CertificateCheck(
      world: self.world, certificate: certificate, connection: self.request.connection,
      memory: self.memory, challenge: self.challenge, now: self.now)
    switch try check.signed() {
    case .refused(let refusal):
      if mayBeAnonymous { return nil }
      throw refusal
    case .verified(let signed):
      guard self.service.senderConstraint != .dpop else { throw .bindingRequired(self.challenge) }
      return .workload(VerifiedCredential(checked: signed))
    }
  }

  /// Registration and revocation. Apart from the rest so that the record of a refused request can
  /// name the credential, which is genuine.
  func checkStanding(of caller: Caller) throws(Refusal) {
    guard let credential = caller.credential else { return }
    if let reason = self.world.revocations.revocation(of: credential.revocationSubject) {
      throw .revoked(reason, self.challenge)
    }
    if let certificate = credential.certificate,
      let reason = self.world.revocations.revocation(of: certificate.revocationSubject)
    {
      throw .revoked(reason, self.challenge)
    }
    guard self.world.knows(credential.principal),
      credential.certificate.map({ self.world.knows($0.principal) }) ?? true
    else {
      throw .invalidToken(
        "workload-unknown", "the credential's subject is not a registered workload",
        self.challenge)
    }
  }
}

/// Under which scheme a token was presented.
enum PresentedScheme {
  case bearer
  case dpop
}

extension RequestTarget {
  /// Whether the query names a token (RFC 6750 section 2.3), which is never read from there.
  var namesAccessToken: Bool {
    guard let query = self.query, query.utf8.count > 12 else { return false }
    guard let items = try? self.queryItems() else {
      // A query that cannot be read names nothing to us, but may to somebody.
      return query.utf8.contains(UInt8(ascii: "%")) || query.contains("access_token")
    }
    return items.contains { $0.name == "access_token" }
  }
}
