import Synchronization

/// Tells those who follow that there is something to do. Calls between two looks count as one.
package final class Signal: Sendable {
  private struct State {
    var next = 0
    var followers: [Int: AsyncStream<Void>.Continuation] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  package func raise() {
    self.state.withLock { state in
      for follower in state.followers.values { follower.yield() }
    }
  }

  /// Begins with one signal, so that nothing from before is missed.
  package func follow() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number = self.state.withLock { state in
      state.next += 1
      state.followers[state.next] = continuation
      return state.next
    }
    continuation.onTermination = { _ in
      self.state.withLock { _ = $0.followers.removeValue(forKey: number) }
    }
    continuation.yield()
    return stream
  }
}
