/// A number's 16 digits in lower-case hexadecimal, as they lie in memory: for ids that are written into every
/// message.
struct HexadecimalDigits {
  /// The first eight digits; in memory the first of them is the lowest.
  let high: UInt64
  let low: UInt64

  init(_ number: UInt64) {
    high = Self.digits(UInt32(truncatingIfNeeded: number >> 32))
    low = Self.digits(UInt32(truncatingIfNeeded: number))
  }

  /// Writes them to `bytes`, which must have room for 16 from `offset` on.
  @inline(__always)
  func store(to bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
    bytes.storeBytes(of: high, toByteOffset: offset, as: UInt64.self)
    bytes.storeBytes(of: low, toByteOffset: offset &+ 8, as: UInt64.self)
  }

  private static func digits(_ number: UInt32) -> UInt64 {
    // Half a byte in each byte, the last digit lowest.
    var word = UInt64(number)
    word = (word | word << 16) & 0x0000_FFFF_0000_FFFF
    word = (word | word << 8) & 0x00FF_00FF_00FF_00FF
    word = (word | word << 4) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = ((word &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    // From "9" to "a" there are 39 other characters.
    return (word &+ 0x3030_3030_3030_3030 &+ letters &* 39).bigEndian
  }
}
