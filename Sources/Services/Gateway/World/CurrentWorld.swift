package import Inspection
import Synchronization

/// The world that requests are decided by, swapped whole, and when it was last confirmed.
package final class CurrentWorld: Sendable {
  private struct State {
    var world: GatewayWorld?
    /// By `uptime`.
    var lastHeard: Int64?
  }

  /// Milliseconds for which a world is used after the control plane was last heard.
  private let staleness: Int64
  private let uptime: @Sendable () -> Int64
  private let replacing: @Sendable (GatewayWorld) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - uptime: milliseconds since some moment, on a clock that nobody can set: on the wall
  ///     clock, a jump backwards would lengthen the time for which nothing has to be heard.
  ///   - replacing: told of each world before requests are decided by it, so that what they then need,
  ///     such as endpoints, is there.
  package init(
    stalenessMilliseconds: Int64, uptime: @escaping @Sendable () -> Int64,
    replacing: @escaping @Sendable (GatewayWorld) -> Void = { _ in }
  ) {
    self.staleness = stalenessMilliseconds
    self.uptime = uptime
    self.replacing = replacing
  }

  package var world: GatewayWorld? { self.state.withLock { $0.world } }

  /// The world, and whether it is too old to know who is revoked.
  package func view() -> (world: GatewayWorld?, isStale: Bool) {
    let now = self.uptime()
    return self.state.withLock { state in
      guard let lastHeard = state.lastHeard else { return (state.world, true) }
      return (state.world, now - lastHeard > self.staleness)
    }
  }

  /// Milliseconds since it was last confirmed; nil when it never was.
  package var age: Int64? {
    let now = self.uptime()
    return self.state.withLock { $0.lastHeard.map { max(0, now &- $0) } }
  }

  package func replace(with world: GatewayWorld) {
    self.replacing(world)
    self.state.withLock { $0.world = world }
  }

  /// The control plane confirmed that the gateway has heard everything up to now.
  package func confirm() {
    let now = self.uptime()
    self.state.withLock { $0.lastHeard = now }
  }
}
