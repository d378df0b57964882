package import Credentials
package import SPIFFE

/// What to refuse from now on.
package struct RevocationRequest: Hashable, Sendable {
  package enum Target: Hashable, Sendable {
    /// One credential, and what was exchanged from it.
    case credential(CredentialID)
    /// Everything issued to a workload up to now; nothing is issued to it until it is restored.
    case workload(SPIFFEID)
    /// Everything issued through a node up to now.
    case node(String)
    /// Everything that a key signed; the key is replaced.
    case key(String)
    /// Everything issued up to and including a second.
    case issuedBefore(Instant)
  }
  package var target: Target
  package var reason: String

  package init(target: Target, reason: String) {
    self.target = target
    self.reason = reason
  }
}

/// What a revocation reached.
package struct RevocationOutcome: Sendable {
  package var id: String
  package var time: Instant
  /// Credentials refused by identifier, the named one and its descendants.
  package var credentials: [String]
  package var gateways: GatewayAcknowledgement

  package init(
    id: String, time: Instant, credentials: [String], gateways: GatewayAcknowledgement
  ) {
    self.id = id
    self.time = time
    self.credentials = credentials
    self.gateways = gateways
  }
}
