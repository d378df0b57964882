package import Audit
package import AuditStore
package import EventIndex
import TransparencyLog

/// Writes events into the server's log, and follows the log to keep the index in step.
///
/// The index is made from the log alone, so it can be lost and comes back by itself.
package struct LoggedAuditTrail: AuditTrail {
  private let store: AuditStore
  private let index: any EventIndex
  private let origin: String
  private let turns = AsyncTurns()

  package init(store: AuditStore, index: any EventIndex) {
    self.store = store
    self.index = index
    self.origin = store.verifierKey.name
  }

  package func record(_ events: [AuditEvent]) async throws {
    _ = try await self.store.append(events.map { $0.encoded() })
  }

  package func flush() async throws {
    _ = try await self.store.flush()
    try await self.catchUp()
  }

  /// Brings the index up to the end of the log; one at a time.
  package func catchUp() async throws {
    try await self.turns.run {
      let last = try await self.index.lastPosition(of: self.origin)
      var position = last.flatMap(LogPosition.init(ordinal:)) ?? .start
      while true {
        let page = try await self.store.events(from: position)
        guard !page.events.isEmpty else { return }
        try await self.index.insert(try page.events.map(self.indexed))
        position = page.next
      }
    }
  }

  private func indexed(_ logged: LogEvent) throws -> IndexedEvent {
    guard let event = AuditEvent(line: logged.bytes), let ordinal = logged.position.ordinal else {
      throw UnreadableEvent(log: self.origin, position: logged.position)
    }
    return IndexedEvent(event, line: logged.bytes, log: self.origin, position: ordinal)
  }
}

/// A log holds a line that is not an event. Nothing after it is indexed, so that nothing is missing
/// from a trace without anybody knowing.
package struct UnreadableEvent: Error, Hashable, Sendable, CustomStringConvertible {
  package let log: String
  package let position: LogPosition

  package var description: String {
    "log \(self.log) holds a line that is not an event, at \(self.position): "
      + "`gatehouse audit verify` says whether it was changed"
  }
}
