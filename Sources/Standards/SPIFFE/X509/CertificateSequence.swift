import SwiftASN1
public import X509

/// Certificates in DER, one after the other without anything between them: the form in which the
/// Workload API carries chains and bundles (SPIFFE_Workload_API section 5).
public enum CertificateSequence {
  /// The largest sequence that is read, in bytes.
  public static let maximumBytes = 1 << 20
  /// The largest number of certificates that is read.
  public static let maximumCount = 1024

  /// Reads a sequence. No bytes are no certificates.
  /// - Throws: ``MalformedCertificates`` if anything but whole certificates is found.
  public static func parse(_ bytes: [UInt8]) throws(MalformedCertificates) -> [Certificate] {
    guard bytes.count <= self.maximumBytes else { throw MalformedCertificates(.tooLarge) }
    var certificates: [Certificate] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      guard certificates.count < self.maximumCount else { throw MalformedCertificates(.tooLarge) }
      guard let length = self.elementLength(rest), length <= rest.count else {
        throw MalformedCertificates(.notACertificate)
      }
      certificates.append(try Certificate(strictDER: Array(rest.prefix(length))))
      rest = rest.dropFirst(length)
    }
    return certificates
  }

  /// Writes certificates one after the other.
  public static func serialize(_ certificates: some Sequence<Certificate>) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for certificate in certificates { bytes += try certificate.derEncoded() }
    return bytes
  }

  /// The length of the first element, header included, or `nil` if the bytes do not begin with the
  /// header of a SEQUENCE of definite length.
  private static func elementLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= 2, bytes.first == 0x30 else { return nil }
    let first = bytes[bytes.startIndex + 1]
    if first < 0x80 { return 2 + Int(first) }
    let count = Int(first & 0x7F)
    let digits = bytes.dropFirst(2).prefix(count)
    guard (1...4).contains(count), digits.count == count else { return nil }
    return digits.reduce(0) { $0 << 8 | Int($1) } + 2 + count
  }
}

/// Bytes are not the certificates that they should be.
public struct MalformedCertificates: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case empty, tooLarge, notACertificate
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  public var description: String {
    switch self.reason {
    case .empty: "at least one certificate is expected"
    case .tooLarge: "the certificates are too many or too large"
    case .notACertificate: "whole X.509 certificates in DER are expected"
    }
  }
}
