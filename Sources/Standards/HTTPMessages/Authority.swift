/// A host and an optional port, as in Host and in absolute request targets, RFC 9110 section 7.2.
///
/// Stricter than the URI grammar: no userinfo, no percent-encoding, no `sub-delims`, no empty or
/// zero port, no IPv6 zone. Text of an address is kept as it was sent, but in lower case.
public struct Authority: Sendable {
  /// The port where one was sent.
  public let port: UInt16?
  /// The bytes that the host is part of; a received authority shares those of its message.
  private let storage: [UInt8]
  private let hostRange: Range<Int>
  /// Whether the bytes of the host are known to be in lower case.
  let isLowercase: Bool

  /// The host name or address in lower case; an IPv6 address is in brackets. Made when asked for.
  public var host: String {
    isLowercase
      ? String(decoding: storage[hostRange], as: UTF8.self) : storage[hostRange].lowercasedText
  }

  /// The bytes of the host as they were sent, in any case.
  public var hostBytes: ArraySlice<UInt8> { storage[hostRange] }

  /// The authority in `bytes`, or nil if they are not exactly one.
  public init?(_ bytes: some BidirectionalCollection<UInt8>) {
    let all = Array(bytes)
    self.init(in: all, at: 0..<all.count)
  }

  /// The authority that is exactly the bytes of `storage` at `range`, which are not copied.
  init?(in storage: [UInt8], at range: Range<Int>) {
    let bytes = storage.span
    let hostEnd: Int
    if let first = range.first, bytes[first] == UInt8(ascii: "[") {
      guard let bracket = storage[range].firstIndex(of: UInt8(ascii: "]")),
        isIPv6Address(storage[(range.lowerBound + 1)..<bracket])
      else { return nil }
      hostEnd = bracket + 1
      isLowercase = false
    } else {
      guard let name = Self.hostName(bytes, range) else { return nil }
      hostEnd = name.end
      isLowercase = name.isLowercase
    }
    self.storage = storage
    hostRange = range.lowerBound..<hostEnd
    guard hostEnd < range.upperBound else {
      port = nil
      return
    }
    guard bytes[hostEnd] == UInt8(ascii: ":"),
      let port = Self.port(storage[(hostEnd + 1)..<range.upperBound])
    else { return nil }
    self.port = port
  }

  /// The authority in `text`, or nil if it is not exactly one.
  public init?(_ text: String) { self.init(Array(text.utf8)) }

  /// Whether both name the same host and port where `scheme` fills in a port that is missing.
  public func agrees(with other: Authority, scheme: String) -> Bool {
    let standard: UInt16 = scheme == "https" ? 443 : 80
    return hasSameHost(as: other) && (port ?? standard) == (other.port ?? standard)
  }

  /// Reads a name of at most 253 bytes in labels of at most 63, up to a colon or the end; a name
  /// may end with a dot.
  private static func hostName(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) -> (end: Int, isLowercase: Bool)? {
    let allowed = ByteSet.hostName
    let dot = UInt8(ascii: ".")
    var label = range.lowerBound
    var index = range.lowerBound
    var isLowercase = true
    while index < range.upperBound, bytes[index] != UInt8(ascii: ":") {
      let byte = bytes[index]
      guard allowed.contains(byte) else { return nil }
      if byte == dot {
        guard index > label, index &- label <= 63 else { return nil }
        label = index &+ 1
      } else if byte.lowercased != byte {
        isLowercase = false
      }
      index &+= 1
    }
    let endsWithDot = index > range.lowerBound && bytes[index &- 1] == dot
    guard index > range.lowerBound, index &- label <= 63,
      index &- range.lowerBound &- (endsWithDot ? 1 : 0) <= 253
    else { return nil }
    return (index, isLowercase)
  }

  private static func port(_ digits: ArraySlice<UInt8>) -> UInt16? {
    guard (1...5).contains(digits.count), digits.first != UInt8(ascii: "0"),
      digits.allSatisfy(\.isDigit)
    else { return nil }
    return UInt16(exactly: digits.reduce(UInt32(0)) { $0 &* 10 &+ UInt32($1 &- 0x30) })
  }
}

extension Authority: Hashable, CustomStringConvertible {
  public var description: String { port.map { "\(host):\($0)" } ?? host }

  /// Authorities are equal when their hosts are, without case, and their ports as sent.
  public static func == (left: Authority, right: Authority) -> Bool {
    left.port == right.port && left.hasSameHost(as: right)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(port)
    for byte in hostBytes { hasher.combine(byte.lowercased) }
  }

  private func hasSameHost(as other: Authority) -> Bool {
    hostBytes.elementsEqual(other.hostBytes) { $0.lowercased == $1.lowercased }
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
