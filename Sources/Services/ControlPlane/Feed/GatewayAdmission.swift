import Credentials
import Enrollment
package import SPIFFE
import Synchronization

/// Which identities are gateways: those that the control plane gave to its own child processes, and
/// workloads whose registration says `kind: gateway`.
package final class GatewayAdmission: Sendable {
  private let keeper: WorldKeeper
  private let ledger: IssuanceLedger
  private let own = Mutex<Set<SPIFFEID>>([])

  init(keeper: WorldKeeper, ledger: IssuanceLedger) {
    self.keeper = keeper
    self.ledger = ledger
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

  /// Whether a gateway's SVID was revoked: by its serial, by a certificate that signed it, or with
  /// everything that its workload had.
  package func isRevoked(_ svid: VerifiedX509SVID) -> Bool {
    guard let id = try? CredentialID(svid.serialNumber) else { return true }
    let revocations = self.keeper.current.revocations
    let issuedAt = self.ledger[id]?.issuedAt ?? svid.notBefore
    let signers = svid.chain.dropFirst().map(\.serialNumberHexadecimal)
    return !revocations.keys.isDisjoint(with: signers)
      || revocations.revocation(
        of: .init(id: id, keyID: nil, workload: svid.id, issuedAt: issuedAt)) != nil
  }
}
