/// The identifier of one credential: the `jti` of a token, or the serial number of a certificate in
/// lower-case hexadecimal; of another issuer's, that under its name.
package struct CredentialID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// The identifier of a credential that somebody else issued, who chose it without regard to ours:
  /// `<issuer>#<id>`.
  /// - Parameter issuer: a URL without a fragment, or a trust domain's SPIFFE ID.
  package init(_ own: CredentialID, of issuer: String) {
    self.description = "\(issuer)#\(own)"
  }

  /// The longest identifier that is accepted, in bytes.
  package static let maximumLength = 128

  /// - Throws: `InvalidCredentialID` unless the text is 1 to 128 characters of `A-Z a-z 0-9 - _ .`.
  package init(_ text: some StringProtocol) throws(InvalidCredentialID) {
    try self.init(String(text))
  }

  /// - Throws: as above.
  package init(_ text: String) throws(InvalidCredentialID) {
    guard !text.isEmpty, text.utf8.count <= Self.maximumLength,
      text.utf8.allSatisfy(Self.isLegal)
    else { throw InvalidCredentialID() }
    self.description = text
  }

  private static func isLegal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."):
      return true
    default: return false
    }
  }

  /// A fresh identifier of 128 random bits, in lower-case hexadecimal.
  package init(using generator: inout some RandomNumberGenerator) {
    let high = generator.next() as UInt64
    let low = generator.next() as UInt64
    self.description = Hexadecimal.encode(high.bigEndianBytes + low.bigEndianBytes)
  }
}

/// The text is not the identifier of a credential.
package struct InvalidCredentialID: Error, CustomStringConvertible {
  package let description =
    "a credential's id is 1 to 128 characters of letters, digits, `-`, `_` and `.`"
}

extension UInt64 {
  fileprivate var bigEndianBytes: [UInt8] {
    withUnsafeBytes(of: self.bigEndian) { Array($0) }
  }
}
