/// A host and an optional port, as in Host and in absolute request targets, RFC 9110 section 7.2.
///
/// Stricter than the URI grammar: no userinfo, no percent-encoding, no `sub-delims`, no empty or
/// zero port, no IPv6 zone. Text of an address is kept as it was sent, but in lower case.
public struct Authority: Sendable, Hashable, CustomStringConvertible {
  /// The host name or address in lower case; an IPv6 address is in brackets.
  public let host: String
  /// The port where one was sent.
  public let port: UInt16?

  /// The authority in `bytes`, or nil if they are not exactly one.
  public init?(_ bytes: some BidirectionalCollection<UInt8>) {
    let hostEnd: Int
    let all = Array(bytes)
    if all.first == UInt8(ascii: "[") {
      guard let bracket = all.firstIndex(of: UInt8(ascii: "]")),
        isIPv6Address(all[1..<bracket])
      else { return nil }
      hostEnd = bracket + 1
    } else {
      hostEnd = all.firstIndex(of: UInt8(ascii: ":")) ?? all.count
      guard Self.isHostName(all[..<hostEnd]) else { return nil }
    }
    host = all[..<hostEnd].lowercasedText
    guard hostEnd < all.count else {
      port = nil
      return
    }
    guard all[hostEnd] == UInt8(ascii: ":"), let port = Self.port(all[(hostEnd + 1)...]) else {
      return nil
    }
    self.port = port
  }

  /// The authority in `text`, or nil if it is not exactly one.
  public init?(_ text: String) { self.init(Array(text.utf8)) }

  public var description: String { port.map { "\(host):\($0)" } ?? host }

  /// Whether both name the same host and port where `scheme` fills in a port that is missing.
  public func agrees(with other: Authority, scheme: String) -> Bool {
    let standard: UInt16 = scheme == "https" ? 443 : 80
    return host == other.host && (port ?? standard) == (other.port ?? standard)
  }

  /// At most 253 bytes in labels of at most 63; a name may end with a dot.
  private static func isHostName(_ bytes: ArraySlice<UInt8>) -> Bool {
    let name = bytes.last == UInt8(ascii: ".") ? bytes.dropLast() : bytes
    guard !name.isEmpty, name.count <= 253 else { return false }
    let allowed = ByteSet.hostName
    return name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .allSatisfy { label in
        !label.isEmpty && label.count <= 63 && label.allSatisfy { allowed.contains($0) }
      }
  }

  private static func port(_ digits: ArraySlice<UInt8>) -> UInt16? {
    guard (1...5).contains(digits.count), digits.first != UInt8(ascii: "0"),
      digits.allSatisfy(\.isDigit)
    else { return nil }
    return UInt16(String(decoding: digits, as: UTF8.self))
  }
}

/// Whether the bytes are an IPv6 address, RFC 4291 section 2.2, without a zone.
func isIPv6Address(_ bytes: ArraySlice<UInt8>) -> Bool {
  let colon = UInt8(ascii: ":")
  guard bytes.count >= 2, bytes.count <= 45 else { return false }
  let ends = [Array(bytes.prefix(2)), bytes.suffix(2).reversed()]
  guard ends.allSatisfy({ $0.first != colon || $0.last == colon }) else { return false }
  var groups = bytes.split(separator: colon, omittingEmptySubsequences: false)
  var needed = 8
  if let last = groups.last, last.contains(UInt8(ascii: ".")) {
    guard isIPv4Address(last) else { return false }
    groups.removeLast()
    needed = 6
  }
  // A compression at an end leaves two empty groups there, one of which stands for nothing.
  let isEmpty = groups.map(\.isEmpty)
  if isEmpty.starts(with: [true, true]) { groups.removeFirst() }
  if groups.count >= 2, groups.suffix(2).allSatisfy(\.isEmpty), needed == 8 { groups.removeLast() }
  let empty = groups.filter(\.isEmpty).count
  let isGroup = { (group: ArraySlice<UInt8>) in
    group.isEmpty || (group.count <= 4 && group.allSatisfy { $0.hexDigitValue != nil })
  }
  guard groups.allSatisfy(isGroup) else { return false }
  return empty == 0 ? groups.count == needed : empty == 1 && groups.count <= needed
}

/// Whether the bytes are four decimal numbers up to 255 without leading zeros.
func isIPv4Address(_ bytes: ArraySlice<UInt8>) -> Bool {
  let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  return parts.count == 4
    && parts.allSatisfy { part in
      (1...3).contains(part.count) && part.allSatisfy(\.isDigit)
        && (part.count == 1 || part.first != UInt8(ascii: "0"))
        && UInt8(String(decoding: part, as: UTF8.self)) != nil
    }
}
