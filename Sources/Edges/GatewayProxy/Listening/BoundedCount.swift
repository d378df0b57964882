import Synchronization

/// How many of a kind there are, such as connections or handshakes under way, over all event loops, so that
/// they are bounded.
final class BoundedCount: Sendable {
  private let maximum: Int
  private let count = Atomic<Int>(0)

  init(maximum: Int) {
    self.maximum = maximum
  }

  var current: Int { self.count.load(ordering: .relaxed) }

  /// - Returns: whether there was room; then `leave` must follow.
  func enter() -> Bool {
    guard self.count.add(1, ordering: .relaxed).newValue <= self.maximum else {
      self.leave()
      return false
    }
    return true
  }

  func leave() { self.count.subtract(1, ordering: .relaxed) }
}
