import Enrollment
package import SPIFFE
import Synchronization

/// Which identities are gateways: those that the control plane gave to its own child processes, and
/// workloads whose registration says `kind: gateway`.
package final class GatewayAdmission: Sendable {
  private let keeper: WorldKeeper
  private let own = Mutex<Set<SPIFFEID>>([])

  init(keeper: WorldKeeper) {
    self.keeper = keeper
  }

  /// Admits a gateway that the control plane itself started.
  package func admit(_ id: SPIFFEID) {
    self.own.withLock { _ = $0.insert(id) }
  }

  package func mayFollow(_ id: SPIFFEID) -> Bool {
    let world = self.keeper.current
    guard id.trustDomain == world.trustDomain, world.suspensions[id] == nil else { return false }
    if self.own.withLock({ $0.contains(id) }) { return true }
    return world.workloads.workload(id: id)?.kind == "gateway"
  }
}
