import IPAddresses

/// Version 1 of the header: one line of text, section 2.1.
enum TextHeader {
  static let beginning = Array("PROXY ".utf8)

  /// Whether the bytes end with the line's CRLF; refused as soon as they can be no such line.
  static func isComplete(_ bytes: [UInt8]) throws(ProxyHeaderFault) -> Bool {
    guard zip(bytes, beginning).allSatisfy({ $0 == $1 }) else { throw .notAHeader }
    guard bytes.count <= ProxyHeaderParser.maximumLineBytes else { throw .lineTooLong }
    let isEnded = bytes.suffix(2).elementsEqual([0x0D, 0x0A])
    guard isEnded || bytes.count < ProxyHeaderParser.maximumLineBytes else { throw .lineTooLong }
    // A line feed alone, or a carriage return before anything else, would be read differently by
    // others.
    guard isEnded || bytes.last != 0x0A, bytes.dropLast().dropLast(isEnded ? 1 : 0).last != 0x0D
    else { throw .lineMalformed }
    return isEnded
  }

  /// Reads the whole line.
  static func read(_ line: [UInt8]) throws(ProxyHeaderFault) -> ProxyHeader {
    let text = line.dropLast(2)
    guard text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { throw .lineMalformed }
    let parts = text.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count >= 2 else { throw .lineMalformed }
    if parts[1].elementsEqual("UNKNOWN".utf8) {
      // What follows must be ignored, section 2.1.
      return ProxyHeader(version: .text, subject: .unknown)
    }
    guard parts.count == 6 else { throw .lineMalformed }
    let isV4 = parts[1].elementsEqual("TCP4".utf8)
    guard isV4 || parts[1].elementsEqual("TCP6".utf8) else { throw .lineMalformed }
    guard let source = IPAddress(parts[2]), let destination = IPAddress(parts[3]),
      source.isV4 == isV4, destination.isV4 == isV4
    else { throw .addressMalformed }
    guard let from = port(parts[4]), let to = port(parts[5]) else { throw .portMalformed }
    return ProxyHeader(
      version: .text,
      subject: .client(
        source: .init(address: source, port: from),
        destination: .init(address: destination, port: to)
      ))
  }

  /// A decimal number up to 65535 without leading zeros.
  private static func port(_ text: ArraySlice<UInt8>) -> UInt16? {
    let zero = UInt8(ascii: "0")
    guard (1...5).contains(text.count), text.count == 1 || text.first != zero,
      text.allSatisfy({ $0 >= zero && $0 <= UInt8(ascii: "9") })
    else { return nil }
    return UInt16(exactly: text.reduce(0) { $0 * 10 + Int($1 - zero) })
  }
}
