import Audit
import ControlPlane
import EventIndex
import Synchronization

/// An audit trail in memory, which the test can make fail or hold.
final class RecordingTrail: AuditTrail {
  struct Full: Error {}

  private struct State {
    var events: [AuditEvent] = []
    var indexed = 0
    var isFailing = false
    var isHeld = false
    var held: [CheckedContinuation<Void, Never>] = []
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  static let origin = "example.org/log/server"

  private let state = Mutex(State())
  private let index: any EventIndex

  init(index: any EventIndex) {
    self.index = index
  }

  var events: [AuditEvent] { self.state.withLock { $0.events } }

  func events(_ type: EventType) -> [AuditEvent] { self.events.filter { $0.type == type } }

  /// From now on nothing can be recorded.
  func fail(_ isFailing: Bool = true) { self.state.withLock { $0.isFailing = isFailing } }

  /// From now on recording takes until ``release()``.
  func hold() { self.state.withLock { $0.isHeld = true } }

  func release() {
    let held = self.state.withLock { state in
      state.isHeld = false
      defer { state.held = [] }
      return state.held
    }
    for continuation in held { continuation.resume() }
  }

  /// Returns when so many wait for something to be recorded.
  func waits(reach count: Int) async {
    await withCheckedContinuation { continuation in
      let isReached = self.state.withLock { state in
        if state.held.count >= count { return true }
        state.watchers.append((count, continuation))
        return false
      }
      if isReached { continuation.resume() }
    }
  }

  func record(_ events: [AuditEvent]) async throws {
    await withCheckedContinuation { continuation in
      let (isFree, watchers) = self.state.withLock { state in
        guard state.isHeld else { return (true, [CheckedContinuation<Void, Never>]()) }
        state.held.append(continuation)
        let reached = state.watchers.filter { $0.count <= state.held.count }
        state.watchers.removeAll { $0.count <= state.held.count }
        return (false, reached.map(\.continuation))
      }
      for watcher in watchers { watcher.resume() }
      if isFree { continuation.resume() }
    }
    try self.state.withLock { state in
      if state.isFailing { throw Full() }
      state.events += events
    }
  }

  func flush() async throws {
    let (first, events) = self.state.withLock { state in
      defer { state.indexed = state.events.count }
      return (state.indexed, Array(state.events[state.indexed...]))
    }
    try await self.index.insert(
      events.enumerated().map { offset, event in
        IndexedEvent(
          event, line: event.encoded(), log: Self.origin, position: Int64(first + offset))
      })
  }
}
