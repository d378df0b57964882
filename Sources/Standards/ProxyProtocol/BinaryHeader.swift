import IPAddresses

/// Version 2 of the header: bytes, section 2.2.
enum BinaryHeader {
  static let signature: [UInt8] = [
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
  ]
  /// Signature, version and command, family and transport, length of what follows.
  private static let fixedCount = 16
  private static let checksumType: UInt8 = 0x03

  private enum Family {
    case unspecified
    case ipv4
    case ipv6
    case unix

    /// How many bytes the addresses and ports take.
    var addressCount: Int {
      switch self {
      case .unspecified: 0
      case .ipv4: 12
      case .ipv6: 36
      case .unix: 216
      }
    }
  }

  /// How many bytes the whole header has, or nil while too few are known; refused as soon as they
  /// can be no such header.
  static func length(of bytes: [UInt8]) throws(ProxyHeaderFault) -> Int? {
    guard zip(bytes, signature).allSatisfy({ $0 == $1 }) else { throw .notAHeader }
    if bytes.count > 12 { _ = try isLocal(bytes[12]) }
    if bytes.count > 13 { _ = try family(bytes[13]) }
    guard bytes.count >= fixedCount else { return nil }
    let length = fixedCount + (Int(bytes[14]) << 8 | Int(bytes[15]))
    guard length <= ProxyHeaderParser.maximumBytes else { throw .tooLong }
    return length
  }

  /// Reads the whole header.
  static func read(_ bytes: [UInt8]) throws(ProxyHeaderFault) -> ProxyHeader {
    guard bytes.count >= fixedCount else { throw .addressesTruncated }
    let isLocal = try isLocal(bytes[12])
    let family = try family(bytes[13])
    let body = bytes[fixedCount...]
    guard body.count >= family.addressCount else { throw .addressesTruncated }
    try checkExtensions(from: fixedCount + family.addressCount, of: bytes)
    // Of a LOCAL connection the addresses must be ignored, section 2.2.
    guard !isLocal else { return ProxyHeader(version: .binary, subject: .local) }
    return ProxyHeader(version: .binary, subject: subject(family, Array(body)))
  }

  private static func isLocal(_ byte: UInt8) throws(ProxyHeaderFault) -> Bool {
    guard byte >> 4 == 2 else { throw .versionUnknown }
    switch byte & 0x0F {
    case 0: return true
    case 1: return false
    default: throw .commandUnknown
    }
  }

  private static func family(_ byte: UInt8) throws(ProxyHeaderFault) -> Family {
    switch byte {
    case 0x00: return .unspecified
    case 0x11: return .ipv4
    case 0x21: return .ipv6
    case 0x31: return .unix
    default: throw .familyUnknown
    }
  }

  private static func subject(_ family: Family, _ body: [UInt8]) -> ProxyHeader.Subject {
    let number = { (range: Range<Int>) in
      body[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    let port = { (range: Range<Int>) in UInt16(truncatingIfNeeded: number(range)) }
    switch family {
    case .ipv4:
      let address = { (range: Range<Int>) in IPAddress.v4(UInt32(truncatingIfNeeded: number(range)))
      }
      return .client(
        source: .init(address: address(0..<4), port: port(8..<10)),
        destination: .init(address: address(4..<8), port: port(10..<12)))
    case .ipv6:
      return .client(
        source: .init(address: .v6(number(0..<8), number(8..<16)), port: port(32..<34)),
        destination: .init(address: .v6(number(16..<24), number(24..<32)), port: port(34..<36)))
    case .unspecified, .unix:
      return .unknown
    }
  }

  /// Steps over the extensions, section 2.2.1 on, all of which must lie within the header; the
  /// checksum, if there is one, must be right (section 2.2.3).
  private static func checkExtensions(
    from start: Int, of bytes: [UInt8]
  ) throws(ProxyHeaderFault) {
    var rest = bytes[start...]
    var checksum: (place: Range<Int>, value: UInt32)?
    while !rest.isEmpty {
      guard rest.count >= 3 else { throw .extensionMalformed }
      let at = rest.startIndex
      let count = Int(rest[at + 1]) << 8 | Int(rest[at + 2])
      let place = (at + 3)..<(at + 3 + count)
      guard place.upperBound <= rest.endIndex else { throw .extensionMalformed }
      if rest[at] == checksumType {
        guard count == 4, checksum == nil else { throw .extensionMalformed }
        checksum = (place, rest[place].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
      }
      rest = rest[place.upperBound...]
    }
    guard let checksum else { return }
    var zeroed = bytes
    for index in checksum.place { zeroed[index] = 0 }
    guard CRC32C.checksum(of: zeroed) == checksum.value else { throw .checksumMismatch }
  }
}
