/// An IPv4 or IPv6 address, without a zone.
public enum IPAddress: Sendable, Hashable {
  /// The address as a number: 127.0.0.1 is 0x7F000001.
  case v4(UInt32)
  /// The upper and the lower half of the address.
  case v6(UInt64, UInt64)

  /// The address in network byte order: 4 or 16 bytes.
  public var bytes: [UInt8] {
    switch self {
    case .v4(let value): Self.bytes(UInt64(value), count: 4)
    case .v6(let high, let low): Self.bytes(high, count: 8) + Self.bytes(low, count: 8)
    }
  }

  private static func bytes(_ value: UInt64, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
  }
}

extension IPAddress: CustomStringConvertible {
  /// Dotted decimal, or eight groups of hexadecimal digits with the longest run of zeros left out,
  /// RFC 5952 section 4.
  public var description: String {
    switch self {
    case .v4: bytes.map(String.init).joined(separator: ".")
    case .v6(let high, let low): Self.text(ofGroups: Self.groups(high) + Self.groups(low))
    }
  }

  private static func groups(_ half: UInt64) -> [UInt16] {
    [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) }
  }

  private static func text(ofGroups groups: [UInt16]) -> String {
    let text = { (part: ArraySlice<UInt16>) in
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard let run = longestRunOfZeros(in: groups) else { return text(groups[...]) }
    return "\(text(groups[..<run.lowerBound]))::\(text(groups[run.upperBound...]))"
  }

  private static func longestRunOfZeros(in groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start: Int?
    for index in 0...groups.count {
      if index < groups.count, groups[index] == 0 {
        start = start ?? index
      } else if let from = start {
        if index - from >= 2, index - from > (best?.count ?? 0) { best = from..<index }
        start = nil
      }
    }
    return best
  }
}

extension IPAddress {
  /// The address in `text`, or nil if it is not exactly one: dotted decimal without leading zeros,
  /// or the text of RFC 4291 section 2.2 without a zone.
  public init?(_ text: some Collection<UInt8>) {
    // The longest text of an address has 45 bytes.
    guard text.count <= 45 else { return nil }
    let bytes = Array(text)[...]
    guard let address = AddressText.ipv4(bytes) ?? AddressText.ipv6(bytes) else { return nil }
    self = address
  }

  /// The address in `text`, or nil if it is not exactly one.
  public init?(_ text: String) { self.init(text.utf8) }

  /// The address in network byte order, or nil if there are neither 4 nor 16 bytes.
  public init?(bytes: some Collection<UInt8>) {
    let number = { (part: [UInt8]) in part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    switch bytes.count {
    case 4: self = .v4(UInt32(truncatingIfNeeded: number(Array(bytes))))
    case 16: self = .v6(number(Array(bytes.prefix(8))), number(Array(bytes.dropFirst(8))))
    default: return nil
    }
  }

  /// Whether it is an IPv4 address.
  public var isV4: Bool { if case .v4 = self { true } else { false } }

  /// The IPv4 address where this is one that was mapped into IPv6 (RFC 4291 section 2.5.5.2), as
  /// sockets for both families tell of IPv4 peers; else the address itself.
  public var unmapped: IPAddress {
    guard case .v6(0, let low) = self, low >> 32 == 0xFFFF else { return self }
    return .v4(UInt32(truncatingIfNeeded: low))
  }
}
