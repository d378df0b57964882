import Synchronization

/// Tells followers of a store that it has a new revision.
///
/// Each follower's stream holds only the newest revision that it has not read yet.
package final class RevisionBroadcast: Sendable {
  private struct State {
    var current: Revision
    var isFinished = false
    var nextFollower: UInt64 = 0
    var followers: [UInt64: AsyncStream<Revision>.Continuation] = [:]
  }

  private let state: Mutex<State>

  package init(current: Revision) {
    state = Mutex(State(current: current))
  }

  deinit {
    finish()
  }

  /// Yields a revision to every follower, unless a newer one has been yielded already.
  package func publish(_ revision: Revision) {
    state.withLock { state in
      guard revision > state.current else { return }
      state.current = revision
      for follower in state.followers.values { follower.yield(revision) }
    }
  }

  /// A stream of the current revision and the newer ones.
  package func follow() -> AsyncStream<Revision> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Revision.self, bufferingPolicy: .bufferingNewest(1))
    guard let id = add(continuation) else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in self?.remove(id) }
    return stream
  }

  /// Ends every stream, those asked for later too.
  package func finish() {
    // Finishing calls `onTermination`, which takes the lock: hence outside of it.
    let followers = state.withLock { state in
      state.isFinished = true
      defer { state.followers = [:] }
      return state.followers
    }
    for follower in followers.values { follower.finish() }
  }

  private func add(_ continuation: AsyncStream<Revision>.Continuation) -> UInt64? {
    state.withLock { state in
      continuation.yield(state.current)
      guard !state.isFinished else { return nil }
      let id = state.nextFollower
      state.nextFollower &+= 1
      state.followers[id] = continuation
      return id
    }
  }

  private func remove(_ id: UInt64) {
    state.withLock { state in _ = state.followers.removeValue(forKey: id) }
  }
}
