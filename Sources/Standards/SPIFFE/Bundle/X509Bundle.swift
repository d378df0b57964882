public import X509

/// The authorities of one trust domain for X.509-SVIDs. An empty bundle trusts nothing.
public struct X509Bundle: Sendable, Hashable {
  public let trustDomain: TrustDomain
  /// The authorities in the order given, none twice.
  public let authorities: [Certificate]

  public init(trustDomain: TrustDomain, authorities: [Certificate]) {
    self.trustDomain = trustDomain
    var seen: Set<Certificate> = []
    self.authorities = authorities.filter { seen.insert($0).inserted }
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
