import Credentials

/// How many refusals of unauthenticated callers are recorded one by one: a token bucket, so that
/// garbage cannot fill the log.
struct RefusalQuota {
  private let perSecond: Int64
  /// In thousandths of an event.
  private var level: Int64
  private var updated: Instant
  private var suppressed: Int64 = 0

  init(perSecond: Int64, now: Instant) {
    self.perSecond = min(max(0, perSecond), 1_000_000)
    self.level = self.perSecond * 1000
    self.updated = now
  }

  /// Whether one more may be recorded; one that may not is counted.
  mutating func admit(at now: Instant) -> Bool {
    let elapsed = min(max(0, now.milliseconds &- self.updated.milliseconds), 1000)
    self.updated = now
    self.level = min(self.perSecond * 1000, self.level + elapsed * self.perSecond)
    guard self.level >= 1000 else {
      self.suppressed += 1
      return false
    }
    self.level -= 1000
    return true
  }

  /// How many were not recorded since this was last asked.
  mutating func takeSuppressed() -> Int64 {
    defer { self.suppressed = 0 }
    return self.suppressed
  }
}
