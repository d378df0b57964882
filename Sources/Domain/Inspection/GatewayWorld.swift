package import Credentials
package import OAuth
package import SPIFFE

/// Everything that the gateway decides by, at one revision: an immutable value, replaced whole.
package final class GatewayWorld: Sendable {
  /// Of whom it is asked that they are registered, besides having a credential.
  package enum Registration: String, Hashable, Sendable, CaseIterable {
    /// Workloads of the world's own trust domain.
    case home
    /// Every principal, so that one without a SPIFFE ID is nobody.
    case everybody
    case nobody
  }

  package let revision: Int64
  /// Our own trust domain; `nil` where the gateway runs without a control plane of ours.
  package let trustDomain: TrustDomain?
  package let routes: RouteTable
  /// The issuers of access tokens, with their keys.
  package let issuers: IssuerTable
  /// The keys of JWT-SVIDs and the authorities of X.509-SVIDs, by trust domain.
  package let bundles: TrustBundleSet
  /// Trust domains that are configured, but whose bundle could not be had: 503, never 401.
  package let unavailableTrustDomains: Set<TrustDomain>
  /// The registered workloads.
  package let workloads: Set<SPIFFEID>
  package let registration: Registration
  package let policy: any CallPolicy
  package let revocations: RevocationView
  /// Seconds by which an issuer's clock may be ahead of ours. Expiry gets no such grace.
  package let leeway: Int64

  package init(
    revision: Int64, trustDomain: TrustDomain?, routes: RouteTable, issuers: IssuerTable,
    bundles: TrustBundleSet, unavailableTrustDomains: Set<TrustDomain> = [],
    workloads: Set<SPIFFEID>, registration: Registration, policy: any CallPolicy,
    revocations: RevocationView, leeway: Int64
  ) {
    self.revision = revision
    self.trustDomain = trustDomain
    self.routes = routes
    self.issuers = issuers
    self.bundles = bundles
    self.unavailableTrustDomains = unavailableTrustDomains
    self.workloads = workloads
    self.registration = registration
    self.policy = policy
    self.revocations = revocations
    self.leeway = leeway
  }

  /// A world of our own control plane: one issuer, which may vouch for the trust domain, whose
  /// workloads must be registered.
  package convenience init(
    revision: Int64, trustDomain: TrustDomain, routes: RouteTable, issuer: IssuerKeys,
    bundles: TrustBundleSet = TrustBundleSet(), workloads: Set<SPIFFEID>, policy: any CallPolicy,
    revocations: RevocationView, leeway: Int64
  ) throws(InvalidTokenIssuer) {
    let issuers = try IssuerTable([
      try TokenIssuer(
        issuer: issuer.issuer, keys: .available(issuer), trustDomains: [trustDomain],
        origin: .own)
    ])
    self.init(
      revision: revision, trustDomain: trustDomain, routes: routes, issuers: issuers,
      bundles: bundles, workloads: workloads, registration: .home, policy: policy,
      revocations: revocations, leeway: leeway)
  }

  /// The same world in which more is revoked. It can only refuse more.
  package func alsoRefusing(_ revocations: RevocationView) -> GatewayWorld {
    var all = self.revocations
    all.credentials.formUnion(revocations.credentials)
    all.keys.formUnion(revocations.keys)
    all.cutoffs.merge(revocations.cutoffs, uniquingKeysWith: max)
    all.issuedBefore = [revocations.issuedBefore, all.issuedBefore].compactMap(\.self).max()
    return GatewayWorld(
      revision: self.revision, trustDomain: self.trustDomain, routes: self.routes,
      issuers: self.issuers, bundles: self.bundles,
      unavailableTrustDomains: self.unavailableTrustDomains, workloads: self.workloads,
      registration: self.registration, policy: self.policy, revocations: all,
      leeway: self.leeway)
  }

  /// Whether a credential that was accepted before is not any more, by what it or its certificate says.
  package func refuses(_ credential: VerifiedCredential) -> Bool {
    self.refuses(credential.signed) || credential.certificate.map(self.refuses) ?? false
  }

  /// Whether a credential that was accepted before is not any more: it was revoked, its subject is not
  /// registered, its signer does not count or may not speak for that subject, or the signer does not have
  /// the key, or the authority, any more.
  private func refuses(_ credential: SignedCredential) -> Bool {
    self.revocations.revocation(of: credential.revocationSubject) != nil
      || !self.knows(credential.principal) || !self.accepts(credential.signer, credential)
  }

  private func accepts(_ signer: SignedCredential.Signer, _ credential: SignedCredential) -> Bool {
    switch signer {
    case .trustDomain(let domain):
      if self.unavailableTrustDomains.contains(domain) { return true }
      return self.bundles[domain].map { credential.isSigned(under: $0) } ?? false
    case .issuer(let name):
      guard let issuer = self.issuers[name], issuer.vouches(for: credential.principal) else {
        return false
      }
      // Keys that cannot be had now were not withdrawn.
      guard case .available(let keys) = issuer.keys else { return true }
      return issuer.epoch == credential.epoch || keys.keyIDs.contains(credential.keyID)
    }
  }

  /// Whether something is known, or should be, of whom this trust domain vouches for.
  func isConfigured(_ domain: TrustDomain) -> Bool {
    self.bundles[domain] != nil || self.unavailableTrustDomains.contains(domain)
  }

  /// Whether the principal is registered, as far as that is asked.
  package func knows(_ principal: Principal) -> Bool {
    switch self.registration {
    case .nobody: return true
    case .everybody: break
    case .home:
      guard let id = principal.spiffeID, id.trustDomain == self.trustDomain else { return true }
    }
    return principal.spiffeID.map(self.workloads.contains) ?? false
  }
}
