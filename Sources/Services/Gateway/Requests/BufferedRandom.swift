import Credentials

/// Random numbers that were asked for many at a time, since each question to the system costs a call.
struct BufferedRandom: RandomNumberGenerator {
  /// 256 bytes: what one call gives at most (getentropy).
  private static let capacity = 32

  private let source: RandomSource
  private var words: [UInt64] = []

  init(_ source: RandomSource) { self.source = source }

  mutating func next() -> UInt64 {
    if let word = self.words.popLast() { return word }
    self.words = self.source.words(Self.capacity)
    return self.words.popLast() ?? 0
  }

  /// 128 random bits in 32 lower-case hexadecimal digits.
  mutating func identifier() -> String {
    let (high, low) = (self.next(), self.next())
    return String(unsafeUninitializedCapacity: 32) { digits in
      guard digits.count >= 32 else { return 0 }
      Self.write(high, to: UnsafeMutableBufferPointer(rebasing: digits[0..<16]))
      Self.write(low, to: UnsafeMutableBufferPointer(rebasing: digits[16..<32]))
      return 32
    }
  }

  private static func write(_ word: UInt64, to digits: UnsafeMutableBufferPointer<UInt8>) {
    for index in digits.indices {
      let value = UInt8(truncatingIfNeeded: word >> UInt64(60 &- 4 &* (index & 15))) & 0x0F
      digits[index] = value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
    }
  }
}
