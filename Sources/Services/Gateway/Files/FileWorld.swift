import Credentials
package import Enrollment
import Inspection
import JOSE
import OAuth
import SPIFFE

/// A world as files describe it, without the keys that are fetched.
package struct FileWorld: Sendable {
  package let settings: FileSettings
  let routes: RouteTable
  let workloads: Set<SPIFFEID>
  let policy: any CallPolicy
  /// By name.
  package let services: [Service]
  /// What somebody should look at, though it works.
  package let warnings: [FileProblem]

  init(
    settings: FileSettings, routes: RouteTable, workloads: Set<SPIFFEID>, policy: any CallPolicy,
    services: [Service], warnings: [FileProblem]
  ) {
    self.settings = settings
    self.routes = routes
    self.workloads = workloads
    self.policy = policy
    self.services = services
    self.warnings = warnings
  }

  /// The world with these keys.
  /// - Parameter standing: of the keys that are fetched.
  func world(
    revision: Int64, standing: (TrustSource.Owner) -> RefreshCycle.Standing
  ) throws -> GatewayWorld {
    var bundles = TrustBundleSet()
    var unavailable: Set<TrustDomain> = []
    for terms in self.settings.bundles {
      switch self.material(terms.keys, standing) {
      case .current(.bundle(let bundle), _): bundles.set(bundle)
      case .current(.keys, _), .missing: unavailable.insert(terms.trustDomain)
      }
    }
    return GatewayWorld(
      revision: revision, trustDomain: self.settings.trustDomain, routes: self.routes,
      issuers: try IssuerTable(
        try self.settings.issuers.map { try self.issuer($0, standing) }),
      bundles: bundles, unavailableTrustDomains: unavailable, workloads: self.workloads,
      registration: self.settings.registration, policy: self.policy,
      revocations: RevocationView(), leeway: self.settings.leeway)
  }

  private func issuer(
    _ terms: FileSettings.Issuer, _ standing: (TrustSource.Owner) -> RefreshCycle.Standing
  ) throws -> TokenIssuer {
    try TokenIssuer.Keys(self.material(terms.keys, standing), of: terms)
      .issuer(terms)
  }

  private func material(
    _ place: FileSettings.KeyPlace, _ standing: (TrustSource.Owner) -> RefreshCycle.Standing
  ) -> RefreshCycle.Standing {
    switch place {
    case .followed(let source): standing(source.owner)
    case .fixed(let material): .current(material, epoch: 0)
    }
  }
}

extension TokenIssuer.Keys {
  /// An issuer that says that it has no keys says nothing of its tokens: nobody can be told that they
  /// are bad.
  private static let retryOfEmpty: Int64 = 30

  fileprivate init(_ standing: RefreshCycle.Standing, of terms: FileSettings.Issuer) {
    switch standing {
    case .missing(let retryAfter): self = .unavailable(retryAfterSeconds: retryAfter)
    case .current(.bundle, _): self = .unavailable(retryAfterSeconds: Self.retryOfEmpty)
    case .current(.keys(let keys), _):
      let known = IssuerKeys(
        issuer: terms.name, keySet: JSONWebKeySet(keys: keys), permitting: terms.algorithms)
      self =
        known.keyIDs.isEmpty
        ? .unavailable(retryAfterSeconds: Self.retryOfEmpty) : .available(known)
    }
  }

  fileprivate func issuer(_ terms: FileSettings.Issuer) throws -> TokenIssuer {
    try TokenIssuer(
      issuer: terms.name, keys: self, profile: terms.profile, algorithms: terms.algorithms,
      trustDomains: terms.trustDomains)
  }
}
