import Audit
import Credentials
import Distribution
import EventIndex
import SPIFFE
import Synchronization

/// Finds credentials that verify with our keys and that we never issued: somebody else holds a key.
struct ForeignCredentialDetector: Sendable {
  let ledger: IssuanceLedger
  let index: any EventIndex
  let audit: any AuditTrail
  let timing: Timing
  let warn: @Sendable (String) -> Void

  /// Compares what a gateway saw with what was issued, and raises a detection for each difference.
  func compare(_ seen: [SeenCredential], from gateway: SPIFFEID) async throws {
    var foreign: [SeenCredential] = []
    for credential in seen where try await !self.isOurs(credential) { foreign.append(credential) }
    guard !foreign.isEmpty else { return }
    try await self.audit.record(foreign.map { self.event($0, gateway) })
    for credential in foreign {
      self.warn(
        "credential minted elsewhere with key \(Self.clipped(credential.keyID)): no log of this "
          + "trust domain holds its digest; revoke the key with "
          + "`gatehouse revoke --key \(Self.clipped(credential.keyID))`")
    }
  }

  /// The ledger forgets what expired, and a gateway may tell late: then the log's index knows.
  private func isOurs(_ seen: SeenCredential) async throws -> Bool {
    if let id = try? CredentialID(seen.id), let entry = self.ledger[id] {
      return entry.digest.description == seen.digest
    }
    guard CredentialDigest(hexadecimal: seen.digest) != nil else { return false }
    let issues = try await self.index.events(
      matching: IndexKey(kind: "digest", value: seen.digest),
      types: [EventType.credentialIssued.name], limit: 1)
    return issues.contains { AuditEvent(line: $0.body)?.credential?.id == seen.id }
  }

  private func event(_ seen: SeenCredential, _ gateway: SPIFFEID) -> AuditEvent {
    var event = AuditEvent(
      type: .detectionRaised, time: self.timing.clock.now(),
      actor: .init(kind: .gateway, id: gateway.description))
    // Whoever minted it chose these texts; a long one must not keep the finding out of the log.
    event.workload = Self.clipped(seen.workload)
    var facts = AuditEvent.CredentialFacts(
      id: Self.clipped(seen.id), kind: CredentialKind.accessToken.rawValue)
    facts.digest = Self.clipped(seen.digest)
    facts.keyID = Self.clipped(seen.keyID)
    facts.expiresAt = seen.expiresAt
    event.credential = facts
    event.request = AuditEvent.RequestFacts(requestID: Self.clipped(seen.requestID))
    event.subject = .init(
      kind: "key", name: Self.clipped(seen.keyID), change: Self.finding,
      reason: "a credential signed with this key was used that no log of this trust domain holds")
    return event
  }

  private static func clipped(_ text: String) -> String {
    String(text.unicodeScalars.prefix(512).map { $0.value < 0x20 ? "?" : Character($0) })
  }

  static let finding = "credential-minted-elsewhere"
}
