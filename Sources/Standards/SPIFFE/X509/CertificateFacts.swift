import Crypto
import FoundationEssentials
import SwiftASN1
public import X509

/// What SPIFFE's users ask of a certificate, in this module's representations.
extension Certificate {
  /// The serial number in lower-case hexadecimal, two digits a byte, without leading zero bytes.
  public var serialNumberHexadecimal: String {
    let significant = self.serialNumber.bytes.drop { $0 == 0 }
    return significant.isEmpty ? "00" : significant.hexadecimal
  }

  /// SHA-256 of the TBSCertificate as it was signed: 32 bytes.
  public var tbsCertificateDigest: [UInt8] {
    Array(SHA256.hash(data: self.tbsCertificateBytes))
  }

  /// The first second at which the certificate is valid, in Unix time.
  public var notBeforeSeconds: Int64 { self.notValidBefore.wholeUnixSeconds }

  /// The last second at which the certificate is valid, in Unix time.
  public var notAfterSeconds: Int64 { self.notValidAfter.wholeUnixSeconds }

  /// The certificate in DER.
  /// - Throws: if the certificate cannot be encoded, which a parsed or signed one can.
  public func derEncoded() throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(self)
    return serializer.serializedBytes
  }

  /// Reads one certificate in DER.
  /// - Throws: ``MalformedCertificates`` if the bytes are not exactly one certificate in DER.
  public init(strictDER bytes: [UInt8]) throws(MalformedCertificates) {
    guard bytes.count <= CertificateSequence.maximumBytes else {
      throw MalformedCertificates(.tooLarge)
    }
    do {
      guard try CertificateEnvelope.isStrict(bytes) else {
        throw MalformedCertificates(.notACertificate)
      }
      try self.init(derEncoded: bytes)
    } catch {
      throw MalformedCertificates(.notACertificate)
    }
  }

  /// The URI names in the subject's alternative names.
  /// - Throws: if the extension cannot be read.
  func uriNames() throws -> [String] {
    guard let names = try self.extensions.subjectAlternativeNames else { return [] }
    return names.compactMap { name in
      if case .uniformResourceIdentifier(let uri) = name { uri } else { nil }
    }
  }
}

extension Date {
  fileprivate var wholeUnixSeconds: Int64 {
    let seconds = self.timeIntervalSince1970.rounded(.down)
    return Int64(exactly: seconds) ?? (seconds < 0 ? .min : .max)
  }
}
