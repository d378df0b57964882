import TransparencyLog

/// How an event lies in a segment file: `<check> <time> <event>` and a newline.
///
/// The time is decimal, in milliseconds since 1970. `<time> <event>` is what the segment's Merkle
/// tree has as its leaf; the check is the first four bytes of that leaf's hash in lower-case hex, so
/// that a damaged line is found, and can be named, before anything has been sealed.
struct EventLine {
  /// The longest event, in bytes.
  static let maximumEventLength = 1 << 16
  /// The longest line, with its newline: check, space, twenty digits, space, event.
  static let maximumLength = 8 + 1 + 20 + 1 + maximumEventLength + 1

  private static let newline = UInt8(ascii: "\n")
  private static let space = UInt8(ascii: " ")
  private static let checkLength = 8

  let time: UInt64
  let hash: MerkleHash
  /// Where the event's own bytes are in the buffer that was parsed.
  let event: Range<Int>
  /// The index after the newline.
  let end: Int

  enum Problem: Error {
    /// The buffer ends before the line does.
    case unterminated
    /// The line is not one that this log wrote.
    case damaged(String)
  }

  /// Appends the line of an event to `buffer`; returns the hash of its leaf.
  static func append(_ event: [UInt8], at time: UInt64, to buffer: inout [UInt8]) -> MerkleHash {
    append(event, stamped: Array(String(time).utf8), to: &buffer)
  }

  /// The same with a time that is in words already.
  static func append(
    _ event: [UInt8], stamped time: [UInt8], to buffer: inout [UInt8]
  ) -> MerkleHash {
    let start = buffer.count
    // In the place of the check, which is known only after what follows.
    for _ in 0...checkLength { buffer.append(space) }
    buffer += time
    buffer.append(space)
    buffer += event
    let hash = MerkleHash.leaf(buffer[(start + checkLength + 1)...])
    for (index, character) in check(of: hash).enumerated() { buffer[start + index] = character }
    buffer.append(newline)
    return hash
  }

  /// Reads the line that starts at `start`.
  static func parse(_ buffer: [UInt8], at start: Int) throws(Problem) -> EventLine {
    let window = buffer[start...].prefix(maximumLength)
    guard let end = window.firstIndex(of: newline) else {
      guard window.count < maximumLength else { throw .damaged("a line is too long") }
      throw .unterminated
    }
    let stampStart = start + checkLength + 1
    guard stampStart < end, buffer[stampStart - 1] == space,
      let gap = buffer[stampStart..<end].prefix(21).firstIndex(of: space),
      let time = decimal(buffer[stampStart..<gap]), gap + 1 < end
    else { throw .damaged("a line is not <check> <time> <event>") }
    let hash = MerkleHash.leaf(buffer[stampStart..<end])
    guard buffer[start..<start + checkLength].elementsEqual(check(of: hash)) else {
      throw .damaged("the line does not match its check")
    }
    return EventLine(time: time, hash: hash, event: gap + 1..<end, end: end + 1)
  }

  private static func check(of hash: MerkleHash) -> [UInt8] {
    var digits: [UInt8] = []
    digits.reserveCapacity(checkLength)
    for byte in hash.bytes.prefix(checkLength / 2) {
      digits.append(digit(byte >> 4))
      digits.append(digit(byte & 0x0f))
    }
    return digits
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
  }

  /// A decimal number in its canonical form.
  private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0") else {
      return nil
    }
    var number: UInt64 = 0
    for character in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(character - 48))
      if overflow || carry { return nil }
      number = sum
    }
    return number
  }
}
