package import Credentials
import Inspection
import ServiceLifecycle

/// Ends requests that are still under way when their credential has expired.
package struct ExpiryWatch: Service {
  private let live: LiveRequests
  private let current: CurrentWorld
  private let clock: any WallClock
  private let pause: @Sendable (Duration) async throws -> Void

  /// - Parameter pause: waits.
  package init(
    live: LiveRequests, current: CurrentWorld, clock: any WallClock,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.live = live
    self.current = current
    self.clock = clock
    self.pause = pause
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await self.pause(Self.interval)) != nil { self.look() }
    }
  }

  /// Ends what has expired by now.
  package func look() {
    self.live.closeExpired(
      at: self.clock.now().seconds, leeway: self.current.world?.leeway ?? 0)
  }

  private static let interval = Duration.seconds(1)
}
