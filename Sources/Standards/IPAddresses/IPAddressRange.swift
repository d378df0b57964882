/// All addresses with one beginning, RFC 4632: `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
public struct IPAddressRange: Sendable, Hashable {
  public let base: IPAddress
  /// How many leading bits are shared: up to 32 or 128.
  public let prefixLength: Int

  /// The range in `text`, or nil if it is none: the prefix length must fit the family, and all bits
  /// after it must be zero, since a range that says two things is a mistake.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let base = IPAddress(String(first)) else {
      return nil
    }
    let full = base.isV4 ? 32 : 128
    guard parts.count == 2 else {
      self.init(base: base, prefixLength: full)
      return
    }
    let digits = parts[1].utf8
    guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0"),
      digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
      let length = Int(parts[1])
    else { return nil }
    self.init(base: base, prefixLength: length)
  }

  /// The range of addresses that share the first `prefixLength` bits of `base`, or nil as above.
  public init?(base: IPAddress, prefixLength: Int) {
    guard prefixLength >= 0, prefixLength <= (base.isV4 ? 32 : 128),
      Self.masked(base, prefixLength) == base
    else { return nil }
    self.base = base
    self.prefixLength = prefixLength
  }

  /// Whether the address is in the range; an IPv4 address mapped into IPv6 counts as IPv4.
  public func contains(_ address: IPAddress) -> Bool {
    let address = base.isV4 ? address.unmapped : address
    guard address.isV4 == base.isV4 else { return false }
    return Self.masked(address, prefixLength) == base
  }

  private static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
    switch address {
    case .v4(let value):
      // Shifting by the width or more gives zero.
      return .v4(value & (UInt32.max << UInt32(32 - min(length, 32))))
    case .v6(let high, let low):
      return .v6(
        high & (UInt64.max << UInt64(64 - min(length, 64))),
        low & (UInt64.max << UInt64(128 - max(length, 64))))
    }
  }
}

extension IPAddressRange: CustomStringConvertible {
  public var description: String { "\(base)/\(prefixLength)" }
}
