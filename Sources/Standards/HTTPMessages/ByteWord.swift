/// Eight bytes of a message, judged in one step; the first byte is the lowest.
///
/// Most bytes of every message are looked at through this, so each test costs a few machine
/// instructions for all eight bytes. Results have the high bit set in each byte that is meant.
struct ByteWord {
  private let word: UInt64

  @inline(__always)
  init(_ bytes: RawSpan, at offset: Int) {
    // Checks its bounds; "unsafe" is the freedom in the type, and an integer may hold any bits.
    word = UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private static let high: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  private static func every(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// Each byte of `value`, which has no high bits, that is `bound` (at most 0x7F) or more.
  @inline(__always)
  private static func atLeast(_ bound: UInt8, _ value: UInt64) -> UInt64 {
    ((value | high) &- every(bound)) & high
  }

  @inline(__always)
  private static func within(_ low: UInt8, _ top: UInt8, _ value: UInt64) -> UInt64 {
    atLeast(low, value) & ~atLeast(top + 1, value)
  }

  /// Control bytes, the tab included. Only the lowest one found is certain to be one.
  @inline(__always)
  var controls: UInt64 {
    let deletes = word ^ Self.every(0x7F)
    return
      (((word &- Self.every(0x20)) & ~word) | ((deletes &- Self.every(1)) & ~deletes)) & Self.high
  }

  /// Bytes other than letters, digits, "-" and ".", which are most of what names are made of.
  @inline(__always)
  var notOfNames: UInt64 {
    let low = word & ~Self.high
    let known =
      Self.within(0x61, 0x7A, low | Self.every(0x20)) | Self.within(0x30, 0x39, low)
      | Self.within(0x2D, 0x2E, low)
    return (~known | word) & Self.high
  }

  /// Bytes other than those of JWTs: letters, digits, "-", "_", ".", and "/".
  @inline(__always)
  var notOfTokens: UInt64 {
    let low = word & ~Self.high
    let underscores = Self.within(0x5F, 0x5F, low)
    let known =
      Self.within(0x61, 0x7A, low | Self.every(0x20)) | Self.within(0x2D, 0x39, low) | underscores
    return (~known | word) & Self.high
  }

  /// The bytes with ASCII's letters in lower case; only for tokens, where no other byte that
  /// names are made of changes into one.
  @inline(__always)
  var lowercasedToken: UInt64 { word | Self.every(0x20) }

  /// The place of the first byte that a result means, 8 if there is none.
  @inline(__always)
  static func first(in result: UInt64) -> Int { result.trailingZeroBitCount >> 3 }
}

extension Span<UInt8> {
  /// The index from `start` on of the first control byte other than tab, which no field value may
  /// hold, or `count`.
  @inline(__always)
  func firstForbiddenInValue(from start: Int) -> Int {
    var index = start
    while index &+ 8 <= count {
      let found = ByteWord(bytes, at: index).controls
      if found == 0 {
        index &+= 8
        continue
      }
      index &+= ByteWord.first(in: found)
      guard self[index] == .tab else { return index }
      index &+= 1
    }
    if let last = lastWord(from: index), last.word.controls >> last.known == 0 { return count }
    while index < count, !self[index].isControl || self[index] == .tab { index &+= 1 }
    return index
  }

  /// The index from `start` on of the first byte that is no part of a token, or `count`.
  @inline(__always)
  func endOfToken(from start: Int) -> Int {
    var index = start
    let token = ByteSet.token
    while index &+ 8 <= count {
      let found = ByteWord(bytes, at: index).notOfNames
      if found == 0 {
        index &+= 8
        continue
      }
      index &+= ByteWord.first(in: found)
      guard token.contains(self[index]) else { return index }
      index &+= 1
    }
    if let last = lastWord(from: index), last.word.notOfNames >> last.known == 0 { return count }
    while index < count, token.contains(self[index]) { index &+= 1 }
    return index
  }

  /// The last eight bytes, and how many bits of them lie before `index` and are known already; nil if
  /// there are fewer, or none from `index` on.
  @inline(__always)
  private func lastWord(from index: Int) -> (word: ByteWord, known: UInt64)? {
    guard index < count, count >= 8 else { return nil }
    return (ByteWord(bytes, at: count &- 8), UInt64(truncatingIfNeeded: 8 &- (count &- index)) &* 8)
  }

  /// The index from `start` on of the first byte outside `token68` without its "=", or `count`.
  @inline(__always)
  func endOfToken68(from start: Int) -> Int {
    var index = start
    let allowed = ByteSet.token68
    // Tokens are long: four words at a time cost a quarter less.
    while index &+ 32 <= count {
      let found =
        ByteWord(bytes, at: index).notOfTokens | ByteWord(bytes, at: index &+ 8).notOfTokens
        | ByteWord(bytes, at: index &+ 16).notOfTokens
        | ByteWord(bytes, at: index &+ 24).notOfTokens
      guard found == 0 else { break }
      index &+= 32
    }
    while index &+ 8 <= count {
      let found = ByteWord(bytes, at: index).notOfTokens
      if found == 0 {
        index &+= 8
        continue
      }
      index &+= ByteWord.first(in: found)
      guard allowed.contains(self[index]) else { return index }
      index &+= 1
    }
    while index < count, allowed.contains(self[index]) { index &+= 1 }
    return index
  }

  /// Whether the bytes of `range` are those of `text`, letters of ASCII compared without case.
  @inline(__always)
  func equalsIgnoringCase(_ range: Range<Int>, _ text: Span<UInt8>) -> Bool {
    guard range.count == text.count else { return false }
    for offset in 0..<text.count
    where self[range.lowerBound &+ offset].lowercased != text[offset].lowercased {
      return false
    }
    return true
  }
}
