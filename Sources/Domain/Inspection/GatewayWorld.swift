package import Credentials
package import OAuth
package import SPIFFE

/// Everything that the gateway decides by, at one revision: an immutable value, replaced whole.
package struct GatewayWorld: Sendable {
  package let revision: Int64
  package let trustDomain: TrustDomain
  package let routes: RouteTable
  /// The issuer of access tokens, with its keys.
  package let issuer: IssuerKeys
  /// The registered workloads; nobody else is anybody.
  package let workloads: Set<SPIFFEID>
  package let policy: any CallPolicy
  package private(set) var revocations: RevocationView
  /// Seconds by which an issuer's clock may be ahead of ours. Expiry gets no such grace.
  package let leeway: Int64

  package init(
    revision: Int64, trustDomain: TrustDomain, routes: RouteTable, issuer: IssuerKeys,
    workloads: Set<SPIFFEID>, policy: any CallPolicy, revocations: RevocationView, leeway: Int64
  ) {
    self.revision = revision
    self.trustDomain = trustDomain
    self.routes = routes
    self.issuer = issuer
    self.workloads = workloads
    self.policy = policy
    self.revocations = revocations
    self.leeway = leeway
  }

  /// The same world in which more is revoked. It can only refuse more.
  package func alsoRefusing(_ revocations: RevocationView) -> GatewayWorld {
    var world = self
    world.revocations.credentials.formUnion(revocations.credentials)
    world.revocations.keys.formUnion(revocations.keys)
    world.revocations.cutoffs.merge(revocations.cutoffs, uniquingKeysWith: max)
    world.revocations.issuedBefore = [revocations.issuedBefore, self.revocations.issuedBefore]
      .compactMap(\.self).max()
    return world
  }

  /// Whether a credential that was accepted before is not any more.
  package func refuses(_ subject: RevocationView.Subject) -> Bool {
    self.revocations.revocation(of: subject) != nil || !self.workloads.contains(subject.workload)
  }
}
