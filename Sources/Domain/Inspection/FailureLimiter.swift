/// How many credentials of one source may fail before its credentials are not looked at for a while: a
/// leaky bucket for each source, in a table of fixed size.
package struct FailureLimiter: Sendable {
  package struct Configuration: Hashable, Sendable {
    /// Failures that may come at once.
    package var burst: Int64
    /// Failures a second that are forgiven.
    package var perSecond: Int64
    /// The most sources that are remembered; of more, those with the fewest failures are forgotten.
    package var sources: Int

    package init(burst: Int64 = 100, perSecond: Int64 = 10, sources: Int = 16_384) {
      self.burst = burst
      self.perSecond = perSecond
      self.sources = sources
    }
  }

  private struct Bucket {
    var source: UInt64
    var level: Int64
    /// Unix seconds.
    var updated: Int64
  }

  private static let ways = 8
  /// After so long every bucket is empty enough.
  private static let longestPause: Int64 = 1_000_000

  private let burst: Int64
  private let perSecond: Int64
  private var buckets: [Bucket?]
  private let setMask: Int

  package init(_ configuration: Configuration) {
    self.burst = min(max(configuration.burst, 1), 1_000_000)
    self.perSecond = min(max(configuration.perSecond, 1), 1_000_000)
    var sets = 1
    while sets * Self.ways < min(configuration.sources, 1_048_576) { sets *= 2 }
    self.buckets = Array(repeating: nil, count: sets * Self.ways)
    self.setMask = sets - 1
  }

  /// Seconds until a credential of the source is looked at again; `nil` when it is now.
  package func secondsUntilCheck(for source: UInt64, at now: Int64) -> Int64? {
    guard let index = self.place(of: source), let bucket = self.buckets[index] else { return nil }
    let level = self.level(bucket, at: now)
    guard level >= self.burst else { return nil }
    return (level - self.burst) / self.perSecond + 1
  }

  package mutating func noteFailure(of source: UInt64, at now: Int64) {
    if let index = self.place(of: source), let bucket = self.buckets[index] {
      // Higher than the burst says nothing more: nobody is shut out for longer than it takes to drain.
      let level = min(self.level(bucket, at: now) + 1, self.burst + self.perSecond)
      self.buckets[index] = Bucket(source: source, level: level, updated: now)
      return
    }
    let emptiest = self.places(source).min { self.level($0, at: now) < self.level($1, at: now) }
    guard let emptiest else { return }
    self.buckets[emptiest] = Bucket(source: source, level: 1, updated: now)
  }

  private func place(of source: UInt64) -> Int? {
    self.places(source).first { self.buckets[$0]?.source == source }
  }

  private func places(_ source: UInt64) -> Range<Int> {
    let first = (Int(truncatingIfNeeded: source) & self.setMask) &* Self.ways
    return first..<(first &+ Self.ways)
  }

  private func level(_ index: Int, at now: Int64) -> Int64 {
    self.buckets[index].map { self.level($0, at: now) } ?? -1
  }

  private func level(_ bucket: Bucket, at now: Int64) -> Int64 {
    let (difference, overflow) = now.subtractingReportingOverflow(bucket.updated)
    // A clock that was set back forgives nothing.
    let elapsed =
      overflow ? (now > 0 ? Self.longestPause : 0) : min(max(difference, 0), Self.longestPause)
    return max(0, bucket.level - elapsed * self.perSecond)
  }
}
