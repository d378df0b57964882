import Audit
import EventIndex

extension IssuanceLedger {
  /// Takes back what was issued before a restart and is still valid.
  func load(from index: any EventIndex, now: Int64) async throws {
    let events = try await index.recent(type: EventType.credentialIssued.name, limit: 1_000_000)
    for indexed in events.reversed() {
      guard let event = AuditEvent(line: indexed.body), let entry = LedgerEntry(event),
        entry.expiresAt > now
      else { continue }
      self.insert(entry, now: now)
    }
  }
}
