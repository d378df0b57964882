import Synchronization

/// Tells many waiters that something changed: changes between two looks count as one.
final class ChangeSignal: Sendable {
  private struct State {
    var generation: UInt64 = 0
    var nextWaiter: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  /// How many changes there have been.
  var generation: UInt64 { self.state.withLock { $0.generation } }

  func raise() {
    let waiters = self.state.withLock { state in
      state.generation &+= 1
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns when there has been a change since the generation was looked up, and when the task is
  /// cancelled.
  func wait(beyond generation: UInt64) async {
    let identifier = self.state.withLock { state in
      state.nextWaiter &+= 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = self.state.withLock { state in
          // A cancellation either has happened by now, or finds the waiter below.
          if state.generation != generation || Task.isCancelled { return true }
          state.waiters[identifier] = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      self.state.withLock { $0.waiters.removeValue(forKey: identifier) }?.resume()
    }
  }
}
