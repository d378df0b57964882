import Synchronization

/// The gateways that are connected, and how far each has come.
final class GatewayRoster: Sendable {
  struct Entry: Hashable, Sendable {
    var name: String
    var acknowledged: Int64
    var flushed: UInt64
    /// Why the gateway does not use the newest revision, if it said so.
    var rejection: String?
  }

  private struct State {
    var next: UInt64 = 0
    var entries: [UInt64: Entry] = [:]
    var outboxes: [UInt64: @Sendable (UInt64) -> Void] = [:]
    var observers: [UInt64: AsyncStream<Void>.Continuation] = [:]
  }

  private let state = Mutex(State())

  /// Enters a session; `flush` asks its gateway to send every event it has.
  func enter(name: String, flush: @escaping @Sendable (UInt64) -> Void) -> UInt64 {
    self.state.withLock { state in
      state.next += 1
      state.entries[state.next] = Entry(name: name, acknowledged: 0, flushed: 0)
      state.outboxes[state.next] = flush
      return state.next
    }
  }

  func leave(_ session: UInt64) {
    self.update(session) { $0 = nil }
    self.state.withLock { _ = $0.outboxes.removeValue(forKey: session) }
  }

  func acknowledge(_ revision: Int64, session: UInt64) {
    self.update(session) { entry in
      guard var known = entry else { return }
      known.acknowledged = max(known.acknowledged, revision)
      known.rejection = nil
      entry = known
    }
  }

  func reject(_ reason: String, session: UInt64) {
    self.update(session) { $0?.rejection = reason }
  }

  func flushed(_ id: UInt64, session: UInt64) {
    self.update(session) { entry in
      guard var known = entry else { return }
      known.flushed = max(known.flushed, id)
      entry = known
    }
  }

  var entries: [Entry] {
    self.state.withLock { $0.entries.values.sorted { $0.name < $1.name } }
  }

  /// Waits until every gateway that is connected now decides by the revision, or the time is over.
  /// One that leaves meanwhile may still decide by what it had: it counts when it comes back.
  func acknowledgement(
    of revision: Int64, within milliseconds: Int64, timing: Timing
  ) async -> GatewayAcknowledgement {
    let connected = Self.count(self.state.withLock { Array($0.entries.values) })
    await self.wait(within: milliseconds, timing: timing) { entries in
      let current = Self.count(entries.values.filter { $0.acknowledged >= revision })
      return connected.allSatisfy { current[$0.key, default: 0] >= $0.value }
    }
    let current = Self.count(
      self.state.withLock { $0.entries.values.filter { $0.acknowledged >= revision } })
    var outcome = GatewayAcknowledgement()
    for (name, sessions) in connected.sorted(by: { $0.key < $1.key }) {
      let reached = min(sessions, current[name, default: 0])
      outcome.acknowledged += Array(repeating: name, count: reached)
      outcome.missing += Array(repeating: name, count: sessions - reached)
    }
    return outcome
  }

  /// Several processes may be one gateway: how many sessions each name has.
  private static func count(_ entries: [Entry]) -> [String: Int] {
    Dictionary(entries.map { ($0.name, 1) }, uniquingKeysWith: +)
  }

  /// Asks every connected gateway for its events and waits until they came, or the time is over.
  func flushAll(within milliseconds: Int64, timing: Timing) async {
    let (id, sessions, outboxes) = self.state.withLock { state in
      state.next += 1
      return (state.next, Set(state.entries.keys), Array(state.outboxes.values))
    }
    for flush in outboxes { flush(id) }
    await self.wait(within: milliseconds, timing: timing) { entries in
      sessions.allSatisfy { entries[$0].map { $0.flushed >= id } ?? true }
    }
  }

  private func update(_ session: UInt64, _ change: (inout Entry?) -> Void) {
    let observers = self.state.withLock { state in
      change(&state.entries[session])
      return Array(state.observers.values)
    }
    for observer in observers { observer.yield() }
  }

  private func wait(
    within milliseconds: Int64, timing: Timing,
    until isDone: @escaping @Sendable ([UInt64: Entry]) -> Bool
  ) async {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let observer = self.state.withLock { state in
      state.next += 1
      state.observers[state.next] = continuation
      return state.next
    }
    defer { self.state.withLock { _ = $0.observers.removeValue(forKey: observer) } }
    continuation.yield()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in stream where isDone(self.state.withLock { $0.entries }) { return }
      }
      group.addTask { try? await timing.pause(milliseconds) }
      await group.next()
      group.cancelAll()
    }
  }
}
