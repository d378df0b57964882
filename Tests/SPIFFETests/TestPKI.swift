import Crypto
import Foundation
import SPIFFE
import Testing
import X509

/// A trust domain's authorities for tests: a root, an intermediate, and certificates of any shape.
struct TestPKI {
  static let now: Int64 = 1_800_000_000

  let trustDomain: TrustDomain
  let root: X509SigningAuthority
  let intermediate: X509SigningAuthority
  let intermediateKey: Certificate.PrivateKey
  let rootKey: Certificate.PrivateKey
  let leafKey = P256.Signing.PrivateKey()

  init(_ name: String = "example.org") throws {
    self.trustDomain = try TrustDomain(parsing: name)
    let rootKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let intermediateKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let root = try X509RootTemplate(
      trustDomain: self.trustDomain, serial: Self.serial(), validity: Self.validity(86_400)
    ).selfSigned(with: rootKey)
    self.root = try X509SigningAuthority(certificate: root, key: rootKey)
    let intermediate = try X509IntermediateTemplate(
      trustDomain: self.trustDomain, publicKey: intermediateKey.publicKey, serial: Self.serial(),
      validity: Self.validity(43_200)
    ).signed(by: self.root)
    self.intermediate = try X509SigningAuthority(certificate: intermediate, key: intermediateKey)
    self.rootKey = rootKey
    self.intermediateKey = intermediateKey
  }

  static func serial() -> CertificateSerial {
    var generator = SystemRandomNumberGenerator()
    return CertificateSerial(using: &generator)
  }

  /// A validity around ``now``, of so many seconds to either side.
  static func validity(_ seconds: Int64) throws -> CertificateValidity {
    try CertificateValidity(notBefore: now - seconds, notAfter: now + seconds)
  }

  var bundle: X509Bundle {
    X509Bundle(trustDomain: self.trustDomain, authorities: [self.root.certificate])
  }

  var publicKey: Certificate.PublicKey { Certificate.PublicKey(self.leafKey.publicKey) }

  func template(
    _ path: String = "/workload", dnsNames: [String] = [], validity: CertificateValidity? = nil
  ) throws -> X509SVIDTemplate {
    try X509SVIDTemplate(
      id: SPIFFEID(trustDomain: self.trustDomain, path: path), publicKey: self.publicKey,
      serial: Self.serial(), validity: try validity ?? Self.validity(3_600), dnsNames: dnsNames)
  }

  /// A certificate of the shape, signed by the intermediate.
  func certificate(_ shape: CertificateShape) throws -> Certificate {
    try shape.certificate(
      publicKey: self.publicKey, issuer: self.intermediate.certificate.subject,
      key: self.intermediateKey)
  }

  /// A signing certificate of the shape under the root, and a good leaf under that.
  func chain(intermediate shape: CertificateShape) throws -> [Certificate] {
    let intermediate = try shape.certificate(
      publicKey: self.intermediateKey.publicKey, issuer: self.root.certificate.subject,
      key: self.rootKey)
    let leaf = try CertificateShape().certificate(
      publicKey: self.publicKey, issuer: intermediate.subject, key: self.intermediateKey)
    return [leaf, intermediate]
  }
}

/// What a certificate holds; a new value is that of a good leaf.
struct CertificateShape {
  var uriNames = ["spiffe://example.org/workload"]
  var isAlternativeNameCritical = true
  var subject = DistinguishedName()
  var basicConstraints: BasicConstraints? = .notCertificateAuthority
  var keyUsage: KeyUsage? = KeyUsage(digitalSignature: true)
  var isKeyUsageCritical = true
  var extendedKeyUsage: [ExtendedKeyUsage.Usage]? = [.serverAuth, .clientAuth]
  var isExtendedKeyUsageCritical = false
  var notBefore = TestPKI.now - 3_600
  var notAfter = TestPKI.now + 3_600
  var further: [Certificate.Extension] = []

  /// The shape of a good signing certificate.
  static var signing: Self {
    var shape = Self()
    shape.uriNames = ["spiffe://example.org"]
    shape.subject = DistinguishedName([
      RelativeDistinguishedName(
        .init(type: .RDNAttributeType.commonName, utf8String: "signing"))
    ])
    shape.basicConstraints = .isCertificateAuthority(maxPathLength: 0)
    shape.keyUsage = KeyUsage(keyCertSign: true, cRLSign: true)
    shape.extendedKeyUsage = nil
    return shape
  }

  func certificate(
    publicKey: Certificate.PublicKey, issuer: DistinguishedName, key: Certificate.PrivateKey
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(4711), publicKey: publicKey,
      notValidBefore: Date(timeIntervalSince1970: Double(self.notBefore)),
      notValidAfter: Date(timeIntervalSince1970: Double(self.notAfter)),
      issuer: issuer, subject: self.subject,
      extensions: try Certificate.Extensions(try self.extensions()), issuerPrivateKey: key)
  }

  private func extensions() throws -> [Certificate.Extension] {
    var extensions = self.further
    if let basicConstraints {
      extensions.append(try .init(basicConstraints, critical: true))
    }
    if let keyUsage {
      extensions.append(try .init(keyUsage, critical: self.isKeyUsageCritical))
    }
    if let extendedKeyUsage {
      extensions.append(
        try .init(
          try ExtendedKeyUsage(extendedKeyUsage), critical: self.isExtendedKeyUsageCritical))
    }
    if !self.uriNames.isEmpty {
      let names = SubjectAlternativeNames(
        self.uriNames.map { GeneralName.uniformResourceIdentifier($0) })
      extensions.append(try .init(names, critical: self.isAlternativeNameCritical))
    }
    return extensions
  }
}

/// A change to a good certificate, named for what it makes of it, with the refusal that it earns.
struct Verdict: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let code: SVIDRefusal.Code?
  let change: @Sendable (inout CertificateShape) throws -> Void

  init(
    _ name: String, _ code: SVIDRefusal.Code?,
    _ change: @escaping @Sendable (inout CertificateShape) throws -> Void
  ) {
    self.testDescription = name
    self.code = code
    self.change = change
  }
}
