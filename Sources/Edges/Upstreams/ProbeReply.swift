/// Reads the status of an answer to a probe, and nothing more of it. Its bytes may come in any pieces.
struct ProbeReply {
  enum Reading: Hashable {
    case needsMore
    case status(Int)
    case malformed
  }

  /// Bytes of all heads together, interim ones too.
  static let longest = 16_384

  /// `HTTP/1.1 200` and the byte after it: all that is looked at.
  private static let lineStart = 13
  private static let end = Array("\r\n\r\n".utf8)

  private var line: [UInt8] = []
  private var count = 0
  /// How much of the end of a head the last bytes are.
  private var matched = 0

  mutating func take(_ bytes: some Sequence<UInt8>) -> Reading {
    for byte in bytes {
      let reading = self.take(byte)
      if reading != .needsMore { return reading }
    }
    return .needsMore
  }

  private mutating func take(_ byte: UInt8) -> Reading {
    self.count += 1
    guard self.count <= Self.longest else { return .malformed }
    if self.line.count < Self.lineStart {
      self.line.append(byte)
      guard zip(self.line, "HTTP/1.".utf8).allSatisfy({ $0 == $1 }) else { return .malformed }
    }
    let isNext = Self.end.dropFirst(self.matched).first == byte
    self.matched = isNext ? self.matched + 1 : (Self.end.first == byte ? 1 : 0)
    return self.matched == Self.end.count ? self.endHead() : .needsMore
  }

  private mutating func endHead() -> Reading {
    guard let status = self.status, status != 101 else { return .malformed }
    if status >= 200 { return .status(status) }
    // An interim one: the answer is still to come (RFC 9110 section 15.2).
    self.line = []
    self.matched = 0
    return .needsMore
  }

  /// A digit, a space, three digits, then a space or the end of the line (RFC 9112 section 4).
  private var status: Int? {
    guard self.line.count == Self.lineStart else { return nil }
    let isVersion = self.line[7] == UInt8(ascii: "1") || self.line[7] == UInt8(ascii: "0")
    let digits = self.line[9...11]
    let isEnded = self.line[12] == UInt8(ascii: " ") || self.line[12] == UInt8(ascii: "\r")
    guard isVersion, self.line[8] == UInt8(ascii: " "), isEnded,
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    let status = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    return (100...599).contains(status) ? status : nil
  }
}
