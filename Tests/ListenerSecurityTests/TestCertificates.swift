import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// An authority that issues server and client certificates around a time of its own.
struct TestCertificates {
  static let now = Int64(Date().timeIntervalSince1970)

  private let key = P256.Signing.PrivateKey()
  let certificate: Certificate

  init() throws {
    let name = try DistinguishedName { CommonName("Test authority") }
    self.certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(),
      publicKey: Certificate.PublicKey(self.key.publicKey),
      notValidBefore: Date(timeIntervalSince1970: Double(Self.now - 86_400)),
      notValidAfter: Date(timeIntervalSince1970: Double(Self.now + 86_400)), issuer: name,
      subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
      }, issuerPrivateKey: Certificate.PrivateKey(self.key))
  }

  struct Issued {
    let leaf: Certificate
    let key: P256.Signing.PrivateKey

    var keyPEM: String { self.key.pemRepresentation }
  }

  func issue(
    _ common: String, names: [GeneralName], from: Int64 = Self.now - 3_600,
    until: Int64 = Self.now + 3_600, usage: ExtendedKeyUsage.Usage? = .serverAuth
  ) throws -> Issued {
    let key = P256.Signing.PrivateKey()
    let leaf = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(),
      publicKey: Certificate.PublicKey(key.publicKey),
      notValidBefore: Date(timeIntervalSince1970: Double(from)),
      notValidAfter: Date(timeIntervalSince1970: Double(until)),
      issuer: self.certificate.subject,
      subject: try DistinguishedName { CommonName(common) },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        BasicConstraints.notCertificateAuthority
        if let usage { try ExtendedKeyUsage([usage]) }
        if !names.isEmpty { SubjectAlternativeNames(names) }
      }, issuerPrivateKey: Certificate.PrivateKey(self.key))
    return Issued(leaf: leaf, key: key)
  }

  func chainPEM(_ issued: Issued) throws -> String {
    try issued.leaf.serializeAsPEM().pemString + "\n"
      + self.certificate.serializeAsPEM().pemString + "\n"
  }
}

/// A folder that is gone with the test.
final class TestFolder {
  let path: String

  init() throws {
    self.path = FileManager.default.temporaryDirectory.path + "/gatehouse-tls-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: self.path) }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let file = "\(self.path)/\(name)"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  func file(_ name: String) -> String { "\(self.path)/\(name)" }
}
