package import Credentials
package import Inspection
import Synchronization

/// The world that requests are decided by, swapped whole, and when it was last confirmed.
package final class CurrentWorld: Sendable {
  private struct State {
    var world: GatewayWorld?
    var lastHeard: Instant?
  }

  /// Milliseconds for which a world is used after the control plane was last heard.
  private let staleness: Int64
  private let state = Mutex(State())

  package init(stalenessMilliseconds: Int64) {
    self.staleness = stalenessMilliseconds
  }

  package var world: GatewayWorld? { self.state.withLock { $0.world } }

  /// The world, and whether it is too old to know who is revoked.
  package func view(at now: Instant) -> (world: GatewayWorld?, isStale: Bool) {
    self.state.withLock { state in
      guard let lastHeard = state.lastHeard else { return (state.world, true) }
      return (state.world, lastHeard.advanced(byMilliseconds: self.staleness) < now)
    }
  }

  package func replace(with world: GatewayWorld) {
    self.state.withLock { $0.world = world }
  }

  /// The control plane confirmed that the gateway has heard everything up to now.
  package func confirm(at now: Instant) {
    self.state.withLock { $0.lastHeard = now }
  }
}
