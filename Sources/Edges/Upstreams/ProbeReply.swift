import NIOCore

/// Reads the status of an answer to a probe, and nothing more of it. Its bytes may come in any pieces.
struct ProbeReply {
  enum Reading: Hashable {
    case needsMore
    case status(Int)
    case malformed
  }

  /// Bytes of all heads together, interim ones too.
  static let longest = 16_384

  private var bytes: [UInt8] = []

  mutating func take(_ more: some Sequence<UInt8>) -> Reading {
    for byte in more {
      guard self.bytes.count < Self.longest else { return .malformed }
      self.bytes.append(byte)
    }
    return self.read()
  }

  private mutating func read() -> Reading {
    var rest = self.bytes[...]
    while true {
      guard Self.isPrefix(of: rest) else { return .malformed }
      guard let end = Self.endOfHead(rest) else { return .needsMore }
      guard let status = Self.status(rest) else { return .malformed }
      if status >= 200 { return .status(status) }
      // 101 would be an answer to a question that was not asked.
      guard status != 101 else { return .malformed }
      rest = rest[end...]
    }
  }

  /// Whether what has come can begin a status line (RFC 9112 section 4).
  private static func isPrefix(of bytes: ArraySlice<UInt8>) -> Bool {
    zip(bytes, "HTTP/1.".utf8).allSatisfy { $0 == $1 }
  }

  /// `HTTP/1.1 200 OK`: a digit, a space, three digits, then a space or the end of the line.
  private static func status(_ head: ArraySlice<UInt8>) -> Int? {
    let line = Array(head.prefix(13))
    guard line.count == 13, Self.isPrefix(of: head) else { return nil }
    let isVersion = line[7] == UInt8(ascii: "1") || line[7] == UInt8(ascii: "0")
    let digits = line[9...11]
    let isEnded = line[12] == UInt8(ascii: " ") || line[12] == UInt8(ascii: "\r")
    guard isVersion, line[8] == UInt8(ascii: " "), isEnded,
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    let status = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    return (100...599).contains(status) ? status : nil
  }

  private static func endOfHead(_ bytes: ArraySlice<UInt8>) -> Int? {
    let mark = Array("\r\n\r\n".utf8)
    var index = bytes.startIndex
    while index + mark.count <= bytes.endIndex {
      if bytes[index..<(index + mark.count)].elementsEqual(mark) { return index + mark.count }
      index += 1
    }
    return nil
  }
}
