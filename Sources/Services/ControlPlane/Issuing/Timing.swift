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
  func waitUntilAfter(second: Int64) async throws {
    while true {
      let now = self.clock.now()
      let end = Instant(seconds: second).advanced(bySeconds: 1)
      guard end > now else { return }
      let (remaining, overflow) = end.milliseconds.subtractingReportingOverflow(now.milliseconds)
      try await self.pause(overflow ? 1000 : min(remaining, 1000))
    }
  }
}
