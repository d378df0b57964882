import Crypto
public import X509

/// The authorities of one trust domain for X.509-SVIDs. An empty bundle trusts nothing.
public struct X509Bundle: Sendable, Hashable {
  public let trustDomain: TrustDomain
  /// The authorities in the order given, none twice.
  public let authorities: [Certificate]
  /// A number that changes whenever an authority comes, goes or changes: 64 bits of SHA-256.
  public let epoch: UInt64

  public init(trustDomain: TrustDomain, authorities: [Certificate]) {
    self.trustDomain = trustDomain
    var seen: Set<Certificate> = []
    self.authorities = authorities.filter { seen.insert($0).inserted }
    self.epoch = Self.epoch(of: self.authorities)
  }

  private static func epoch(of authorities: [Certificate]) -> UInt64 {
    var hash = SHA256()
    for digest in authorities.map(\.tbsCertificateDigest) { hash.update(data: digest) }
    return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Whether the authority that a path led to is still one, be it in a renewed certificate of the same
  /// name and key.
  public func holdsAuthority(of svid: VerifiedX509SVID) -> Bool {
    guard svid.id.trustDomain == self.trustDomain, let authority = svid.chain.last else {
      return false
    }
    return self.authorities.contains {
      $0 == authority
        || ($0.publicKey == authority.publicKey && $0.subject == authority.subject)
    }
  }

  /// - Parameter bytes: certificates in DER, one after the other.
  public init(
    trustDomain: TrustDomain, concatenatedDER bytes: [UInt8]
  ) throws(MalformedCertificates) {
    self.init(trustDomain: trustDomain, authorities: try CertificateSequence.parse(bytes))
  }

  /// The authorities in DER, one after the other, as the Workload API hands them over.
  public func concatenatedDER() throws -> [UInt8] {
    try CertificateSequence.serialize(self.authorities)
  }
}
