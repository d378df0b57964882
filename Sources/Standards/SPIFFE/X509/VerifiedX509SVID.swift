public import X509

/// An X.509-SVID whose chain led to an authority of its trust domain at the time of verification.
public struct VerifiedX509SVID: Sendable, Hashable {
  public let id: SPIFFEID
  /// The certificates from the leaf to the authority.
  public let chain: [Certificate]
  /// The credential's id: the leaf's serial number in lower-case hexadecimal.
  public let serialNumber: String
  /// SHA-256 of the leaf's TBSCertificate: 32 bytes.
  public let digest: [UInt8]
  /// The first second of the leaf's validity, in Unix time.
  public let notBefore: Int64
  /// The last second of the leaf's validity, in Unix time.
  public let notAfter: Int64
  /// The key that the workload proved, or must prove, to hold.
  public let publicKey: Certificate.PublicKey

  /// - Parameter chain: a chain that has been validated, the leaf first.
  init(id: SPIFFEID, chain: [Certificate], leaf: Certificate) {
    self.id = id
    self.chain = chain
    self.serialNumber = leaf.serialNumberHexadecimal
    self.digest = leaf.tbsCertificateDigest
    self.notBefore = leaf.notBeforeSeconds
    self.notAfter = leaf.notAfterSeconds
    self.publicKey = leaf.publicKey
  }
}
