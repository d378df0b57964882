package import Credentials

/// Where the agent takes the time from, and what wakes it when an SVID is due.
package protocol AlarmClock: WallClock {
  /// Returns at the instant or soon after, at once when it has passed.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  func sleep(until instant: Instant) async throws
}
