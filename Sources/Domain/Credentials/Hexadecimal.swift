/// Base 16 with lower-case digits (RFC 4648 section 8, lower-case as certificate serials are shown).
package enum Hexadecimal {
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    return String(unsafeUninitializedCapacity: bytes.count * 2) { Self.write(bytes, to: $0) }
  }

  /// Writes the digits to the beginning of `buffer`, as many as fit in pairs; returns their number.
  package static func write(_ bytes: [UInt8], to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var end = 0
    for byte in bytes.prefix(buffer.count / 2) {
      buffer[end] = Self.digit(byte >> 4)
      buffer[end + 1] = Self.digit(byte & 0x0F)
      end += 2
    }
    return end
  }

  /// Writes 16 digits from `start` on, where there is room for them.
  static func write(_ word: UInt64, to buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
    guard start >= 0, buffer.count - start >= 16 else { return }
    var rest = word
    for place in 0..<16 {
      rest = rest << 4 | rest >> 60
      buffer[start + place] = Self.digit(UInt8(truncatingIfNeeded: rest & 0x0F))
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
  }

  /// `nil` for an odd number of digits, and for anything but `0-9` and `a-f`.
  package static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in text.utf8 {
      guard let value = Self.value(of: digit) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return high == nil ? bytes : nil
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): return digit - UInt8(ascii: "a") + 10
    default: return nil
    }
  }
}
