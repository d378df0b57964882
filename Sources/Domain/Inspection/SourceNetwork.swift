import IPAddresses

/// Whom to count as one source.
enum SourceNetwork: Hashable {
  /// An IPv4 address, also one that was mapped into IPv6.
  case address(UInt32)
  /// The upper 64 bits of an IPv6 address: a network gives them to one customer at least.
  case network(UInt64)
  /// What is no address counts as itself.
  case text(String)

  /// - Parameter address: in text; an IPv6 one may have a zone.
  init(_ address: String) {
    // A zone says how this machine reaches the address, and nothing about whose it is.
    switch IPAddress(address.utf8.prefix { $0 != UInt8(ascii: "%") })?.unmapped {
    case .v4(let value): self = .address(value)
    case .v6(let high, _): self = .network(high)
    case nil: self = .text(address)
    }
  }
}
