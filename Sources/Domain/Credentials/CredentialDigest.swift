/// The value by which both layers know a credential: SHA-256 of the JWS signing input, or of the
/// certificate's TBSCertificate. The issuing event and each request's event carry it, so that
/// correlation is equality.
package struct CredentialDigest: Hashable, Sendable, CustomStringConvertible {
  package let bytes: [UInt8]

  /// - Parameter bytes: the 32 bytes of a SHA-256 digest; anything else is `nil`.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// - Parameter hexadecimal: 64 lower-case hexadecimal digits; anything else is `nil`.
  package init?(hexadecimal: String) {
    guard let bytes = Hexadecimal.decode(hexadecimal) else { return nil }
    self.init(bytes: bytes)
  }

  /// 64 lower-case hexadecimal digits.
  package var description: String { Hexadecimal.encode(self.bytes) }
}
