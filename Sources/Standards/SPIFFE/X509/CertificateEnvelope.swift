import SwiftASN1

/// The outer layer of a certificate, which its signature does not cover (RFC 5280 section 4.1.1).
///
/// Two encodings that differ only here are one certificate to whoever checks signatures. Where the
/// standard leaves one encoding, the others are refused.
enum CertificateEnvelope {
  /// Whether the algorithm outside is the one inside (section 4.1.1.2) and the signature is whole
  /// bytes.
  static func isStrict(_ der: [UInt8]) throws -> Bool {
    try DER.sequence(DER.parse(der), identifier: .sequence) { nodes in
      guard let signed = nodes.next(), let algorithm = nodes.next(), let signature = nodes.next()
      else { return false }
      guard case .primitive(let bits) = signature.content, bits.first == 0 else { return false }
      return self.innerAlgorithm(of: signed)?.encodedBytes == algorithm.encodedBytes
    }
  }

  /// The first SEQUENCE in the TBSCertificate: before it are only the version and the serial number.
  private static func innerAlgorithm(of signed: ASN1Node) -> ASN1Node? {
    guard case .constructed(let fields) = signed.content else { return nil }
    return fields.first { $0.identifier == .sequence }
  }
}
