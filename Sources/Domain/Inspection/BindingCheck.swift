import HTTPMessages
import OAuth
import SPIFFE

/// Whether the sender of a token proved what the token, and the service, demand of it.
struct BindingCheck {
  let world: GatewayWorld
  let service: RoutedService
  let request: InspectedRequest
  let memory: any CredentialMemory
  let proofs: ProofTerms
  /// Unix seconds.
  let now: Int64

  private var challenge: ChallengeTerms { ChallengeTerms(self.service) }

  /// - Returns: the X.509-SVID that the token is bound to, if it is bound to one.
  func check(
    _ signed: SignedCredential, _ token: AuthorizationCredentials.PresentedToken,
    _ scheme: PresentedScheme
  ) throws(Refusal) -> SignedCredential? {
    let confirmation = signed.confirmation
    try self.checkConstraint(confirmation)
    let certificate = try confirmation?.certificate.flatMap { thumbprint throws(Refusal) in
      try self.certificate(thumbprint)
    }
    try self.checkScheme(confirmation, token, scheme)
    return certificate
  }

  /// A token is bound to a certificate that holds now: to one that has expired, or is of a trust domain
  /// that does not vouch for it any more, nothing can be bound.
  private func certificate(_ thumbprint: Thumbprint) throws(Refusal) -> SignedCredential? {
    let connection = self.request.connection
    guard let certificate = connection.clientCertificate, certificate.thumbprint == thumbprint
    else {
      throw .bindingMismatch(
        "the token is bound to a client certificate, which this connection does not have",
        self.challenge)
    }
    guard let domain = certificate.chain.claimedID?.trustDomain, self.world.isConfigured(domain)
    else {
      try self.checkTime(of: certificate)
      return nil
    }
    let check = CertificateCheck(
      world: self.world, certificate: certificate, connection: connection, memory: self.memory,
      challenge: self.challenge, now: self.now)
    switch try check.signed() {
    case .verified(let svid): return svid
    case .refused(let refusal): throw refusal
    }
  }

  /// Whoever issued it, it says itself when it holds.
  private func checkTime(of certificate: ClientCertificateFacts) throws(Refusal) {
    let leaf = certificate.chain.leaf
    guard leaf.notBeforeSeconds <= self.now else {
      throw .svid(SVIDRefusal(.notYetValid), self.challenge)
    }
    guard self.now <= leaf.notAfterSeconds else {
      throw .svid(SVIDRefusal(.expired), self.challenge)
    }
  }

  private func checkScheme(
    _ confirmation: Confirmation?, _ token: AuthorizationCredentials.PresentedToken,
    _ scheme: PresentedScheme
  ) throws(Refusal) {
    switch (confirmation?.key, scheme) {
    case (nil, .bearer): break
    case (let key?, .dpop): try self.checkProof(of: key, token)
    case (.some, .bearer):
      throw .bindingMismatch(
        "the token is bound to a key: send it with scheme DPoP and a proof", self.challenge)
    case (nil, .dpop):
      throw .bindingMismatch(
        "the token is not bound to a key: scheme DPoP is not for it",
        self.challenge)
    }
  }

  private func checkConstraint(_ confirmation: Confirmation?) throws(Refusal) {
    let isMet =
      switch self.service.senderConstraint {
      case .none: true
      case .required: confirmation != nil
      case .dpop: confirmation?.key != nil
      case .mutualTLS: confirmation?.certificate != nil
      }
    guard isMet else { throw .bindingRequired(self.challenge) }
  }

  private func checkProof(
    of key: Thumbprint, _ token: AuthorizationCredentials.PresentedToken
  ) throws(Refusal) {
    // A proof costs a signature check too.
    let prover = Prover(key, of: self.request.connection)
    if let seconds = self.memory.secondsUntilCheck(for: prover.counted, at: self.now) {
      throw .failedVerifications(retryAfter: seconds)
    }
    if let refusal = self.proofRefusal(key, token) {
      if !refusal.asksForNonce { self.memory.noteFailure(of: prover.counted, at: self.now) }
      throw .proof(
        refusal, self.challenge, nonce: self.proofs.nonces?.nonce(at: self.now))
    }
  }

  private func proofRefusal(
    _ key: Thumbprint, _ token: AuthorizationCredentials.PresentedToken
  ) -> DPoPRefusal? {
    let fields = self.request.head.fields.all(named: "dpop").map { $0.text ?? "" }
    guard let bearer = try? BearerToken(token.text), let uri = self.uri else {
      return DPoPRefusal(.uriMismatch)
    }
    let outcome = UnverifiedDPoPProof(fields: fields).verify(
      method: self.request.head.method.rawValue, uri: uri,
      accessTokenHash: AccessTokenHash(of: bearer), at: self.now, window: self.proofs.window,
      nonce: self.proofs.nonces)
    switch outcome {
    case .refused(let refusal): return refusal
    case .verified(let proof):
      guard proof.key == key else { return DPoPRefusal(.keyMismatch) }
      return self.memory.refusal(of: proof, at: self.now)
    }
  }

  /// The request's URI as its sender knows it: the origin is configured, or else the one that the
  /// request was routed by.
  private var uri: DPoPTargetURI? {
    let head = self.request.head
    let scheme = self.request.connection.isSecure ? "https" : "http"
    let origin = self.service.externalOrigin ?? "\(scheme)://\(head.authority)"
    return try? DPoPTargetURI(parsing: origin + head.target.path)
  }
}

/// Who shows proofs for a token that is genuine. What others of its network get wrong does not count
/// against it, and nobody elsewhere who has only read the token can have it shut out.
private struct Prover: Hashable {
  let key: Thumbprint
  let source: UInt64

  init(_ key: Thumbprint, of connection: ConnectionFacts) {
    self.key = key
    self.source = connection.sourceKey
  }

  /// A hash that is seeded anew in every process.
  var counted: UInt64 { UInt64(truncatingIfNeeded: self.hashValue) }
}
