/// The character classes of RFC 3986 that comparing request URIs needs.
enum URICharacters {
  static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// Section 2.3.
  static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~".utf8.contains(byte)
    }
  }

  /// Section 3.3, with the percent sign of escapes.
  static func isPath(_ byte: UInt8) -> Bool {
    self.isUnreserved(byte) || "/%!$&'()*+,;=:@".utf8.contains(byte)
  }

  /// Section 3.2.2: a registered name or an IPv4 address, or what may stand in brackets, with them.
  static func isHost(_ byte: UInt8, isLiteral: Bool) -> Bool {
    isLiteral
      ? self.isUnreserved(byte) || "[]:".utf8.contains(byte)
      : self.isUnreserved(byte) || "%!$&'()*+,;=".utf8.contains(byte)
  }

  static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// - Parameter value: below 16.
  static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "A") &+ (value &- 10)
  }
}
