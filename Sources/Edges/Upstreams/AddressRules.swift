import NIOCore

/// Which addresses a host name may lead to. Somebody who answers for a name elsewhere must not point
/// the gateway at its own machine, or at the metadata service of its cloud; an address that is written
/// in a manifest is its author's own decision.
enum AddressRules {
  /// The addresses that may be connected to, each once and in one order, whatever the answer's.
  static func usable(_ addresses: [SocketAddress], of name: String) -> [SocketAddress] {
    let mayBeLoopback = Self.isLocalName(name)
    var keyed: [(key: [UInt8], address: SocketAddress)] = []
    for address in addresses {
      guard let bytes = Self.bytes(of: address) else { continue }
      guard !keyed.contains(where: { $0.key == bytes }) else { continue }
      switch Self.scope(bytes) {
      case .ordinary: keyed.append((bytes, address))
      case .loopback: if mayBeLoopback { keyed.append((bytes, address)) }
      case .never: continue
      }
    }
    return keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.address)
  }

  /// `localhost` and what is below it (RFC 6761 section 6.3).
  private static func isLocalName(_ name: String) -> Bool {
    let name = name.lowercased()
    return name == "localhost" || name.hasSuffix(".localhost")
  }

  private enum Scope {
    case ordinary
    case loopback
    case never
  }

  private static func scope(_ bytes: [UInt8]) -> Scope {
    if bytes.count == 4 { return Self.scope4(bytes) }
    guard bytes.count == 16 else { return .never }
    // ::ffff:a.b.c.d is the IPv4 address in it (RFC 4291 section 2.5.5.2).
    if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
      return Self.scope4(Array(bytes.suffix(4)))
    }
    if bytes.dropLast().allSatisfy({ $0 == 0 }) {
      return bytes.last == 1 ? .loopback : .never
    }
    let isLinkLocal = bytes.first == 0xFE && bytes.dropFirst().first.map { $0 & 0xC0 } == 0x80
    return bytes.first == 0xFF || isLinkLocal ? .never : .ordinary
  }

  /// This network, multicast and reserved, link-local (RFC 6890).
  private static func scope4(_ bytes: [UInt8]) -> Scope {
    switch (bytes.first ?? 0, bytes.dropFirst().first ?? 0) {
    case (127, _): .loopback
    case (0, _), (224..., _), (169, 254): .never
    default: .ordinary
    }
  }

  /// The address in a socket address: after family and port, and in IPv6 the flow too.
  private static func bytes(of address: SocketAddress) -> [UInt8]? {
    switch address {
    case .v4(let address):
      withUnsafeBytes(of: address.address) { Array($0.dropFirst(4).prefix(4)) }
    case .v6(let address):
      withUnsafeBytes(of: address.address) { Array($0.dropFirst(8).prefix(16)) }
    case .unixDomainSocket: nil
    }
  }
}
