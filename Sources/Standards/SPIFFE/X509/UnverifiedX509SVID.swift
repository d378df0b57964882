@_spi(DisableValidityCheck) public import X509

/// A certificate chain that claims to be an X.509-SVID. Nothing in it can be trusted.
public struct UnverifiedX509SVID: Sendable, Hashable {
  /// The most certificates that a chain may have, the leaf included. Signing certificates that all
  /// bear one name and key make the search for a path grow as the factorial of their number.
  public static let maximumChainLength = 5

  /// The certificate that names the workload.
  public let leaf: Certificate
  /// The signing certificates that travel with the leaf.
  public let intermediates: [Certificate]

  /// - Parameter chain: the leaf, then its signing certificates.
  /// - Throws: ``MalformedCertificates`` if there is no certificate, or more than
  ///   ``maximumChainLength``.
  public init(chain: [Certificate]) throws(MalformedCertificates) {
    guard let leaf = chain.first else { throw MalformedCertificates(.empty) }
    guard chain.count <= Self.maximumChainLength else { throw MalformedCertificates(.tooLarge) }
    self.leaf = leaf
    self.intermediates = Array(chain.dropFirst())
  }

  /// - Parameter bytes: certificates in DER, one after the other, the leaf first.
  public init(concatenatedDER bytes: [UInt8]) throws(MalformedCertificates) {
    try self.init(chain: try CertificateSequence.parse(bytes))
  }

  /// - Parameter chain: certificates in DER, the leaf first, as TLS hands them over.
  public init(chainDER chain: [[UInt8]]) throws(MalformedCertificates) {
    guard chain.count <= Self.maximumChainLength else { throw MalformedCertificates(.tooLarge) }
    var certificates: [Certificate] = []
    for bytes in chain { certificates.append(try Certificate(strictDER: bytes)) }
    try self.init(chain: certificates)
  }

  /// Verifies the chain with the bundle of the trust domain that its leaf names, and no other.
  /// - Parameters:
  ///   - bundles: the bundles of all trust domains that are known.
  ///   - now: the time of verification in Unix seconds.
  public func verify(
    bundles: TrustBundleSet, at now: Int64
  ) async -> SVIDVerification<VerifiedX509SVID> {
    switch LeafCertificateRules.check(self.leaf) {
    case .refused(let refusal): return .refused(refusal)
    case .verified(let id):
      guard let bundle = bundles[id.trustDomain] else { return .refused(.unknownTrustDomain) }
      return await self.verify(id: id, authorities: bundle.x509, at: now)
    }
  }

  /// Verifies the chain with one bundle (X509-SVID section 5).
  ///
  /// On top of RFC 5280's path validation: the leaf has exactly one URI name, a SPIFFE ID with a path
  /// in the bundle's trust domain, and the extensions of a leaf; every signing certificate has those
  /// of a signing certificate, and none of them names another trust domain. An authority key
  /// identifier is not asked for: RFC 5280 gives it no part in path validation.
  /// - Parameter now: the time of verification in Unix seconds.
  public func verify(
    bundle: X509Bundle, at now: Int64
  ) async -> SVIDVerification<VerifiedX509SVID> {
    switch LeafCertificateRules.check(self.leaf) {
    case .refused(let refusal): return .refused(refusal)
    case .verified(let id):
      guard id.trustDomain == bundle.trustDomain else { return .refused(.unknownTrustDomain) }
      return await self.verify(id: id, authorities: bundle, at: now)
    }
  }

  private func verify(
    id: SPIFFEID, authorities: X509Bundle, at now: Int64
  ) async -> SVIDVerification<VerifiedX509SVID> {
    if let code = SVIDPathPolicy.timeViolation(of: self.leaf, at: now) { return .refused(code) }
    var verifier = Verifier(rootCertificates: CertificateStore(authorities.authorities)) {
      SVIDPathPolicy(trustDomain: id.trustDomain, now: now)
      RFC5280Policy.withValidityCheckDisabled()
    }
    let result = await verifier.validate(
      leaf: self.leaf, intermediates: CertificateStore(self.intermediates))
    switch result {
    case .validCertificate(let chain):
      return .verified(VerifiedX509SVID(id: id, chain: Array(chain), leaf: self.leaf))
    case .couldNotValidate(let failures):
      guard let failure = failures.first else { return .refused(.noTrustedPath) }
      return .refused(SVIDPathPolicy.code(of: failure.policyFailureReason))
    }
  }
}
