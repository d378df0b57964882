import Credentials
import OAuth
import SPIFFE

/// Whether a client certificate is an X.509-SVID that counts here, right now.
struct CertificateCheck {
  let world: GatewayWorld
  let certificate: ClientCertificateFacts
  let connection: ConnectionFacts
  let memory: any CredentialMemory
  let challenge: ChallengeTerms
  /// Unix seconds.
  let now: Int64

  enum Outcome {
    case verified(SignedCredential)
    case refused(Refusal)
  }

  /// The credential, with its path verified now or before under the same authorities, and within its
  /// time now.
  /// - Throws: a refusal that nothing about the operation changes.
  func signed() throws(Refusal) -> Outcome {
    guard let domain = self.certificate.chain.claimedID?.trustDomain else {
      return .refused(.svid(SVIDRefusal(.invalidSPIFFEID), self.challenge))
    }
    guard !self.world.unavailableTrustDomains.contains(domain) else { throw .keysUnavailable() }
    guard let bundle = self.world.bundles[domain] else {
      return .refused(.svid(SVIDRefusal(.unknownTrustDomain), self.challenge))
    }
    let key = self.certificate.memoryKey[...]
    if let known = self.memory.recall(key), known.epoch == bundle.x509.epoch {
      return self.timely(known)
    }
    if let seconds = self.memory.secondsUntilCheck(for: self.connection.sourceKey, at: self.now) {
      throw .failedVerifications(retryAfter: seconds)
    }
    let outcome = self.verify(bundle.x509)
    switch outcome {
    case .verified(let signed):
      self.memory.keep(signed, for: key)
      return self.timely(signed)
    case .refused:
      self.memory.keep(nil, for: key)
      self.memory.noteFailure(of: self.connection.sourceKey, at: self.now)
      return outcome
    }
  }

  private func verify(_ bundle: X509Bundle) -> Outcome {
    switch self.certificate.chain.verifyPath(bundle: bundle, at: self.now) {
    case .refused(let refusal): return .refused(.svid(refusal, self.challenge))
    case .verified(let svid):
      do throws(UnusableCredential) {
        return .verified(
          try SignedCredential(
            svid, epoch: bundle.epoch, isOurs: bundle.trustDomain == self.world.trustDomain))
      } catch {
        return .refused(.unusable(error, self.challenge))
      }
    }
  }

  /// A certificate that is remembered may have expired since, on this connection or before it.
  private func timely(_ signed: SignedCredential) -> Outcome {
    guard case .certificate(_, let notBefore) = signed.content, notBefore <= self.now else {
      return .refused(.svid(SVIDRefusal(.notYetValid), self.challenge))
    }
    guard signed.expiresAt > self.now else {
      return .refused(.svid(SVIDRefusal(.expired), self.challenge))
    }
    return .verified(signed)
  }
}
