import Credentials
import Crypto
import Enrollment
import Synchronization

extension PeerSession {
  /// The process's X.509-SVIDs with their bundles.
  ///
  /// - Throws: `WorkloadRefusal`.
  package func x509Context() async throws(WorkloadRefusal) -> X509Context {
    let entitlement: Entitlement
    do {
      entitlement = try await self.entitlement()
    } catch {
      if error.kind == .permissionDenied { self.held.withLock { $0 = [:] } }
      throw error
    }
    let bundles = try await self.currentBundles()
    self.forget(allBut: entitlement.identities)
    var refusal: Reason?
    var svids: [X509SVIDWithKey] = []
    for identity in entitlement.identities {
      switch try await self.svid(of: identity, entitlement.evidence) {
      case .held(let svid): svids.append(svid)
      case .refused(let reason): refusal = reason
      }
    }
    if svids.isEmpty, let refusal { throw WorkloadRefusal(.permissionDenied, refusal) }
    return X509Context(svids: svids, bundles: bundles)
  }

  private enum Outcome {
    case held(X509SVIDWithKey)
    case refused(Reason)
  }

  private func svid(
    of identity: EntitledIdentity, _ evidence: Evidence
  ) async throws(WorkloadRefusal) -> Outcome {
    let known = self.held.withLock { $0[identity] }
    if let known, known.isFresh(for: evidence, at: self.agent.clock.now()) {
      return .held(known.svid)
    }
    do {
      let issued = try await self.issue(identity, evidence)
      return .held(self.keep(issued, for: identity))
    } catch let error as IssuanceRefusal {
      self.held.withLock { _ = $0.removeValue(forKey: identity) }
      return .refused(error.reason)
    } catch {
      // The issuer is away: what is still valid goes on being used.
      if let known, known.isUsable(for: evidence, at: self.agent.clock.now()) {
        return .held(known.svid)
      }
      throw .issuerUnavailable
    }
  }

  private func issue(
    _ identity: EntitledIdentity, _ evidence: Evidence
  ) async throws -> HeldX509SVID {
    let key = P256.Signing.PrivateKey(compactRepresentable: false)
    let issuedAt = self.agent.clock.now()
    let grant = try await self.agent.issuer.issueX509SVID(
      for: identity, publicKey: key.publicKey, evidence: evidence)
    guard !grant.certificates.isEmpty, issuedAt < grant.expiresAt else {
      throw WorkloadRefusal.issuerUnavailable
    }
    let svid = X509SVIDWithKey(
      id: identity.id, hint: identity.hint, certificates: grant.certificates,
      privateKey: Redacted(key), credential: grant.id, issuedAt: issuedAt,
      expiresAt: grant.expiresAt)
    return HeldX509SVID(svid: svid, evidence: evidence)
  }

  /// Keeps the SVID, unless another stream of the connection was quicker.
  private func keep(_ issued: HeldX509SVID, for identity: EntitledIdentity) -> X509SVIDWithKey {
    self.held.withLock { held in
      if let other = held[identity],
        other.isFresh(for: issued.evidence, at: issued.svid.issuedAt)
      {
        return other.svid
      }
      held[identity] = issued
      return issued.svid
    }
  }

  private func forget(allBut identities: [EntitledIdentity]) {
    let current = Set(identities)
    self.held.withLock { held in held = held.filter { current.contains($0.key) } }
  }
}
