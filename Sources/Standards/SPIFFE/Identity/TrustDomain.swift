/// The name of a trust domain: the realm within which one authority issues SPIFFE IDs.
///
/// A name is 1 to 255 bytes of `a-z`, `0-9`, `.`, `-` and `_` (SPIFFE-ID section 2.1). Upper case is
/// refused, never folded, so that two names are the same trust domain exactly if they are equal.
public struct TrustDomain: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The longest name, in bytes.
  public static let maximumLength = 255

  /// The bare name, such as `example.org`.
  public let description: String

  /// - Parameter name: the bare name, without scheme or slash.
  /// - Throws: ``InvalidSPIFFEID`` if it is empty, too long, or holds any other character.
  public init(parsing name: some StringProtocol) throws(InvalidSPIFFEID) {
    guard !name.isEmpty else { throw InvalidSPIFFEID(.trustDomainMissing) }
    guard name.utf8.count <= Self.maximumLength else { throw InvalidSPIFFEID(.trustDomainTooLong) }
    guard name.utf8.allSatisfy(Self.isLegal) else { throw InvalidSPIFFEID(.trustDomainCharacter) }
    self.description = String(name)
  }

  /// Reads a bare name; see above.
  public init(parsing name: String) throws(InvalidSPIFFEID) {
    guard !name.isEmpty, name.utf8.count <= Self.maximumLength,
      name.utf8.allSatisfy(Self.isLegal)
    else {
      try self.init(parsing: name[...])
      return
    }
    self.init(legal: name)
  }

  private init(legal name: String) { self.description = name }

  /// The ID of the trust domain itself: one without a path.
  public var id: SPIFFEID { SPIFFEID(self) }

  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }

  private static func isLegal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
      return true
    default: return false
    }
  }
}
