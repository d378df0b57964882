public import X509

/// A certificate that may sign others, with its key.
public struct X509SigningAuthority: Sendable {
  public let certificate: Certificate
  let key: Certificate.PrivateKey

  /// - Throws: ``CertificateTemplateError`` if the key is not the certificate's, or the certificate
  ///   may not sign others.
  public init(
    certificate: Certificate, key: Certificate.PrivateKey
  ) throws(CertificateTemplateError) {
    guard key.publicKey == certificate.publicKey else { throw .keyDoesNotMatchCertificate }
    guard case .isCertificateAuthority? = try? certificate.extensions.basicConstraints,
      (try? certificate.extensions.keyUsage)?.keyCertSign ?? true
    else { throw .issuerIsNotAuthority }
    self.certificate = certificate
    self.key = key
  }

  /// Checks that a certificate of the trust domain with the validity may be issued.
  func check(
    trustDomain: TrustDomain, validity: CertificateValidity
  ) throws(CertificateTemplateError) {
    guard validity.notBefore >= self.certificate.notBeforeSeconds,
      validity.notAfter <= self.certificate.notAfterSeconds
    else { throw .outlivesIssuer }
    let names = (try? self.certificate.uriNames()) ?? []
    for name in names where name != trustDomain.id.description {
      throw .issuerTrustDomain
    }
  }

  /// What the subject key identifier of this authority is, for those that it signs.
  var keyIdentifier: SubjectKeyIdentifier {
    (try? self.certificate.extensions.subjectKeyIdentifier)
      ?? SubjectKeyIdentifier(of: self.certificate.publicKey)
  }
}

extension SubjectKeyIdentifier {
  /// The leftmost 160 bits of SHA-256 of the public key's bits (RFC 7093 section 2, method 1).
  init(of publicKey: Certificate.PublicKey) {
    self.init(keyIdentifier: publicKey.sha256.prefix(20))
  }
}
