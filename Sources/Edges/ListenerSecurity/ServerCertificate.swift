import IPAddresses
import NIOSSL
import SPIFFE
import SwiftASN1
import X509

/// A certificate and its key, checked and ready for handshakes.
struct ServerCertificate: Sendable {
  let chain: [NIOSSLCertificateSource]
  let key: NIOSSLPrivateKeySource
  let hosts: CertificateHosts
  /// The last second at which every certificate of the chain is valid, in Unix time.
  let notAfter: Int64

  /// - Parameters:
  ///   - hosts: what it may serve; `nil` for the DNS names and addresses in it.
  ///   - now: the time in Unix seconds.
  init(
    _ material: CertificateMaterial, hosts: [String]?, at now: Int64
  ) throws(CertificateFault) {
    let certificates = try Self.certificates(material.chain)
    guard let leaf = certificates.first else { throw .noCertificate }
    try Self.checkKey(material, of: leaf)
    try Self.checkOrder(certificates)
    self.notAfter = try Self.checkTime(certificates, now)
    try Self.checkUsage(leaf)
    self.hosts = try CertificateHosts(hosts: try Self.hosts(hosts, of: leaf))
    do {
      self.chain = try material.chain.map {
        .certificate(try NIOSSLCertificate(bytes: $0, format: .der))
      }
      self.key = .privateKey(try NIOSSLPrivateKey(bytes: material.key, format: .der))
    } catch {
      throw .refusedByTLS
    }
  }

  private static func certificates(
    _ chain: [[UInt8]]
  ) throws(CertificateFault) -> [Certificate] {
    var certificates: [Certificate] = []
    for bytes in chain {
      guard let certificate = try? Certificate(derEncoded: bytes) else {
        throw .certificateMalformed
      }
      certificates.append(certificate)
    }
    return certificates
  }

  private static func checkKey(
    _ material: CertificateMaterial, of leaf: Certificate
  ) throws(CertificateFault) {
    let document = PEMDocument(type: material.keyLabel, derBytes: material.key)
    guard let key = try? Certificate.PrivateKey(pemDocument: document) else { throw .keyMalformed }
    guard key.publicKey == leaf.publicKey else { throw .keyDiffers }
  }

  private static func checkOrder(_ certificates: [Certificate]) throws(CertificateFault) {
    for (certificate, issuer) in zip(certificates, certificates.dropFirst()) {
      guard certificate.issuer == issuer.subject,
        issuer.publicKey.isValidSignature(certificate.signature, for: certificate)
      else { throw .chainOrder }
    }
  }

  private static func checkTime(
    _ certificates: [Certificate], _ now: Int64
  ) throws(CertificateFault) -> Int64 {
    guard certificates.allSatisfy({ $0.notBeforeSeconds <= now }) else { throw .notYetValid }
    let last = certificates.map(\.notAfterSeconds).min() ?? .min
    guard last >= now else { throw .expired }
    return last
  }

  private static func checkUsage(_ leaf: Certificate) throws(CertificateFault) {
    guard let usages = try? leaf.extensions.extendedKeyUsage else {
      // Nil where there is no such extension, and where it cannot be read.
      guard leaf.extensions[oid: .X509ExtensionID.extendedKeyUsage] == nil else {
        throw .certificateMalformed
      }
      return
    }
    guard usages.contains(.serverAuth) || usages.contains(.any) else { throw .notForServers }
  }

  private static func hosts(
    _ configured: [String]?, of leaf: Certificate
  ) throws(CertificateFault) -> [String] {
    if let configured { return configured }
    let names: SubjectAlternativeNames?
    do {
      names = try leaf.extensions.subjectAlternativeNames
    } catch {
      throw .certificateMalformed
    }
    return (names ?? SubjectAlternativeNames([])).compactMap { name in
      switch name {
      case .dnsName(let name): name
      case .ipAddress(let address): IPAddress(bytes: address.bytes)?.description
      default: nil
      }
    }
  }
}
