import Crypto
import FoundationEssentials
import NIOSSL
import SPIFFE
import SVIDTransport
import SwiftASN1
import X509

/// A trust domain's authority, around a time of its own.
struct TestAuthority: Sendable {
  static let now: Int64 = 1_800_000_000

  let trustDomain: TrustDomain
  private let root: X509SigningAuthority

  init(_ name: String = "example.org") throws {
    self.trustDomain = try TrustDomain(parsing: name)
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    self.root = try X509SigningAuthority(
      certificate: X509RootTemplate(
        trustDomain: self.trustDomain, serial: Self.serial(),
        validity: CertificateValidity(notBefore: Self.now - 86_400, notAfter: Self.now + 86_400)
      ).selfSigned(with: key), key: key)
  }

  private static func serial() -> CertificateSerial {
    var generator = SystemRandomNumberGenerator()
    return CertificateSerial(using: &generator)
  }

  func identity(_ path: String) throws -> TransportIdentity {
    let key = P256.Signing.PrivateKey()
    let certificate = try X509SVIDTemplate(
      id: self.id(path), publicKey: Certificate.PublicKey(key.publicKey), serial: Self.serial(),
      validity: CertificateValidity(notBefore: Self.now - 3600, notAfter: Self.now + 3600)
    ).signed(by: self.root)
    return TransportIdentity(
      chain: [try certificate.derEncoded()], privateKey: Array(key.derRepresentation))
  }

  func id(_ path: String) throws -> SPIFFEID {
    try SPIFFEID(parsing: "spiffe://\(self.trustDomain)\(path)")
  }

  func bundles() throws -> TrustBundleSet {
    try TrustBundleSet([
      TrustBundle(
        x509: X509Bundle(trustDomain: self.trustDomain, authorities: [self.root.certificate]),
        jwt: JWTBundle(trustDomain: self.trustDomain, keys: []), sequence: nil, refreshHint: nil)
    ])
  }
}

/// An authority as it is known from the Web: its certificates name hosts and addresses.
struct WebAuthority {
  private let key = P256.Signing.PrivateKey()
  private let name: DistinguishedName
  private let certificate: Certificate

  init() throws {
    self.name = try DistinguishedName { CommonName("Test authority") }
    self.certificate = try Self.issue(
      subject: self.name, key: self.key.publicKey, issuer: self.name, signer: self.key
    ) {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
      Critical(KeyUsage(keyCertSign: true))
    }
  }

  var pem: String { get throws { try self.certificate.serializeAsPEM().pemString } }

  /// A server's TLS, of one version alone.
  func server(
    names: [String], address: [UInt8]? = nil, version: TLSVersion = .tlsv13
  ) throws -> NIOSSLContext {
    let key = P256.Signing.PrivateKey()
    var alternatives = names.map { GeneralName.dnsName($0) }
    if let address { alternatives.append(.ipAddress(ASN1OctetString(contentBytes: address[...]))) }
    let certificate = try Self.issue(
      subject: try DistinguishedName { CommonName("service") }, key: key.publicKey,
      issuer: self.name, signer: self.key
    ) {
      BasicConstraints.notCertificateAuthority
      SubjectAlternativeNames(alternatives)
    }
    return try serverContext(
      chain: [try certificate.serializeAsPEM().derBytes], key: Array(key.derRepresentation),
      version: version)
  }

  private static func issue(
    subject: DistinguishedName, key: P256.Signing.PublicKey, issuer: DistinguishedName,
    signer: P256.Signing.PrivateKey,
    @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key),
      notValidBefore: Date(timeIntervalSince1970: 1_600_000_000),
      notValidAfter: Date(timeIntervalSince1970: 4_000_000_000), issuer: issuer, subject: subject,
      signatureAlgorithm: .ecdsaWithSHA256, extensions: .init(builder: extensions),
      issuerPrivateKey: .init(signer))
  }
}

func serverContext(
  chain: [[UInt8]], key: [UInt8], version: TLSVersion = .tlsv13, asksClient: Bool = false
) throws -> NIOSSLContext {
  var tls = TLSConfiguration.makeServerConfiguration(
    certificateChain: try chain.map {
      .certificate(try NIOSSLCertificate(bytes: $0, format: .der))
    }, privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .der)))
  tls.minimumTLSVersion = version
  tls.maximumTLSVersion = version
  tls.applicationProtocols = ["h2", "http/1.1"]
  if asksClient { tls.certificateVerification = .noHostnameVerification }
  return try NIOSSLContext(configuration: tls)
}
