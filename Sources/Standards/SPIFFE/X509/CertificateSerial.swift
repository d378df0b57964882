import X509

/// The serial number for a certificate to be issued: 16 bytes, the first bit clear and the second
/// set, so that it is positive and its hexadecimal form always has 32 digits
/// (RFC 5280 section 4.1.2.2).
public struct CertificateSerial: Hashable, Sendable, CustomStringConvertible {
  let bytes: [UInt8]

  /// A serial number with 126 random bits.
  public init(using generator: inout some RandomNumberGenerator) {
    var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    if let first = bytes.first { bytes[0] = first & 0x7F | 0x40 }
    self.bytes = bytes
  }

  /// 32 lower-case hexadecimal digits: the credential's id.
  public var description: String { self.bytes.hexadecimal }

  var serialNumber: Certificate.SerialNumber { Certificate.SerialNumber(bytes: self.bytes) }
}

/// The time in which a certificate is to be valid, both ends included, in Unix seconds.
public struct CertificateValidity: Hashable, Sendable {
  public let notBefore: Int64
  public let notAfter: Int64

  /// The last second that X.509 can write: 9999-12-31T23:59:59Z.
  public static let latest: Int64 = 253_402_300_799

  /// - Throws: ``CertificateTemplateError`` unless 1970 ≤ `notBefore` ≤ `notAfter` ≤ year 9999.
  public init(notBefore: Int64, notAfter: Int64) throws(CertificateTemplateError) {
    guard (0...Self.latest).contains(notBefore), (notBefore...Self.latest).contains(notAfter) else {
      throw .invalidValidity
    }
    self.notBefore = notBefore
    self.notAfter = notAfter
  }
}

/// Why a certificate was not made.
public enum CertificateTemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  case invalidValidity
  case outlivesIssuer
  case keyDoesNotMatchCertificate
  case issuerIsNotAuthority
  case issuerTrustDomain
  case idWithoutPath
  case invalidDNSName

  public var description: String {
    switch self {
    case .invalidValidity: "a certificate's validity must begin before it ends, by the year 9999"
    case .outlivesIssuer: "a certificate must not be valid before or after its issuer"
    case .keyDoesNotMatchCertificate: "the issuer's key is not the one in its certificate"
    case .issuerIsNotAuthority: "the issuer's certificate is not that of an authority"
    case .issuerTrustDomain: "the issuer belongs to another trust domain"
    case .idWithoutPath: "the SPIFFE ID of a leaf certificate needs a path"
    case .invalidDNSName: "a DNS name holds dot-separated labels of a-z, 0-9 and dashes"
    }
  }
}
