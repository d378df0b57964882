package import Inspection
package import JOSE
package import OAuth
package import SPIFFE

/// What a gateway without a control plane is told besides manifests and policies.
package struct FileSettings: Sendable {
  /// Where the keys of an owner come from.
  package enum KeyPlace: Hashable, Sendable {
    /// Fetched, and kept fresh.
    case followed(TrustSource)
    /// Read from a file, which is followed with the other files.
    case fixed(TrustMaterial)
  }

  /// An issuer of access tokens that count here.
  package struct Issuer: Sendable {
    package let name: String
    package let profile: AccessTokenProfile
    package let algorithms: Set<SignatureAlgorithm>
    /// The trust domains whose SPIFFE IDs it may vouch for.
    package let trustDomains: Set<TrustDomain>
    package let keys: KeyPlace

    package init(
      name: String, profile: AccessTokenProfile, algorithms: Set<SignatureAlgorithm>,
      trustDomains: Set<TrustDomain>, keys: KeyPlace
    ) {
      self.name = name
      self.profile = profile
      self.algorithms = algorithms
      self.trustDomains = trustDomains
      self.keys = keys
    }
  }

  /// A trust domain whose SVIDs count here.
  package struct Bundle: Sendable {
    package let trustDomain: TrustDomain
    package let keys: KeyPlace

    package init(trustDomain: TrustDomain, keys: KeyPlace) {
      self.trustDomain = trustDomain
      self.keys = keys
    }
  }

  /// The one that workload manifests speak of; `nil` where there are none.
  package var trustDomain: TrustDomain?
  package var issuers: [Issuer] = []
  package var bundles: [Bundle] = []
  /// Of whom a manifest is asked.
  package var registration = GatewayWorld.Registration.nobody
  /// Seconds by which an issuer's clock may be ahead.
  package var leeway: Int64 = 5

  package init() {}

  var sources: [TrustSource] {
    (self.issuers.map(\.keys) + self.bundles.map(\.keys)).compactMap { place in
      if case .followed(let source) = place { source } else { nil }
    }
  }
}
