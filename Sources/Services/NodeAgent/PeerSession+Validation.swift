package import Credentials
package import SPIFFE

extension PeerSession {
  /// By how many seconds another issuer's clock may differ.
  private static let leeway: Int64 = 5

  /// Verifies a JWT-SVID for the process, which needs an identity of its own to ask.
  ///
  /// - Throws: `WorkloadRefusal`: an invalid argument when the token is not valid for the audience.
  package func validateJWTSVID(
    _ token: Redacted<String>, audience: String
  ) async throws(WorkloadRefusal) -> VerifiedJWTSVID {
    let bundles = Self.bundleSet(of: try await self.trustBundles())
    let verification = UnverifiedJWTSVID(token: token.reveal()).verify(
      bundles: bundles, audience: audience, at: self.agent.clock.now().seconds,
      leeway: Self.leeway)
    switch verification {
    case .verified(let svid): return svid
    case .refused(let refusal):
      throw WorkloadRefusal(
        .invalidArgument, code: "jwt-svid-not-valid", message: refusal.message)
    }
  }

  /// A trust domain whose keys cannot be read is left out: its tokens are refused.
  private static func bundleSet(of bundles: TrustBundles) -> TrustBundleSet {
    var set = TrustBundleSet()
    for (trustDomain, keys) in bundles.jwtKeySets {
      guard let jwt = try? JWTBundle(trustDomain: trustDomain, parsingJWKSet: keys),
        let bundle = try? TrustBundle(
          x509: X509Bundle(trustDomain: trustDomain, authorities: []), jwt: jwt, sequence: nil,
          refreshHint: nil)
      else { continue }
      set.set(bundle)
    }
    return set
  }
}
