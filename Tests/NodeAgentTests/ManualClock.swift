import Credentials
import NodeAgent
import Synchronization

/// A clock that stands still until the test moves it.
final class ManualClock: AlarmClock {
  private struct State {
    var now = Instant(seconds: 1_800_000_000)
    var nextSleeper = 0
    var sleepers: [Int: (until: Instant, continuation: CheckedContinuation<Void, any Error>)] = [:]
  }

  private let state = Mutex(State())

  func now() -> Instant { self.state.withLock { $0.now } }

  func advance(bySeconds seconds: Int64) {
    let due = self.state.withLock { state in
      state.now = state.now.advanced(bySeconds: seconds)
      let due = state.sleepers.filter { $0.value.until <= state.now }
      for key in due.keys { state.sleepers[key] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in due { continuation.resume() }
  }

  func sleep(until instant: Instant) async throws {
    let identifier = self.state.withLock { state in
      state.nextSleeper += 1
      return state.nextSleeper
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isDue = self.state.withLock { state in
          if state.now >= instant || Task.isCancelled { return true }
          state.sleepers[identifier] = (instant, continuation)
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      self.state.withLock { $0.sleepers.removeValue(forKey: identifier) }?.continuation.resume(
        throwing: CancellationError())
    }
  }
}
