import Synchronization

/// How much each source has under way, over all event loops, so that no one takes what is there for
/// all.
final class SourceCount: Sendable {
  private let maximum: Int
  private let counts = Mutex<[UInt64: Int]>([:])

  init(maximum: Int) {
    self.maximum = maximum
  }

  /// - Parameter source: `ConnectionFacts.sourceKey`.
  /// - Returns: whether there was room; then `leave` must follow.
  func enter(_ source: UInt64) -> Bool {
    self.counts.withLock { counts in
      let count = counts[source, default: 0]
      guard count < self.maximum else { return false }
      counts[source] = count + 1
      return true
    }
  }

  func leave(_ source: UInt64) {
    self.counts.withLock { counts in
      guard let count = counts[source] else { return }
      counts[source] = count > 1 ? count - 1 : nil
    }
  }
}
