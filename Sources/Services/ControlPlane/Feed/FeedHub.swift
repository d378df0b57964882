import Audit
import Credentials
package import Distribution
import EventIndex
import RecordStore
package import SPIFFE

/// Serves gateways: tells each the world, first whole and then as it changes, and takes in what it
/// reports.
package struct FeedHub: GatewayFeed {
  let keeper: WorldKeeper
  let store: any RecordStore
  let index: any EventIndex
  let audit: any AuditTrail
  let roster: GatewayRoster
  let admission: GatewayAdmission
  let detector: ForeignCredentialDetector
  let timing: Timing

  package func serve(_ session: GatewaySession, gateway: SPIFFEID) async throws {
    try self.checkAdmission(gateway)
    let outbox = FeedOutbox()
    let number = self.roster.enter(name: gateway.description) { id in
      outbox.offer(.flush(id: id))
    }
    defer { self.roster.leave(number) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for await message in outbox.messages { try await session.send(message) } }
      group.addTask { try await self.tell(outbox, gateway: gateway) }
      group.addTask { try await self.beat(outbox) }
      group.addTask {
        try await self.listen(session, gateway: gateway, number: number, outbox)
      }
      // Whichever part ends first, the session is over.
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  /// Asked again with every change: who was a gateway may be revoked in the middle of a session.
  private func checkAdmission(_ gateway: SPIFFEID) throws {
    guard self.admission.mayFollow(gateway) else {
      throw AdministrationError(.invalid, "\(gateway) is not a gateway of this trust domain")
    }
  }

  /// Snapshot, then changes; a cursor that the history does not reach begins again.
  private func tell(
    _ outbox: FeedOutbox, gateway: SPIFFEID
  ) async throws {
    var cursor = try await self.tellEverything(outbox)
    for await _ in self.store.revisions() {
      // A refresh that fails leaves the last good world in force.
      try? await self.keeper.refresh()
      try self.checkAdmission(gateway)
      do {
        while true {
          let page = try await self.store.changes(after: cursor, limit: Self.pageSize)
          guard page.upTo > cursor else { break }
          cursor = page.upTo
          try outbox.put(
            .changes(items: page.changes.compactMap(Self.item), revision: cursor.rawValue))
        }
      } catch RecordStoreError.snapshotRequired {
        cursor = try await self.tellEverything(outbox)
      }
    }
  }

  private func tellEverything(
    _ outbox: FeedOutbox
  ) async throws -> Revision {
    let snapshot = try await self.store.snapshot()
    var items: [FeedItem] = []
    var size = 0
    for record in snapshot.records where Self.isDistributed(record.key) {
      if size + record.value.count > Self.partBytes, !items.isEmpty {
        try outbox.put(
          .snapshot(items: items, revision: snapshot.revision.rawValue, isComplete: false))
        (items, size) = ([], 0)
      }
      size += record.value.count
      items.append(
        FeedItem(kind: record.key.kind.rawValue, name: record.key.name, value: record.value))
    }
    try outbox.put(.snapshot(items: items, revision: snapshot.revision.rawValue, isComplete: true))
    return snapshot.revision
  }

  private func beat(_ outbox: FeedOutbox) async throws {
    while true {
      try await self.timing.pause(Self.heartbeatMilliseconds)
      try outbox.put(.heartbeat)
    }
  }

  private func listen(
    _ session: GatewaySession, gateway: SPIFFEID, number: UInt64,
    _ outbox: FeedOutbox
  ) async throws {
    var log: GatewayLog?
    for try await report in session.incoming {
      switch report {
      case .hello(_, let origin, let publicKey):
        log = try await GatewayLog.register(
          origin: origin, publicKey: publicKey, gateway: gateway, in: self.keeper,
          index: self.index)
        let held = try await self.index.lastPosition(of: origin)
        try outbox.put(.eventsStored(position: held ?? -1))
      case .acknowledged(let revision): self.roster.acknowledge(revision, session: number)
      case .rejected(_, let reason): self.roster.reject(reason, session: number)
      case .flushed(let id): self.roster.flushed(id, session: number)
      case .seen(let credentials): try await self.detector.compare(credentials, from: gateway)
      case .events(let events):
        guard let log else { throw Self.helloMissing }
        try await self.index.insert(events.compactMap { IndexedEvent($0, log: log.origin) })
        if let last = events.last { try outbox.put(.eventsStored(position: last.position)) }
      case .checkpoint(let text):
        guard let log else { throw Self.helloMissing }
        try await log.anchor(text, in: self.audit, now: self.timing.clock.now())
      }
    }
  }

  private static let pageSize = 1000
  private static let partBytes = 1024 * 1024
  private static let heartbeatMilliseconds: Int64 = 2000
  private static let helloMissing = AdministrationError(
    .invalid, "a gateway's session begins with hello")

  private static func isDistributed(_ key: RecordKey) -> Bool {
    RecordForm.distributed.contains(key.kind.rawValue)
  }

  private static func item(_ change: RecordChange) -> FeedItem? {
    guard Self.isDistributed(change.key) else { return nil }
    return FeedItem(
      kind: change.key.kind.rawValue, name: change.key.name, value: change.value)
  }
}
