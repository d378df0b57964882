import Audit
package import AuditStore
package import Credentials
import Inspection
package import Logging
import ServiceLifecycle
import Synchronization

/// Puts requests into the gateway's log, in groups that are made durable together.
package final class RequestRecorder: Service {
  package struct Configuration: Sendable {
    /// Names this gateway in events about itself.
    package var gateway: String
    /// The most events that wait for the log, besides those that had a place held for them.
    package var capacity = 16_384
    /// The most requests under way that a place is held for. Beyond it, as with a full queue, a request
    /// to a service whose requests must be recorded is refused, and others go on without a certain record.
    package var reservations = 65_536
    /// Events without an accepted credential that are recorded one by one, in a second.
    package var anonymousPerSecond: Int64 = 10
    /// How many of those may come at once.
    package var anonymousBurst: Int64 = 50

    package init(gateway: String) {
      self.gateway = gateway
    }
  }

  /// Room in the queue for one event.
  package enum Reservation: Sendable {
    case held
    /// There was no room, and the service goes on without a record.
    case none
  }

  private static let batch = 512

  private let configuration: Configuration
  private let store: AuditStore
  private let clock: any WallClock
  private let logger: Logger
  private let committed: Signal
  /// Waits a moment, so that the events of a moment are written together.
  private let gather: @Sendable () async -> Void
  private let state: Mutex<RecorderState>
  private let queued: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  /// - Parameters:
  ///   - committed: raised whenever the log has grown.
  ///   - gather: waits a moment before events are written, for as long as nobody asks for them.
  package init(
    configuration: Configuration, store: AuditStore, clock: any WallClock, committed: Signal,
    logger: Logger, gather: @escaping @Sendable () async -> Void = {}
  ) {
    self.configuration = configuration
    self.store = store
    self.clock = clock
    self.committed = committed
    self.logger = logger
    self.gather = gather
    let quota = AnonymousQuota(
      perSecond: configuration.anonymousPerSecond, burst: configuration.anonymousBurst,
      now: clock.now())
    self.state = Mutex(
      RecorderState(
        quota: quota, capacity: configuration.capacity, reservations: configuration.reservations))
    (self.queued, self.wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// How full the queue is.
  package struct Load: Hashable, Sendable {
    package let queued: Int
    package let capacity: Int
    /// Places that are held for requests under way.
    package let reserved: Int
    /// Events for which there was no room, since the start.
    package let dropped: UInt64
    /// Whether events are still taken.
    package let isRunning: Bool
  }

  package var load: Load {
    self.state.withLock { state in
      Load(
        queued: state.queue.count, capacity: state.capacity, reserved: state.reserved,
        dropped: state.droppedEver, isRunning: !state.isStopped)
    }
  }

  /// Keeps room for the event of a request that is about to be forwarded; `nil` when there is none
  /// and the event is required.
  package func reserve(isRequired: Bool) -> Reservation? {
    if self.state.withLock({ $0.reserve() }) { return .held }
    return isRequired ? nil : Reservation.none
  }

  /// Queues the event of a request; returns at once.
  package func record(
    _ record: RequestRecord, _ answer: RequestRecord.Answer, reservation: Reservation = .none
  ) {
    // What is not written need not be put into words.
    guard record.isAuthenticated(answer) || self.admitAnonymous(reservation) else { return }
    let line = record.line(answer)
    let mustWake = self.state.withLock { state in
      var hasPlace = false
      if case .held = reservation {
        state.release()
        hasPlace = true
      }
      state.enqueue(line, hasPlace: hasPlace)
      self.enqueueSummaries(&state)
      return state.claimWake()
    }
    // Waking somebody costs more than all the rest; whoever is awake looks again by himself.
    if mustWake { self.wake.yield() }
  }

  /// Whether the quota has room for one more; otherwise the reservation is given back.
  private func admitAnonymous(_ reservation: Reservation) -> Bool {
    let now = self.clock.now()
    return self.state.withLock { state in
      if state.quota.admit(at: now) { return true }
      if case .held = reservation { state.release() }
      return false
    }
  }

  /// Returns once everything that was queued before is in the log, or cannot be any more.
  package func drain() async {
    self.summarize()
    self.wake.yield()
    await withCheckedContinuation { continuation in
      if !self.state.withLock({ $0.wait(continuation) }) { continuation.resume() }
    }
  }

  package func run() async throws {
    await withGracefulShutdownHandler {
      for await _ in self.queued {
        await self.gatherUnlessAwaited()
        await self.append()
      }
      await self.append()
      self.summarize()
      await self.append()
    } onGracefulShutdown: {
      self.wake.finish()
    }
    self.resume(self.state.withLock { $0.stop() })
  }

  private func gatherUnlessAwaited() async {
    if !self.state.withLock({ $0.isAwaited }) { await self.gather() }
    self.state.withLock { $0.isAwake = false }
  }

  private func append() async {
    while true {
      let batch = self.state.withLock { $0.takeBatch(limit: Self.batch) }
      guard !batch.isEmpty else { return }
      do {
        try await self.append(batch)
      } catch {
        self.logger.critical(
          "the audit log takes no more events; restart this gateway once its disk is well",
          metadata: ["error": "\(error)", "lost": "\(batch.count)"])
        self.resume(self.state.withLock { $0.stop() })
        return
      }
      self.resume(self.state.withLock { $0.settle(batch.count) })
      self.committed.raise()
    }
  }

  /// Appends what the log takes; in the place of a line that it does not take comes one that says so.
  private func append(_ lines: [[UInt8]]) async throws {
    do {
      _ = try await self.store.append(lines)
    } catch let error as AuditStoreError where error.code == .invalidEvent {
      guard lines.count > 1 else {
        self.logger.error("an event was not recorded", metadata: ["error": "\(error)"])
        let substitute = self.summary("unrecorded-requests", 1, self.clock.now())
        _ = try await self.store.append([substitute])
        return
      }
      try await self.append(Array(lines.prefix(lines.count / 2)))
      try await self.append(Array(lines.dropFirst(lines.count / 2)))
    }
  }

  private func resume(_ waiters: [CheckedContinuation<Void, Never>]) {
    for waiter in waiters { waiter.resume() }
  }

  private func enqueueSummaries(_ state: inout RecorderState) {
    guard state.hasOmissions, state.hasRoom else { return }
    let now = self.clock.now()
    self.enqueueSummaries(&state, now) { $0.quota.takeSuppressed(at: now) }
  }

  /// What was not recorded one by one is recorded as a number. It takes no event's place: without room
  /// the number waits and grows.
  private func enqueueSummaries(
    _ state: inout RecorderState, _ now: Instant,
    takeSuppressed: (inout RecorderState) -> Int64
  ) {
    if state.hasRoom {
      self.enqueue("unauthenticated-requests", takeSuppressed(&state), &state, now)
    }
    if state.hasRoom { self.enqueue("unrecorded-requests", state.takeDropped(), &state, now) }
  }

  private func enqueue(
    _ kind: String, _ count: Int64, _ state: inout RecorderState, _ now: Instant
  ) {
    if count > 0 { state.enqueue(self.summary(kind, count, now)) }
  }

  private func summarize() {
    let now = self.clock.now()
    self.state.withLock { state in
      self.enqueueSummaries(&state, now) { $0.quota.takeSuppressed() }
    }
  }

  private func summary(_ kind: String, _ count: Int64, _ now: Instant) -> [UInt8] {
    var event = AuditEvent(
      type: .limitExceeded, time: now,
      actor: .init(kind: .gateway, id: self.configuration.gateway))
    event.subject = .init(
      kind: kind, name: self.configuration.gateway, change: "\(count) not recorded one by one")
    return event.encoded()
  }
}
