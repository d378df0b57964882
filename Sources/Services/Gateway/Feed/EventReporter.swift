import AuditStore
import Credentials
import Distribution
import Logging
import TransparencyLog

/// Reports the gateway's log and the credentials that it sees, over one session.
struct EventReporter {
  let store: AuditStore
  let recorder: RequestRecorder
  let seen: SeenCredentials
  let orders: ReportOrders
  let outbox: Rendezvous<GatewayReport>
  let clock: any WallClock
  let logger: Logger
  private var position: LogPosition?
  private var sentCheckpoint: String?
  private var checkpointTime: Instant?

  init(
    store: AuditStore, recorder: RequestRecorder, seen: SeenCredentials, orders: ReportOrders,
    outbox: Rendezvous<GatewayReport>, clock: any WallClock, logger: Logger
  ) {
    self.store = store
    self.recorder = recorder
    self.seen = seen
    self.orders = orders
    self.outbox = outbox
    self.clock = clock
    self.logger = logger
  }

  /// Sends everything that there is to send now.
  mutating func report() async throws {
    try await self.reportSeen()
    guard try await self.findPosition() else { return }
    let flushes = self.orders.takeFlushes()
    if !flushes.isEmpty {
      await self.recorder.drain()
      try await self.store.flush()
    }
    try await self.reportEvents()
    try await self.reportCheckpoint(isAsked: !flushes.isEmpty)
    for id in flushes { try await self.send(.flushed(id: id)) }
  }

  private func reportSeen() async throws {
    while true {
      let batch = self.seen.untold(limit: Self.seenBatch)
      guard !batch.isEmpty else { return }
      try await self.send(.seen(batch))
      self.seen.told(batch.count)
    }
  }

  /// Whether the control plane has said where its copy ends.
  private mutating func findPosition() async throws -> Bool {
    if self.position != nil { return true }
    switch self.orders.held {
    case nil: return false
    case .nothing: self.position = .start
    case .upTo(let ordinal): self.position = try await self.position(after: ordinal)
    }
    return true
  }

  private func position(after ordinal: Int64) async throws -> LogPosition {
    if let last = LogPosition(ordinal: ordinal), last < self.store.end,
      let event = try await self.store.events(from: last, limit: 1).events.first
    {
      return event.position.ordinal == ordinal ? event.next : event.position
    }
    self.logger.critical(
      "the control plane holds events of this log that are not in it: it was cut or replaced",
      metadata: ["position": "\(ordinal)"])
    return .start
  }

  private mutating func reportEvents() async throws {
    while let position = self.position {
      let page = try await self.store.events(from: position, limit: Self.eventBatch)
      let events = page.events.compactMap { event in
        event.position.ordinal.map { ShippedEvent(position: $0, line: event.bytes) }
      }
      if !events.isEmpty { try await self.send(.events(events)) }
      self.position = page.next
      guard page.next > position else { return }
    }
  }

  /// The control plane writes each into its own log, so they are not sent all the time.
  private mutating func reportCheckpoint(isAsked: Bool) async throws {
    let checkpoint = self.store.signedCheckpoint
    guard checkpoint != self.sentCheckpoint else { return }
    let now = self.clock.now()
    let isDue = self.checkpointTime.map {
      $0.advanced(byMilliseconds: Self.checkpointInterval) <= now
    }
    guard isAsked || isDue ?? true else { return }
    try await self.send(.checkpoint(text: checkpoint))
    (self.sentCheckpoint, self.checkpointTime) = (checkpoint, now)
  }

  private func send(_ report: GatewayReport) async throws {
    guard await self.outbox.send(report) else { throw CancellationError() }
  }

  private static let seenBatch = 500
  private static let eventBatch = 500
  private static let checkpointInterval: Int64 = 2000
}
