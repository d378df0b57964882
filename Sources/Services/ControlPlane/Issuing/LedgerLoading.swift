import Audit
import EventIndex

extension IssuanceLedger {
  /// Takes back what was issued before a restart and is still valid.
  ///
  /// - Throws: `UnreadableIssue` for an issuing event that cannot be read: without it a genuine
  ///   credential would look foreign, and a revocation would miss it.
  func load(from index: any EventIndex, now: Int64) async throws {
    let events = try await index.recent(type: EventType.credentialIssued.name, limit: 1_000_000)
    for indexed in events.reversed() {
      guard let event = AuditEvent(line: indexed.body), let entry = LedgerEntry(event) else {
        throw UnreadableIssue(log: indexed.log, position: indexed.position)
      }
      if entry.expiresAt > now { self.insert(entry, now: now) }
    }
  }
}

/// An event that a credential was issued cannot be read.
struct UnreadableIssue: Error, Hashable, Sendable, CustomStringConvertible {
  let log: String
  let position: Int64

  var description: String {
    "log \(self.log) holds an event that a credential was issued, at position \(self.position), "
      + "which cannot be read: `gatehouse audit verify` says whether it was changed"
  }
}
