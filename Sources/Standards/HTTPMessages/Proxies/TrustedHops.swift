public import IPAddresses

/// Which proxies in front of a gateway are believed when they say for whom they forward.
///
/// Each proxy appends the address of its own peer, so the list is read from its end, and only as
/// far as those who wrote it are trusted. An entry that is missing or is no address ends the
/// reading: the client is then the last trusted hop itself. What a client wrote before that is
/// never looked at, and cannot change how the rest is read.
public struct TrustedHops: Sendable, Hashable {
  /// How far the list is believed.
  public enum Extent: Sendable, Hashable {
    /// This many proxies, the connection's peer included; 0 believes nobody.
    case count(Int)
    /// As long as the hop itself is in one of the ranges.
    case ranges([IPAddressRange])
  }

  /// The field that those proxies write. Only one is read: a client could send the other.
  public enum Field: Sendable, Hashable {
    case forwarded
    case xForwardedFor
  }

  /// What was found.
  public struct Client: Sendable, Hashable {
    public let address: IPAddress
    /// How many proxies stand between; 0 where the peer is the client.
    public let hops: Int
  }

  /// The most proxies that are believed, however far the extent goes.
  public static let maximumHops = 32

  public let extent: Extent
  public let field: Field

  public init(_ extent: Extent, field: Field) {
    self.extent = extent
    self.field = field
  }

  /// Believes nobody: the peer is the client.
  public static let none = TrustedHops(.count(0), field: .forwarded)

  /// The client of a request with `fields` that came from `peer`.
  public func client(peer: IPAddress, fields: HTTPFields) -> Client {
    var address = peer.unmapped
    var hops = 0
    guard isTrusted(address, hops: hops) else { return Client(address: address, hops: 0) }
    for line in fields.all(named: name).reversed() {
      var rest = line.value
      while let element = Self.popLast(from: &rest) {
        guard let next = read(element) else { return Client(address: address, hops: hops) }
        address = next.unmapped
        hops += 1
        guard isTrusted(address, hops: hops) else { return Client(address: address, hops: hops) }
      }
    }
    return Client(address: address, hops: hops)
  }

  /// Whether a connection from this address is one of the proxies'.
  public func trusts(peer: IPAddress) -> Bool { isTrusted(peer.unmapped, hops: 0) }

  private var name: String {
    switch field {
    case .forwarded: "forwarded"
    case .xForwardedFor: "x-forwarded-for"
    }
  }

  /// Whether what the hop at this place wrote is believed.
  private func isTrusted(_ address: IPAddress, hops: Int) -> Bool {
    guard hops < Self.maximumHops else { return false }
    switch extent {
    case .count(let count): return hops < count
    case .ranges(let ranges): return ranges.contains { $0.contains(address) }
    }
  }

  private func read(_ element: ArraySlice<UInt8>) -> IPAddress? {
    switch field {
    case .forwarded: ForwardedReading.client(of: element)
    case .xForwardedFor: ForwardedReading.address(element)
    }
  }

  /// What follows the last comma, which is taken away with it; nil once nothing is left.
  ///
  /// A comma within quotes is taken for one between elements as well. Nodes hold none, and what is
  /// left of an element that was cut there has an odd number of quotes, so it reads as nothing: that
  /// is better than letting a quote that a client opened reach into what a proxy appended.
  private static func popLast(from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    while !rest.isEmpty {
      let comma = rest.lastIndex(of: UInt8(ascii: ","))
      let element = rest[(comma.map { $0 + 1 } ?? rest.startIndex)...].trimmingBlanks()
      rest = rest[..<(comma ?? rest.startIndex)]
      if !element.isEmpty { return element }
    }
    return nil
  }
}
