package import Credentials
package import HTTPMessages
package import Inspection
import Synchronization

/// Decides requests, keeps track of those under way, and records every answer. The edge that reads
/// and writes bytes works through this.
package final class Gateway: Sendable {
  private let current: CurrentWorld
  private let live: LiveRequests
  private let seen: SeenCredentials
  private let recorder: RequestRecorder
  private let news: Signal
  private let random: RandomSource
  private let guards: CredentialGuards
  package let clock: any WallClock
  /// For callers without an event loop of their own.
  private let shared: SharedMemories

  /// - Parameters:
  ///   - sharedMemories: how many callers without an event loop of their own are served at once:
  ///   one for each core.
  ///   - meter: counts for these callers.
  package init(
    current: CurrentWorld, live: LiveRequests, seen: SeenCredentials, recorder: RequestRecorder,
    news: Signal, random: RandomSource, clock: any WallClock,
    credentials: CredentialGuards.Configuration = .init(), sharedMemories: Int = 4,
    meter: Meter? = nil
  ) {
    self.current = current
    self.live = live
    self.seen = seen
    self.recorder = recorder
    self.news = news
    self.random = random
    self.clock = clock
    let guards = CredentialGuards(credentials, start: clock.now())
    self.guards = guards
    self.shared = SharedMemories(count: sharedMemories) {
      LoopMemory(guards: guards, shard: live.makeShard(), random: random, meter: meter)
    }
  }

  /// What an event loop keeps for its requests: one for each, never shared.
  /// - Parameter meter: of that loop.
  package func makeLoopMemory(meter: Meter? = nil) -> LoopMemory {
    LoopMemory(
      guards: self.guards, shard: self.live.makeShard(), random: self.random, meter: meter)
  }

  /// Begins the record of a request, under an id of our own.
  /// - Parameters:
  ///   - head: `nil` when none could be read.
  ///   - traceParent: of the trace that the request is part of.
  package func arrive(
    head: RequestHead?, source: String, traceParent: TraceParent?, memory: LoopMemory
  ) -> RequestRecord {
    RequestRecord(
      requestID: memory.random.identifier(), arrival: self.clock.now(), source: source, head: head,
      traceParent: traceParent)
  }

  /// As above, for callers without an event loop of their own.
  package func arrive(head: RequestHead?, source: String, traceParent: TraceParent?)
    -> RequestRecord
  {
    let place = self.shared.take()
    defer { place.leave() }
    let requestID = place.memory.withLock { $0.random.identifier() }
    return RequestRecord(
      requestID: requestID, arrival: self.clock.now(), source: source, head: head,
      traceParent: traceParent)
  }

  /// Random lower-case hexadecimal digits, two for each byte.
  package func randomHexadecimal(bytes count: Int) -> String {
    let place = self.shared.take()
    defer { place.leave() }
    return place.memory.withLock { memory in
      Hexadecimal.encode(
        (0..<max(0, count)).map { _ in UInt8.random(in: 0...255, using: &memory.random) })
    }
  }

  /// What became of a request: either it may be forwarded now, or it is answered with the refusal.
  package enum Admission: Sendable {
    case permitted(Permit, Passage)
    case refused(Refusal)
  }

  /// A permitted request under way. `end` must be called once.
  package struct Passage: Sendable {
    fileprivate let ticket: LiveRequests.Ticket?
    fileprivate let reservation: RequestRecorder.Reservation
  }

  /// Inspects a request.
  /// - Parameters:
  ///   - memory: of the event loop that asks.
  ///   - live: asked once there is a credential for what is ended if that is revoked while the request
  ///     is under way; `nil` for what is over at once.
  package func admit(
    _ record: inout RequestRecord, _ request: InspectedRequest, memory: LoopMemory,
    live: () -> (any LiveRequest)?
  ) -> Admission {
    memory.beginRequest()
    while true {
      let snapshot = self.current.latest(memory.snapshot)
      memory.snapshot = snapshot
      var inspection = Inspector.inspect(
        request, world: snapshot?.world, isStale: self.current.isStale, memory: memory,
        proofs: self.guards.configuration.proofs, at: self.clock.now())
      record.facts = inspection.takeFacts()
      self.note(record.facts.credential, record, memory)
      switch inspection.outcome {
      case .refused(let refusal): return .refused(refusal)
      case .permitted(let permit):
        if let admission = self.begin(permit, snapshot, memory, live) { return admission }
      }
    }
  }

  /// - Returns: `nil` if another world came meanwhile, which has not seen this request among those under
  ///   way.
  private func begin(
    _ permit: Permit, _ snapshot: CurrentWorld.Snapshot?, _ memory: LoopMemory,
    _ live: () -> (any LiveRequest)?
  ) -> Admission? {
    var ticket: LiveRequests.Ticket?
    if let credential = permit.caller.credential, let live = live() {
      ticket = memory.shard.enter(credential, live)
    }
    guard let snapshot, self.current.isLatest(snapshot) else {
      ticket?.leave()
      return nil
    }
    guard let reservation = self.recorder.reserve(isRequired: permit.service.mustBeRecorded) else {
      ticket?.leave()
      return .refused(.unrecordable)
    }
    return .permitted(permit, Passage(ticket: ticket, reservation: reservation))
  }

  /// Inspects a request for a caller without an event loop of its own.
  /// - Parameter close: ends the request at once, because its credential does not count any more; `nil`
  ///   for what is over at once.
  package func admit(
    _ record: inout RequestRecord, _ request: InspectedRequest,
    close: (@Sendable () -> Void)? = nil
  ) -> Admission {
    let place = self.shared.take()
    defer { place.leave() }
    return place.memory.withLock { memory in
      self.admit(&record, request, memory: memory, live: { close.map(ClosingRequest.init) })
    }
  }

  /// Records the answer to a forwarded request. Called before its last bytes leave, so that whoever
  /// has the answer finds it in the log.
  package func end(
    _ passage: Passage, _ record: RequestRecord, _ answer: RequestRecord.Answer
  ) {
    passage.ticket?.leave()
    self.recorder.record(record, answer, reservation: passage.reservation)
  }

  /// Records the answer to a request that was not forwarded.
  package func refuse(_ record: RequestRecord, _ answer: RequestRecord.Answer) {
    self.recorder.record(record, answer)
  }

  private func note(
    _ credential: VerifiedCredential?, _ record: RequestRecord, _ memory: LoopMemory
  ) {
    guard self.seen.isReported, let credential, !memory.noted.holds(credential.signed) else {
      return
    }
    let outcome = self.seen.note(credential, requestID: record.requestID)
    if outcome != .unnoted { memory.noted.keep(credential.signed) }
    if outcome == .first { self.news.raise() }
  }
}

/// A request that a closure ends.
private final class ClosingRequest: LiveRequest {
  private let close: @Sendable () -> Void

  init(_ close: @escaping @Sendable () -> Void) { self.close = close }

  func endRefused() { self.close() }

  func endExpired() { self.close() }
}
