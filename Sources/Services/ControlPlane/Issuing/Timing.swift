package import Credentials

/// The time, and a way to wait for a later one.
package struct Timing: Sendable {
  package let clock: any WallClock
  /// Suspends for a number of milliseconds.
  package let pause: @Sendable (Int64) async throws -> Void

  package init(
    clock: any WallClock, pause: @escaping @Sendable (Int64) async throws -> Void
  ) {
    self.clock = clock
    self.pause = pause
  }

  /// Waits until the clock shows a later second than the given one.
  ///
  /// Tokens count whole seconds: one issued in the very second of a revocation could not be told
  /// from those that it refuses.
  ///
  /// - Throws: `AdministrationError` when that second is far off, which only a clock that was set back
  ///   explains: callers who wait would hold up all others.
  func waitUntilAfter(second: Int64) async throws {
    while true {
      let now = self.clock.now()
      let end = Instant(seconds: second).advanced(bySeconds: 1)
      guard end > now else { return }
      let (remaining, overflow) = end.milliseconds.subtractingReportingOverflow(now.milliseconds)
      guard !overflow, remaining <= Self.longestWait else {
        throw AdministrationError(
          .unavailable, "the clock is behind a revocation; nothing is issued until it has caught up"
        )
      }
      try await self.pause(min(remaining, 1000))
    }
  }

  /// Milliseconds.
  private static let longestWait: Int64 = 5000
}
