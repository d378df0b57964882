/// Percent-encoding of RFC 3986 section 2.1, decoded once and strictly.
enum PercentDecoding {
  /// The decoded text, or nil for a malformed encoding, NUL, or bytes that are not UTF-8.
  static func decode(_ bytes: some Collection<UInt8>) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var rest = bytes.makeIterator()
    while let byte = rest.next() {
      guard byte == UInt8(ascii: "%") else {
        decoded.append(byte)
        continue
      }
      guard let high = digit(rest.next()), let low = digit(rest.next()) else { return nil }
      decoded.append(high << 4 | low)
    }
    guard !decoded.contains(0) else { return nil }
    return String(validating: decoded, as: UTF8.self)
  }

  /// The decoded text, or nil as above; quicker where nothing is encoded.
  static func decode(_ text: Substring) -> String? {
    let isPlain = text.utf8.allSatisfy { $0 != UInt8(ascii: "%") && $0 != 0 }
    return isPlain ? String(text) : decode(text.utf8)
  }

  private static func digit(_ byte: UInt8?) -> UInt8? {
    switch byte {
    case .some(let byte) where (0x30...0x39).contains(byte): byte - 0x30
    case .some(let byte) where (0x41...0x46).contains(byte): byte - 0x37
    case .some(let byte) where (0x61...0x66).contains(byte): byte - 0x57
    default: nil
    }
  }
}
