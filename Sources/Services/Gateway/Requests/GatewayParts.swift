package import AuditStore
package import Credentials
package import Logging

/// What a gateway consists of, with a control plane or without: what it decides by, and what it keeps of
/// what it decided.
package struct GatewayParts: Sendable {
  package var current: CurrentWorld
  package var live: LiveRequests
  package var seen: SeenCredentials
  package var recorder: RequestRecorder
  package var store: AuditStore
  /// Raised when there is something new to report.
  package var news: Signal
  package var clock: any WallClock
  /// Spreads reconnections.
  package var random: RandomSource
  /// Waits.
  package var pause: @Sendable (Duration) async throws -> Void
  package var logger: Logger

  package init(
    current: CurrentWorld, live: LiveRequests, seen: SeenCredentials, recorder: RequestRecorder,
    store: AuditStore, news: Signal, clock: any WallClock, random: RandomSource,
    pause: @escaping @Sendable (Duration) async throws -> Void, logger: Logger
  ) {
    self.current = current
    self.live = live
    self.seen = seen
    self.recorder = recorder
    self.store = store
    self.news = news
    self.clock = clock
    self.random = random
    self.pause = pause
    self.logger = logger
  }
}
