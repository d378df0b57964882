/// An IP address, or a range of them as address and prefix length (Cedar's `ipaddr` extension).
///
/// An IPv4 address and an IPv6 address are never equal and never in each other's ranges. The
/// host bits of a range count for equality: `10.0.0.1/24` is not `10.0.0.0/24`.
public struct CedarIPAddress: Sendable, Hashable, CustomStringConvertible {
  private let family: Family
  private let bits: UInt128

  /// Leading bits that the addresses of the range share; all of them for one address.
  public let prefixLength: Int

  private enum Family: Sendable, Hashable {
    case v4, v6

    var width: Int { self == .v4 ? 32 : 128 }
  }

  /// Reads `192.0.2.1`, `2001:db8::1`, or one of these with `/` and a prefix length. IPv4 written
  /// inside IPv6, zone identifiers and leading zeros in decimal numbers are refused.
  public init?(_ text: String) {
    guard text.utf8.count <= 43 else { return nil }
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let address = parts.first, parts.count <= 2 else { return nil }
    if let bits = Self.parseV4(address) {
      (family, self.bits) = (.v4, UInt128(bits))
    } else if let bits = Self.parseV6(address) {
      (family, self.bits) = (.v6, bits)
    } else {
      return nil
    }
    guard let prefix = parts.dropFirst().first else {
      prefixLength = family.width
      return
    }
    guard let length = Self.parseDecimal(prefix), length <= family.width else { return nil }
    prefixLength = length
  }

  public var isIPv4: Bool { family == .v4 }

  public var isIPv6: Bool { family == .v6 }

  /// Whether all of the range is in `127.0.0.0/8` or is `::1`.
  public var isLoopback: Bool {
    isIPv4 ? prefixLength >= 8 && bits >> 24 == 127 : prefixLength == 128 && bits == 1
  }

  /// Whether all of the range is in `224.0.0.0/4` or `ff00::/8`.
  public var isMulticast: Bool {
    isIPv4
      ? prefixLength >= 4 && bits >> 28 == 0xE : prefixLength >= 8 && bits >> 120 == 0xFF
  }

  /// Whether all of this range is in another.
  public func isInRange(_ other: CedarIPAddress) -> Bool {
    guard family == other.family, prefixLength >= other.prefixLength else { return false }
    // A shift by the whole width gives 0, which is right for a prefix of length 0.
    let hostBits = family.width - other.prefixLength
    return bits >> hostBits == other.bits >> hostBits
  }

  public var description: String {
    let address = isIPv4 ? dotted : grouped
    return prefixLength == family.width ? address : "\(address)/\(prefixLength)"
  }

  private var dotted: String {
    [24, 16, 8, 0].map { String((bits >> $0) & 0xFF) }.joined(separator: ".")
  }

  private var grouped: String {
    stride(from: 112, through: 0, by: -16)
      .map { String((bits >> $0) & 0xFFFF, radix: 16) }.joined(separator: ":")
  }

  private static func parseV4(_ text: Substring.UTF8View) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard let octet = parseDecimal(part), octet <= 255 else { return nil }
      bits = bits << 8 | UInt32(octet)
    }
    return bits
  }

  /// One to three digits without a leading zero.
  private static func parseDecimal(_ text: Substring.UTF8View) -> Int? {
    guard (1...3).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else {
      return nil
    }
    return signedNumber(text, isNegative: false).map(Int.init)
  }

  private static func parseV6(_ text: Substring.UTF8View) -> UInt128? {
    let colon = UInt8(ascii: ":")
    let bytes = Array(text)
    let gap = zip(bytes, bytes.dropFirst()).enumerated()
      .first { $0.element == (colon, colon) }?.offset
    guard let gap else {
      return parseGroups(bytes[...]).flatMap { $0.count == 8 ? join($0) : nil }
    }
    guard let head = parseGroups(bytes[..<gap]), let tail = parseGroups(bytes[(gap + 2)...]),
      head.count + tail.count < 8
    else { return nil }
    let zeros = [UInt16](repeating: 0, count: 8 - head.count - tail.count)
    return join(head + zeros + tail)
  }

  private static func join(_ groups: [UInt16]) -> UInt128 {
    groups.reduce(0) { $0 << 16 | UInt128($1) }
  }

  /// Groups of one to four hexadecimal digits between colons; an empty text has none.
  private static func parseGroups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 8 else { return nil }
    var groups: [UInt16] = []
    for part in parts {
      // Swift's own reading of numbers takes signs too.
      guard (1...4).contains(part.count), part.allSatisfy(isHexadecimal),
        let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
      else { return nil }
      groups.append(group)
    }
    return groups
  }
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
}
