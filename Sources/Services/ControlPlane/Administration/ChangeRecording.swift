import Audit
import Credentials
import RecordStore

/// Records changes before they are made, so that nothing is granted that the log does not know.
struct ChangeRecording: Sendable {
  let audit: any AuditTrail
  let clock: any WallClock

  /// - Throws: when the log cannot have the events; then the change must not be made.
  func announce(_ events: [AuditEvent]) async throws {
    if !events.isEmpty { try await self.audit.record(events) }
  }

  /// Says of announced events that what they tell did not happen.
  func takeBack(_ events: [AuditEvent], because error: any Error) async throws {
    let events = events.compactMap { self.opposite(of: $0, because: error) }
    do {
      try await self.announce(events)
    } catch let failure {
      throw AdministrationError(
        .unavailable,
        "nothing was changed (\(error)), but the log says that it was and could not be told "
          + "otherwise: \(failure)")
    }
  }

  private func opposite(of announced: AuditEvent, because error: any Error) -> AuditEvent? {
    guard let subject = announced.subject else { return nil }
    var event = AuditEvent(
      type: .recordChanged, time: self.clock.now(), actor: announced.actor)
    event.workload = announced.workload
    event.subject = .init(
      kind: subject.kind, name: subject.name, change: "not-\(subject.change)",
      reason: error is RecordConflict
        ? "another change came first" : "the records could not be written")
    return event
  }
}
