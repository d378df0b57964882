import Crypto
import SwiftASN1

/// A chain and a private key as they were read, not checked yet.
struct CertificateMaterial: Sendable, Hashable {
  /// DER, leaf first.
  let chain: [[UInt8]]
  /// DER: PKCS #8, SEC1 or PKCS #1.
  let key: [UInt8]
  /// The PEM label of the key.
  let keyLabel: String

  init(chain: [[UInt8]], key: [UInt8]) {
    self.chain = chain
    self.key = key
    self.keyLabel = Self.pkcs8Label
  }

  init(chainPEM: [UInt8], keyPEM: [UInt8]) throws(CertificateFault) {
    let certificates = try Self.documents(chainPEM, fault: .certificateMalformed)
      .filter { $0.discriminator == "CERTIFICATE" }
    guard !certificates.isEmpty else { throw .noCertificate }
    let keys = try Self.documents(keyPEM, fault: .keyMalformed)
      .filter { $0.discriminator.hasSuffix("PRIVATE KEY") }
    guard let key = keys.first, keys.count == 1 else { throw .keyMalformed }
    guard key.discriminator != "ENCRYPTED PRIVATE KEY" else { throw .keyEncrypted }
    self.chain = certificates.map(\.derBytes)
    self.key = key.derBytes
    self.keyLabel = key.discriminator
  }

  static let pkcs8Label = "PRIVATE KEY"

  private static func documents(
    _ bytes: [UInt8], fault: CertificateFault
  ) throws(CertificateFault) -> [PEMDocument] {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw fault }
    do {
      return try PEMDocument.parseMultiple(pemString: text)
    } catch {
      // An old encrypted form says so in a header, which is no base64.
      throw fault == .keyMalformed && text.contains("Proc-Type: 4,ENCRYPTED")
        ? .keyEncrypted : fault
    }
  }

  /// By which a change is noticed, without keeping the key a second time.
  var digest: [UInt8] {
    var hash = SHA256()
    for part in self.chain + [self.key] {
      withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: part)
    }
    return Array(hash.finalize())
  }
}

extension CertificateMaterial: CustomStringConvertible, CustomReflectable {
  var description: String { "\(self.chain.count) certificates and a key" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
