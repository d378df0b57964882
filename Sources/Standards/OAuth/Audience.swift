/// The identifier of a service that tokens are for: an absolute URI without a fragment
/// (RFC 8707 section 2, RFC 3986 section 4.3).
///
/// Audiences are compared byte by byte. Nothing is normalised: `https://a` and `https://a/` are two.
public struct Audience: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The longest audience that is accepted, in bytes.
  public static let maximumLength = 2048

  public let description: String

  /// - Throws: ``InvalidAudience`` unless the text is an absolute URI of ASCII characters.
  public init(parsing text: some StringProtocol) throws(InvalidAudience) {
    guard text.utf8.count <= Self.maximumLength else { throw InvalidAudience(.tooLong) }
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
      Self.isScheme(text.utf8[..<colon])
    else { throw InvalidAudience(.notAbsolute) }
    let rest = text.utf8[text.utf8.index(after: colon)...]
    guard Self.isWellEscaped(rest) else { throw InvalidAudience(.character) }
    guard !rest.contains(UInt8(ascii: "#")) else { throw InvalidAudience(.fragment) }
    guard !rest.isEmpty, !rest.elementsEqual("//".utf8) else { throw InvalidAudience(.notAbsolute) }
    self.description = String(text)
  }

  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }

  private static func isScheme(_ bytes: some Collection<UInt8>) -> Bool {
    guard let first = bytes.first, self.isLetter(first) else { return false }
    return bytes.allSatisfy { self.isLetter($0) || self.isDigit($0) || "+-.".utf8.contains($0) }
  }

  private static func isWellEscaped(_ bytes: some Collection<UInt8>) -> Bool {
    var rest = bytes[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard rest.popFirst().map(self.isHexadecimal) == true,
          rest.popFirst().map(self.isHexadecimal) == true
        else { return false }
      } else if !self.isURICharacter(byte) {
        return false
      }
    }
    return true
  }

  private static func isURICharacter(_ byte: UInt8) -> Bool {
    self.isLetter(byte) || self.isDigit(byte) || "-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    self.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}

/// A text cannot be an audience, and why.
public struct InvalidAudience: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case tooLong, notAbsolute, character, fragment
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  public var description: String {
    switch self.reason {
    case .tooLong: "an audience has at most \(Audience.maximumLength) bytes"
    case .notAbsolute: "an audience is an absolute URI, such as `https://orders.example`"
    case .character: "an audience holds only the characters of a URI"
    case .fragment: "an audience has no fragment"
    }
  }
}
