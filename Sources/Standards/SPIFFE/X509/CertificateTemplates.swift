import Crypto
import FoundationEssentials
public import X509

/// What an X.509-SVID for a workload will hold.
///
/// The subject is empty and the alternative name therefore critical: the SPIFFE ID is the only name,
/// unless DNS names are asked for.
public struct X509SVIDTemplate: Sendable {
  let id: SPIFFEID
  let publicKey: Certificate.PublicKey
  let serial: CertificateSerial
  let validity: CertificateValidity
  let dnsNames: [String]

  /// - Parameters:
  ///   - publicKey: the workload's key.
  ///   - dnsNames: further names, for clients that compare a server's name with its host.
  /// - Throws: ``CertificateTemplateError`` if the ID has no path or a DNS name is not legal.
  public init(
    id: SPIFFEID, publicKey: Certificate.PublicKey, serial: CertificateSerial,
    validity: CertificateValidity, dnsNames: [String] = []
  ) throws(CertificateTemplateError) {
    guard !id.isTrustDomainID else { throw .idWithoutPath }
    guard dnsNames.allSatisfy(DNSName.isLegal) else { throw .invalidDNSName }
    self.id = id
    self.publicKey = publicKey
    self.serial = serial
    self.validity = validity
    self.dnsNames = dnsNames
  }

  /// The certificate, signed.
  /// - Throws: ``CertificateTemplateError`` if it would outlive its issuer or the issuer's name is of
  ///   another trust domain; the key's own error if it cannot sign.
  public func signed(by authority: X509SigningAuthority) throws -> Certificate {
    try authority.check(trustDomain: self.id.trustDomain, validity: self.validity)
    return try Certificate(
      version: .v3, serialNumber: self.serial.serialNumber, publicKey: self.publicKey,
      notValidBefore: self.validity.firstDate, notValidAfter: self.validity.lastDate,
      issuer: authority.certificate.subject, subject: DistinguishedName(),
      extensions: try self.extensions(issuer: authority.keyIdentifier),
      issuerPrivateKey: authority.key)
  }

  private func extensions(issuer: SubjectKeyIdentifier) throws -> Certificate.Extensions {
    let names =
      [GeneralName.uniformResourceIdentifier(self.id.description)]
      + self.dnsNames.map { GeneralName.dnsName($0) }
    return try Certificate.Extensions {
      Critical(BasicConstraints.notCertificateAuthority)
      Critical(KeyUsage(digitalSignature: true))
      try ExtendedKeyUsage([.serverAuth, .clientAuth])
      Critical(SubjectAlternativeNames(names))
      SubjectKeyIdentifier(of: self.publicKey)
      AuthorityKeyIdentifier(keyIdentifier: issuer.keyIdentifier)
    }
  }
}

/// What a signing certificate below a root will hold. It may sign leaves only (`pathLen` 0).
public struct X509IntermediateTemplate: Sendable {
  let trustDomain: TrustDomain
  let publicKey: Certificate.PublicKey
  let serial: CertificateSerial
  let validity: CertificateValidity

  public init(
    trustDomain: TrustDomain, publicKey: Certificate.PublicKey, serial: CertificateSerial,
    validity: CertificateValidity
  ) {
    self.trustDomain = trustDomain
    self.publicKey = publicKey
    self.serial = serial
    self.validity = validity
  }

  /// The certificate, signed.
  /// - Throws: as ``X509SVIDTemplate/signed(by:)``.
  public func signed(by authority: X509SigningAuthority) throws -> Certificate {
    try authority.check(trustDomain: self.trustDomain, validity: self.validity)
    return try Certificate(
      version: .v3, serialNumber: self.serial.serialNumber, publicKey: self.publicKey,
      notValidBefore: self.validity.firstDate, notValidAfter: self.validity.lastDate,
      issuer: authority.certificate.subject, subject: .signing("intermediate", self.publicKey),
      extensions: try .signing(
        self.trustDomain, self.publicKey, maximumPathLength: 0, issuer: authority.keyIdentifier),
      issuerPrivateKey: authority.key)
  }
}

/// What a self-signed authority of a trust domain will hold. It may sign leaves, and signing
/// certificates that sign leaves (`pathLen` 1).
public struct X509RootTemplate: Sendable {
  let trustDomain: TrustDomain
  let serial: CertificateSerial
  let validity: CertificateValidity

  public init(trustDomain: TrustDomain, serial: CertificateSerial, validity: CertificateValidity) {
    self.trustDomain = trustDomain
    self.serial = serial
    self.validity = validity
  }

  /// The certificate, signed with the key that it holds.
  public func selfSigned(with key: Certificate.PrivateKey) throws -> Certificate {
    let name = DistinguishedName.signing("root", key.publicKey)
    return try Certificate(
      version: .v3, serialNumber: self.serial.serialNumber, publicKey: key.publicKey,
      notValidBefore: self.validity.firstDate, notValidAfter: self.validity.lastDate,
      issuer: name, subject: name,
      extensions: try .signing(
        self.trustDomain, key.publicKey, maximumPathLength: 1, issuer: nil),
      issuerPrivateKey: key)
  }
}

extension CertificateValidity {
  fileprivate var firstDate: Date { Date(timeIntervalSince1970: Double(self.notBefore)) }
  fileprivate var lastDate: Date { Date(timeIntervalSince1970: Double(self.notAfter)) }
}

extension Certificate.PublicKey {
  /// SHA-256 of the public key's bits: 32 bytes.
  var sha256: ArraySlice<UInt8> {
    Array(SHA256.hash(data: self.subjectPublicKeyInfoBytes))[...]
  }
}

extension DistinguishedName {
  /// A name that belongs to one key, so that a verifier never has to try several authorities.
  fileprivate static func signing(_ role: String, _ publicKey: Certificate.PublicKey) -> Self {
    let commonName = "\(role) \(publicKey.sha256.prefix(8).hexadecimal)"
    let attributes: [(RelativeDistinguishedName.Attribute)] = [
      .init(type: .RDNAttributeType.organizationName, utf8String: "SPIFFE"),
      .init(type: .RDNAttributeType.commonName, utf8String: commonName),
    ]
    return DistinguishedName(attributes.map { RelativeDistinguishedName($0) })
  }
}

extension Certificate.Extensions {
  fileprivate static func signing(
    _ trustDomain: TrustDomain, _ publicKey: Certificate.PublicKey, maximumPathLength: Int,
    issuer: SubjectKeyIdentifier?
  ) throws -> Self {
    try Certificate.Extensions {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: maximumPathLength))
      Critical(KeyUsage(keyCertSign: true, cRLSign: true))
      SubjectAlternativeNames([.uniformResourceIdentifier(trustDomain.id.description)])
      SubjectKeyIdentifier(of: publicKey)
      if let issuer { AuthorityKeyIdentifier(keyIdentifier: issuer.keyIdentifier) }
    }
  }
}
