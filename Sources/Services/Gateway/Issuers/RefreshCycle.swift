/// The life of one fetched document: fetched ahead of need, kept for a bounded time while it cannot be
/// fetched, and given up after that.
///
/// A state machine without I/O. All times are milliseconds of a clock that nobody can set.
package struct RefreshCycle: Sendable {
  /// What holds at a moment.
  package enum Standing: Hashable, Sendable {
    /// The epoch grows whenever the content changes.
    case current(TrustMaterial, epoch: UInt64)
    /// Nothing that may be used; look again after so many seconds.
    case missing(retryAfter: Int64)
  }

  var timing: RefreshTiming
  private var content: TrustMaterial?
  private var epoch: UInt64 = 0
  private var lastSuccess: Int64?
  private var lastAttempt: Int64?
  private var due: Int64
  private var isFetching = false
  private var failures = 0
  /// What went wrong the last time; `nil` after a success.
  package private(set) var problem: String?

  /// The first fetch is due at once.
  package init(_ timing: RefreshTiming, at now: Int64) {
    self.timing = timing
    self.due = now
  }

  /// - Returns: whether a fetch is to be made now. There is one at a time: `succeed` or `fail` ends it.
  package mutating func begin(at now: Int64) -> Bool {
    guard !self.isFetching, now >= self.due else { return false }
    self.isFetching = true
    self.lastAttempt = now
    return true
  }

  /// The document was fetched. What it no longer holds is withdrawn at once, an empty set included.
  ///
  /// - Parameter maximumAge: seconds for which its publisher says that it is fresh.
  /// - Returns: whether the content is another than before.
  @discardableResult
  package mutating func succeed(
    _ content: TrustMaterial, maximumAge: Int64?, at now: Int64,
    random: inout some RandomNumberGenerator
  ) -> Bool {
    self.isFetching = false
    self.failures = 0
    self.problem = nil
    self.lastSuccess = now
    // Ahead of the end, and not at the moment at which every other gateway looks.
    let lifetime = self.timing.lifetime(maximumAge: maximumAge) * 1000
    self.due = now.adding(
      Int64.random(in: (lifetime / 4 * 3)...(lifetime / 10 * 9), using: &random))
    guard content != self.content else { return false }
    self.content = content
    self.epoch &+= 1
    return true
  }

  /// The document could not be fetched, or what came was none. What was known stays.
  package mutating func fail(
    _ problem: String, at now: Int64, random: inout some RandomNumberGenerator
  ) {
    self.isFetching = false
    self.problem = problem
    self.failures = min(self.failures + 1, 32)
    let wait = self.timing.pause(afterFailures: self.failures) * 1000
    self.due = now.adding(Int64.random(in: (wait / 2)...wait, using: &random))
  }

  /// Somebody showed a key id that the document does not have. It may be new: the next fetch comes
  /// early, but whoever sends such ids causes no more than one in the cool-down.
  ///
  /// - Returns: whether a fetch is due now.
  @discardableResult
  package mutating func unknownKey(at now: Int64) -> Bool {
    let earliest = self.lastAttempt.map { $0.adding(self.timing.coolDown * 1000) } ?? now
    self.due = min(self.due, max(now, earliest))
    return !self.isFetching && self.due <= now
  }

  /// What may be used now.
  package func standing(at now: Int64) -> Standing {
    guard let content = self.content, let lastSuccess = self.lastSuccess,
      now <= lastSuccess.adding(self.timing.maximumStale * 1000)
    else {
      let wait = self.isFetching ? 0 : max(0, self.due.subtracting(now))
      return .missing(retryAfter: min(60, max(1, (wait / 1000) + 1)))
    }
    return .current(content, epoch: self.epoch)
  }

  /// Seconds since the document was last fetched; `nil` when it never was.
  package func age(at now: Int64) -> Int64? {
    self.lastSuccess.map { max(0, now.subtracting($0)) / 1000 }
  }
}

/// When a document is fetched, and for how long it may be used. All in seconds.
package struct RefreshTiming: Hashable, Sendable {
  /// Never more often than this while all is well, whatever its publisher says.
  package var minimum: Int64 = 60
  /// At least this often.
  package var maximum: Int64 = 900
  /// For a publisher that says nothing.
  package var usual: Int64 = 300
  /// How long after the last success the content may still be used.
  package var maximumStale: Int64 = 86_400
  /// Between two fetches that an unknown key id may cause.
  package var coolDown: Int64 = 30

  private static let firstPause: Int64 = 1
  private static let longestPause: Int64 = 60

  package init() {}

  func lifetime(maximumAge: Int64?) -> Int64 {
    min(max(maximumAge ?? self.usual, self.minimum), max(self.minimum, self.maximum))
  }

  /// Doubles with each failure, up to a minute.
  func pause(afterFailures failures: Int) -> Int64 {
    min(Self.longestPause, Self.firstPause << Int64(min(max(0, failures - 1), 16)))
  }
}

extension Int64 {
  /// Saturates at the ends of time.
  fileprivate func adding(_ other: Int64) -> Int64 {
    let (sum, overflow) = self.addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  fileprivate func subtracting(_ other: Int64) -> Int64 {
    let (difference, overflow) = self.subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }
}
