import Credentials
import Crypto
import FoundationEssentials
import ListenerSecurity
import Logging
import NIOSSL
import OAuth
import SPIFFE
import StrictJSON
import SwiftASN1
import X509

/// An authority that issues X.509-SVIDs around the time of the stage.
struct TestAuthority: Sendable {
  let domain: TrustDomain
  private let authority: X509SigningAuthority

  init(_ domain: String = "example.org") throws {
    self.domain = try TrustDomain(parsing: domain)
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    var generator = SystemRandomNumberGenerator()
    let certificate = try X509RootTemplate(
      trustDomain: self.domain, serial: CertificateSerial(using: &generator),
      validity: CertificateValidity(notBefore: 0, notAfter: 9_000_000)
    ).selfSigned(with: key)
    self.authority = try X509SigningAuthority(certificate: certificate, key: key)
  }

  func bundle() throws -> TrustBundle {
    try TrustBundle(
      x509: X509Bundle(trustDomain: self.domain, authorities: [self.authority.certificate]),
      jwt: try JWTBundle(trustDomain: self.domain, keys: []), sequence: nil, refreshHint: nil)
  }

  /// - Parameters:
  ///   - from: in seconds from the stage's time, as `to` is.
  func identity(
    _ path: String = "/shop/checkout", from: Int64 = -50, to: Int64 = 100
  ) throws -> TestIdentity {
    let key = P256.Signing.PrivateKey()
    let now = TestStage.now.seconds
    var generator = SystemRandomNumberGenerator()
    let leaf = try X509SVIDTemplate(
      id: try SPIFFEID(trustDomain: self.domain, path: path),
      publicKey: Certificate.PublicKey(key.publicKey),
      serial: CertificateSerial(using: &generator),
      validity: CertificateValidity(notBefore: now + from, notAfter: now + to), dnsNames: []
    ).signed(by: self.authority)
    return TestIdentity(
      leaf: try leaf.derEncoded(), serial: leaf.serialNumberHexadecimal, key: key)
  }
}

/// A client's certificate and its key.
struct TestIdentity: Sendable {
  /// In DER.
  let leaf: [UInt8]
  let serial: String
  let key: P256.Signing.PrivateKey

  func certificatePEM() throws -> String {
    try Certificate(derEncoded: self.leaf).serializeAsPEM().pemString
  }

  /// The claim of a token that is bound to the certificate (RFC 8705 section 3.1).
  var confirmation: JSONValue {
    .object(["x5t#S256": .string(Thumbprint(certificate: self.leaf).description)])
  }
}

/// A certificate that the gateway shows, which is its own authority.
struct TestServer {
  let certificate: Certificate
  private let key = P256.Signing.PrivateKey()

  init(_ names: [String] = ["orders.example", "*.shop.example"]) throws {
    let name = try DistinguishedName { CommonName("Test gateway") }
    let now = Date()
    self.certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(),
      publicKey: Certificate.PublicKey(self.key.publicKey),
      notValidBefore: now.addingTimeInterval(-3600), notValidAfter: now.addingTimeInterval(3600),
      issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        SubjectAlternativeNames(names.map { .dnsName($0) })
      }, issuerPrivateKey: Certificate.PrivateKey(self.key))
  }

  /// A listener's security with these certificates, which asks clients for theirs.
  static func security(_ servers: [TestServer]) throws -> ListenerSecurity {
    let folder = try TestFolder()
    var sources: [CertificateSource] = []
    for (index, server) in servers.enumerated() {
      let chain = try folder.write(
        try server.certificate.serializeAsPEM().pemString, to: "\(index).crt")
      let key = try folder.write(server.key.pemRepresentation, to: "\(index).key")
      sources.append(CertificateSource(name: "\(index)", place: .files(chain: chain, key: key)))
    }
    return try ListenerSecurity(
      sources: sources, settings: ListenerSecuritySettings(clientCertificates: .asked),
      at: Int64(Date().timeIntervalSince1970),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// How a client begins that believes this server.
  /// - Parameter version: what it says in ALPN.
  func beginning(
    _ identity: TestIdentity?, _ version: TestVersion, serverName: String = "orders.example"
  ) throws -> TestBeginning {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates([
      try NIOSSLCertificate(bytes: Array(self.certificate.derEncoded()), format: .der)
    ])
    tls.applicationProtocols = [version.rawValue]
    if let identity {
      tls.certificateChain = [
        .certificate(try NIOSSLCertificate(bytes: identity.leaf, format: .der))
      ]
      tls.privateKey = .privateKey(
        try NIOSSLPrivateKey(bytes: Array(identity.key.derRepresentation), format: .der))
    }
    return TestBeginning(
      tls: .init(context: try NIOSSLContext(configuration: tls), serverName: serverName))
  }
}

/// The names of ALPN.
enum TestVersion: String, CaseIterable, Sendable {
  case http1 = "http/1.1"
  case http2 = "h2"
}

/// A folder that is gone with the test.
final class TestFolder {
  let path: String

  init() throws {
    self.path = FileManager.default.temporaryDirectory.path + "/gateway-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: self.path) }

  func write(_ text: String, to name: String) throws -> String {
    let file = "\(self.path)/\(name)"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  func file(_ name: String) -> String { "\(self.path)/\(name)" }
}
