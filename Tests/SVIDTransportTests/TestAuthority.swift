import Crypto
import SPIFFE
import SVIDTransport
import Synchronization
import X509

/// A trust domain's authority that issues any SVID that a test wants, around a time of its own.
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

  func identity(_ path: String, notAfter: Int64 = Self.now + 3600) throws -> TransportIdentity {
    let key = P256.Signing.PrivateKey()
    let certificate = try X509SVIDTemplate(
      id: self.id(path), publicKey: Certificate.PublicKey(key.publicKey), serial: Self.serial(),
      validity: CertificateValidity(notBefore: Self.now - 3600, notAfter: notAfter)
    ).signed(by: self.root)
    return TransportIdentity(
      chain: [try certificate.derEncoded()], privateKey: Array(key.derRepresentation))
  }

  func id(_ path: String) throws -> SPIFFEID {
    try SPIFFEID(parsing: "spiffe://\(self.trustDomain)\(path)")
  }

  var bundles: TrustBundleSet {
    get throws {
      try TrustBundleSet([
        TrustBundle(
          x509: X509Bundle(trustDomain: self.trustDomain, authorities: [self.root.certificate]),
          jwt: JWTBundle(trustDomain: self.trustDomain, keys: []), sequence: nil, refreshHint: nil)
      ])
    }
  }

  /// Wants one peer of this trust domain, at a time.
  func verification(of path: String, at now: Int64 = Self.now) throws -> PeerVerification {
    let bundles = try self.bundles
    let wanted = try self.id(path)
    return PeerVerification(bundles: { bundles }, now: { now }, isWanted: { $0 == wanted })
  }
}
