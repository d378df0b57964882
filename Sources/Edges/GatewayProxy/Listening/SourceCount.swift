import Synchronization

/// How much each source has under way, over all event loops, so that no one takes what is there for
/// all.
final class SourceCount: Sendable {
  /// One of those that a source may have; it is given back when nobody holds it any more.
  final class Place {
    private let count: SourceCount
    private let source: UInt64

    fileprivate init(_ count: SourceCount, _ source: UInt64) {
      self.count = count
      self.source = source
    }

    deinit { self.count.leave(self.source) }
  }

  private let maximum: Int
  private let counts = Mutex<[UInt64: Int]>([:])

  init(maximum: Int) {
    self.maximum = maximum
  }

  /// - Parameter source: `ConnectionFacts.sourceKey`.
  /// - Returns: whether there was room; then `leave` must follow.
  func enter(_ source: UInt64) -> Bool { self.enter(source, most: self.maximum) }

  private func enter(_ source: UInt64, most: Int) -> Bool {
    self.counts.withLock { counts in
      let count = counts[source, default: 0]
      guard count < most else { return false }
      counts[source] = count + 1
      return true
    }
  }

  /// - Returns: `nil` where there was no room.
  func place(for source: UInt64) -> Place? {
    self.enter(source) ? Place(self, source) : nil
  }

  /// For telling a source that it has too much: as many again.
  func placeForRefusal(of source: UInt64) -> Place? {
    self.enter(source, most: 2 * min(self.maximum, Int.max / 2)) ? Place(self, source) : nil
  }

  func leave(_ source: UInt64) {
    self.counts.withLock { counts in
      guard let count = counts[source] else { return }
      counts[source] = count > 1 ? count - 1 : nil
    }
  }
}
