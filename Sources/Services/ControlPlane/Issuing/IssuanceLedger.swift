import Audit
import Credentials
import Enrollment
import SPIFFE
import Synchronization

/// One credential that this trust domain issued and that is still valid.
struct LedgerEntry: Hashable, Sendable {
  var id: CredentialID
  var kind: CredentialKind
  var digest: CredentialDigest
  var keyID: String
  var workload: SPIFFEID
  var parent: CredentialID?
  var evidence: Evidence
  /// The revision of the records by which it was issued.
  var revision: Int64
  /// Unix seconds.
  var issuedAt: Int64
  var expiresAt: Int64
}

/// What was issued and has not expired, in memory: to answer whether a credential that a gateway
/// meets is ours, what it was exchanged from, and which evidence earned it. The audit log has the
/// same for good.
final class IssuanceLedger: Sendable {
  private struct State {
    var entries: [CredentialID: LedgerEntry] = [:]
    var children: [CredentialID: Set<CredentialID>] = [:]
    var purgeAfter = 4096
  }

  private let state = Mutex(State())

  func insert(_ entry: LedgerEntry, now: Int64) {
    self.state.withLock { state in
      state.entries[entry.id] = entry
      if let parent = entry.parent { state.children[parent, default: []].insert(entry.id) }
      if state.entries.count > state.purgeAfter { Self.purge(&state, now: now) }
    }
  }

  /// Enters a credential and makes its issue durable. It is here before it is in the log, so that
  /// whoever revokes meanwhile finds it; when the log cannot have it, it was never issued.
  func insert(
    _ entry: LedgerEntry, now: Int64, recording event: AuditEvent, in audit: any AuditTrail
  ) async throws {
    self.insert(entry, now: now)
    do {
      try await audit.record([event])
    } catch {
      self.remove(entry)
      throw error
    }
  }

  private func remove(_ entry: LedgerEntry) {
    self.state.withLock { state in
      state.entries[entry.id] = nil
      if let parent = entry.parent { state.children[parent]?.remove(entry.id) }
    }
  }

  /// Whether a key signed something that is still valid.
  func holds(keyID: String) -> Bool {
    self.state.withLock { $0.entries.values.contains { $0.keyID == keyID } }
  }

  subscript(id: CredentialID) -> LedgerEntry? { self.state.withLock { $0.entries[id] } }

  /// The credential and everything that was exchanged from it, directly or not.
  func descendants(of id: CredentialID) -> [CredentialID] {
    self.state.withLock { Self.descendants(of: [id], in: $0) }
  }

  private static func descendants(of ids: [CredentialID], in state: State) -> [CredentialID] {
    var found = ids
    var known = Set(ids)
    var next = 0
    while next < found.count {
      for child in state.children[found[next]] ?? [] where known.insert(child).inserted {
        found.append(child)
      }
      next += 1
    }
    return found
  }

  /// What was issued through a node up to and including a second and is still valid then, and
  /// everything that was exchanged from it.
  func issued(through node: String, upTo second: Int64) -> [CredentialID] {
    self.state.withLock { state in
      let ids = state.entries.values.filter {
        $0.evidence.node == node && $0.issuedAt <= second && $0.expiresAt > second
      }.map(\.id)
      return Self.descendants(of: ids, in: state)
    }
  }

  /// What was issued to a workload in a later second than this one, and what was exchanged from
  /// anything that it got, whenever and by whom.
  func issued(to workload: SPIFFEID, after second: Int64) -> [CredentialID] {
    self.family { $0.workload == workload } without: { $0.workload == workload && $0.issuedAt <= second }
  }

  /// What was exchanged from what a key signed, as far as the key did not sign it too.
  func exchanged(fromKey keyID: String) -> [CredentialID] {
    self.family { $0.keyID == keyID } without: { $0.keyID == keyID }
  }

  /// What was exchanged in a later second than this one from what was issued until then.
  func exchanged(fromIssuedUpTo second: Int64) -> [CredentialID] {
    self.family { $0.issuedAt <= second } without: { $0.issuedAt <= second }
  }

  /// The entries that belong to the heads, with their descendants, without those that are refused by
  /// what they are.
  private func family(
    _ isHead: (LedgerEntry) -> Bool, without isCovered: (LedgerEntry) -> Bool
  ) -> [CredentialID] {
    self.state.withLock { state in
      let heads = state.entries.values.filter(isHead).map(\.id)
      return Self.descendants(of: heads, in: state).filter { id in
        state.entries[id].map { !isCovered($0) } ?? false
      }
    }
  }

  /// What was issued to a workload in a later second than this one, but by older records than those
  /// of the revision, and everything that was exchanged from it.
  func issued(
    to workload: SPIFFEID, after second: Int64, before revision: Int64
  ) -> [CredentialID] {
    self.state.withLock { state in
      let ids = state.entries.values.filter {
        $0.workload == workload && $0.issuedAt > second && $0.revision < revision
      }.map(\.id)
      return Self.descendants(of: ids, in: state)
    }
  }

  var count: Int { self.state.withLock { $0.entries.count } }

  /// Forgets what expired; the bound grows with what is left, so that the cost stays amortised.
  private static func purge(_ state: inout State, now: Int64) {
    state.entries = state.entries.filter { $0.value.expiresAt + 60 > now }
    state.children = state.children.filter { parent, children in
      state.entries[parent] != nil || children.contains { state.entries[$0] != nil }
    }
    state.purgeAfter = max(4096, state.entries.count * 2)
  }
}

extension LedgerEntry {
  /// Reads back what an issuing event says; `nil` for any other event, and for one that does not say
  /// all of it.
  init?(_ event: AuditEvent) {
    guard event.type == .credentialIssued, let facts = event.credential,
      let id = try? CredentialID(facts.id), let kind = CredentialKind(rawValue: facts.kind),
      let digest = facts.digest.flatMap(CredentialDigest.init(hexadecimal:)),
      let workload = event.workload.flatMap({ try? SPIFFEID(parsing: $0) }),
      let evidence = event.evidence, let issuedAt = facts.issuedAt,
      let expiresAt = facts.expiresAt, let keyID = facts.keyID,
      let revision = event.decision?.revision
    else { return nil }
    let parent = facts.parent.flatMap { try? CredentialID($0) }
    guard facts.parent == nil || parent != nil else { return nil }
    self.init(
      id: id, kind: kind, digest: digest, keyID: keyID, workload: workload,
      parent: parent,
      evidence: Evidence(
        attestor: evidence.attestor, facts: evidence.facts.mapValues(Set.init),
        node: evidence.node),
      revision: revision, issuedAt: issuedAt, expiresAt: expiresAt)
  }

  /// The event that makes an issue durable before the credential leaves.
  func event(
    time: Instant, serverName: String, audience: [String], scopes: [String],
    decision: AuditEvent.Decision, workloadFacts: WorkloadFacts?, service: String?
  ) -> AuditEvent {
    var event = AuditEvent(
      type: .credentialIssued, time: time, actor: .init(kind: .server, id: serverName))
    event.workload = self.workload.description
    var facts = AuditEvent.CredentialFacts(id: self.id.description, kind: self.kind.rawValue)
    facts.digest = self.digest.description
    facts.keyID = self.keyID
    facts.issuedAt = self.issuedAt
    facts.expiresAt = self.expiresAt
    facts.audience = audience
    facts.scopes = scopes
    facts.parent = self.parent?.description
    event.credential = facts
    event.evidence = self.evidence.eventFacts
    event.decision = decision
    event.workloadFacts = workloadFacts
    event.issue = .init(service: service, scopes: scopes)
    return event
  }
}

extension Evidence {
  var eventFacts: AuditEvent.EvidenceFacts {
    AuditEvent.EvidenceFacts(
      attestor: self.attestor, node: self.node, facts: self.facts.mapValues { $0.sorted() })
  }
}
