import ControlPlane
import Credentials
import Synchronization

/// A clock that stands still until the test moves it; pauses end when it reaches their end.
final class TestClock: WallClock {
  private struct Sleeper {
    let end: Instant
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now = Instant(seconds: 1_800_000_000)
    var next = 0
    var sleepers: [Int: Sleeper] = [:]
    var started = 0
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  func now() -> Instant { self.state.withLock { $0.now } }

  var timing: Timing { Timing(clock: self) { try await self.pause($0) } }

  /// How many pauses have begun so far.
  var pauses: Int { self.state.withLock { $0.started } }

  func advance(bySeconds seconds: Int64) { self.advance(byMilliseconds: seconds * 1000) }

  func advance(byMilliseconds milliseconds: Int64) {
    let due = self.state.withLock { state in
      state.now = state.now.advanced(byMilliseconds: milliseconds)
      let due = state.sleepers.filter { $0.value.end <= state.now }
      for key in due.keys { state.sleepers[key] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in due { continuation.resume() }
  }

  /// Returns when this many pauses have begun since the clock was made.
  func pauses(reach count: Int) async {
    await withCheckedContinuation { continuation in
      let isReached = self.state.withLock { state in
        if state.started >= count { return true }
        state.watchers.append((count, continuation))
        return false
      }
      if isReached { continuation.resume() }
    }
  }

  private func pause(_ milliseconds: Int64) async throws {
    let key = self.state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let (isCancelled, watchers) = self.state.withLock { state in
          if Task.isCancelled { return (true, [CheckedContinuation<Void, Never>]()) }
          let end = state.now.advanced(byMilliseconds: milliseconds)
          state.sleepers[key] = Sleeper(end: end, continuation: continuation)
          state.started += 1
          let reached = state.watchers.filter { $0.count <= state.started }.map(\.continuation)
          state.watchers.removeAll { $0.count <= state.started }
          return (false, reached)
        }
        for watcher in watchers { watcher.resume() }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      self.state.withLock { $0.sleepers.removeValue(forKey: key) }?.continuation
        .resume(throwing: CancellationError())
    }
  }
}
