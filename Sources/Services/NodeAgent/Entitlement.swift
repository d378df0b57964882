import Credentials
import Enrollment

/// What a process proved, and the identities that it earns by that: at least one.
struct Entitlement: Sendable {
  let evidence: Evidence
  let identities: [EntitledIdentity]
}

extension NodeAgent {
  /// Attests the process afresh and asks which identities it earns.
  ///
  /// - Throws: `WorkloadRefusal`; one without an identity is recorded.
  func entitlement(of peer: PeerProcess) async throws(WorkloadRefusal) -> Entitlement {
    let evidence = try await self.evidence(of: peer)
    if let bound = self.bound.identity(of: peer.identity) {
      let exempt = Evidence(
        attestor: Self.boundAttestor, facts: evidence.facts, node: evidence.node)
      return Entitlement(evidence: exempt, identities: [bound])
    }
    guard !self.bound.isSpent(peer.identity) else { throw .noIdentity }
    try await self.applyOwnUserRule(to: peer, evidence)
    let earned = self.bound.withoutReserved(try await self.earned(by: evidence))
    guard !earned.isEmpty else {
      throw await self.recorded(.noIdentity, peer, evidence.facts)
    }
    self.warnOfOwnUser(peer, evidence)
    return Entitlement(evidence: evidence, identities: WorkloadHints.unique(earned))
  }

  private func evidence(of peer: PeerProcess) async throws(WorkloadRefusal) -> Evidence {
    do {
      let facts = try await self.attestor.attest(peer)
      return Evidence(attestor: self.attestor.name, facts: facts, node: self.node)
    } catch {
      throw await self.recorded(WorkloadRefusal(.permissionDenied, error.reason), peer, [:])
    }
  }

  private func earned(by evidence: Evidence) async throws(WorkloadRefusal) -> [EntitledIdentity] {
    do {
      return try await self.issuer.identities(for: evidence)
    } catch {
      throw .issuerUnavailable
    }
  }

  private func applyOwnUserRule(
    to peer: PeerProcess, _ evidence: Evidence
  ) async throws(WorkloadRefusal) {
    guard case .refused(let uid) = self.ownUID, Self.isUser(uid, peer, evidence) else { return }
    throw await self.recorded(.ownUser, peer, evidence.facts)
  }

  private func warnOfOwnUser(_ peer: PeerProcess, _ evidence: Evidence) {
    guard case .allowedWithWarning(let uid, let warn) = self.ownUID,
      Self.isUser(uid, peer, evidence)
    else { return }
    let path = evidence.facts["path"]?.min() ?? ""
    guard self.warnedPaths.insert(path) else { return }
    warn(OwnUserWarning(reason: Self.ownUserAllowed, path: path))
  }

  private static func isUser(_ uid: UInt32, _ peer: PeerProcess, _ evidence: Evidence) -> Bool {
    peer.uid == uid || evidence.facts["uid"]?.contains(String(uid)) ?? false
  }

  private static let ownUserAllowed = Reason(
    code: "own-user",
    message: "a process of the agent's own user was given an identity; a server would refuse it")

  /// The refusal, after the issuer was told of it.
  func recorded(
    _ refusal: WorkloadRefusal, _ peer: PeerProcess, _ facts: [String: Set<String>]
  ) async -> WorkloadRefusal {
    await self.issuer.recordRefusal(
      RefusedPeer(reason: refusal.reason, peer: peer, facts: facts))
    return refusal
  }
}

/// The rule that hints are unique in a response and at most 1024 bytes (SPIFFE Workload API,
/// section 5.2.1).
enum WorkloadHints {
  static let maximumLength = 1024

  /// Empties a hint that is too long, or that an earlier identity has.
  static func unique(_ identities: [EntitledIdentity]) -> [EntitledIdentity] {
    var seen: Set<String> = []
    return identities.map { identity in
      let isUsable =
        identity.hint.utf8.count <= Self.maximumLength && seen.insert(identity.hint).inserted
      guard !isUsable else { return identity }
      return EntitledIdentity(
        id: identity.id, workloadName: identity.workloadName, hint: "", epoch: identity.epoch)
    }
  }
}
