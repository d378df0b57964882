import HTTPMessages
import OAuth

/// Whether the sender of a token proved what the token, and the service, demand of it.
struct BindingCheck {
  let service: RoutedService
  let request: InspectedRequest
  let memory: any CredentialMemory
  let proofs: ProofTerms
  /// Unix seconds.
  let now: Int64

  private var challenge: ChallengeTerms { ChallengeTerms(self.service) }

  func check(
    _ signed: SignedCredential, _ token: AuthorizationCredentials.PresentedToken,
    _ scheme: PresentedScheme
  ) throws(Refusal) {
    let confirmation = signed.confirmation
    try self.checkConstraint(confirmation)
    if let thumbprint = confirmation?.certificate {
      guard self.request.connection.clientCertificate?.thumbprint == thumbprint else {
        throw .bindingMismatch(
          "the token is bound to a client certificate, which this connection does not have",
          self.challenge)
      }
    }
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
    if let seconds = self.memory.secondsUntilCheck(for: self.request.connection, at: self.now) {
      throw .failedVerifications(retryAfter: seconds)
    }
    if let refusal = self.proofRefusal(key, token) {
      if !refusal.asksForNonce {
        self.memory.noteFailure(of: self.request.connection, at: self.now)
      }
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
