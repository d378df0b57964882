import Credentials

/// How many events without an accepted credential are recorded one by one: a token bucket, so that
/// garbage cannot fill the log.
struct AnonymousQuota {
  private let perSecond: Int64
  private let burst: Int64
  /// In thousandths of an event.
  private var level: Int64
  private var updated: Instant
  private var suppressed: Int64 = 0
  private var summarized: Instant?

  init(perSecond: Int64, burst: Int64, now: Instant) {
    self.perSecond = min(max(0, perSecond), 1_000_000)
    self.burst = min(max(0, burst), 1_000_000)
    self.level = self.burst * 1000
    self.updated = now
  }

  /// Whether one more may be recorded; one that may not is counted.
  mutating func admit(at now: Instant) -> Bool {
    let elapsed = min(max(0, now.milliseconds &- self.updated.milliseconds), Self.longestPause)
    self.updated = now
    self.level = min(self.burst * 1000, self.level + elapsed * self.perSecond)
    guard self.level >= 1000 else {
      self.suppressed += 1
      return false
    }
    self.level -= 1000
    return true
  }

  var hasSuppressed: Bool { self.suppressed > 0 }

  /// How many were not recorded since this last said so, which it does at most once a second: the
  /// summaries are not to fill the log either.
  mutating func takeSuppressed(at now: Instant) -> Int64 {
    if let last = self.summarized, (0..<1000).contains(now.milliseconds &- last.milliseconds) {
      return 0
    }
    if self.suppressed > 0 { self.summarized = now }
    return self.takeSuppressed()
  }

  /// How many were not recorded since this last said so.
  mutating func takeSuppressed() -> Int64 {
    defer { self.suppressed = 0 }
    return self.suppressed
  }

  /// In milliseconds; after it any bucket is full.
  private static let longestPause: Int64 = 1_000_000_000
}
