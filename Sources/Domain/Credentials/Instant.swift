/// A point in time, in milliseconds since 1970-01-01T00:00:00Z without leap seconds.
package struct Instant: Hashable, Comparable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  package init(seconds: Int64) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    self.milliseconds = overflow ? (seconds < 0 ? .min : .max) : product
  }

  /// The whole second that this instant lies in, as JWT's NumericDate counts them (RFC 7519 section 2).
  package var seconds: Int64 {
    let quotient = self.milliseconds / 1000
    return self.milliseconds % 1000 < 0 ? quotient - 1 : quotient
  }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.milliseconds < rhs.milliseconds }

  /// This instant moved by a number of seconds; the ends of time hold.
  package func advanced(bySeconds seconds: Int64) -> Instant {
    self.advanced(byMilliseconds: Instant(seconds: seconds).milliseconds)
  }

  package func advanced(byMilliseconds delta: Int64) -> Instant {
    let (sum, overflow) = self.milliseconds.addingReportingOverflow(delta)
    return Instant(milliseconds: overflow ? (delta < 0 ? .min : .max) : sum)
  }
}

/// Where a long-running part takes the time from. A program gives the system's, a test its own.
package protocol WallClock: Sendable {
  func now() -> Instant
}
