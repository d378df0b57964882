/// base64url without padding (RFC 7515 section 2, RFC 4648 section 5), strict: exactly one text
/// decodes to any bytes.
public enum Base64URL {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static let invalid: UInt8 = 0xFF

  /// The six bits of each character; `invalid` for every byte that is not in the alphabet.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: invalid, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  /// The base64url text of these bytes.
  public static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the base64url text of these bytes.
  static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    let alphabet = alphabet
    text.reserveCapacity(text.count + (bytes.count / 3 + 1) * 4)
    var position = 0
    while position + 3 <= bytes.count {
      let group =
        UInt32(bytes[position]) << 16 | UInt32(bytes[position + 1]) << 8
        | UInt32(bytes[position + 2])
      text.append(alphabet[Int(group >> 18)])
      text.append(alphabet[Int(group >> 12 & 0x3F)])
      text.append(alphabet[Int(group >> 6 & 0x3F)])
      text.append(alphabet[Int(group & 0x3F)])
      position += 3
    }
    appendRest(bytes[position...], to: &text)
  }

  private static func appendRest(_ rest: ArraySlice<UInt8>, to text: inout [UInt8]) {
    guard let first = rest.first else { return }
    text.append(alphabet[Int(first >> 2)])
    guard let second = rest.dropFirst().first else {
      text.append(alphabet[Int(first << 4 & 0x3F)])
      return
    }
    text.append(alphabet[Int((first << 4 | second >> 4) & 0x3F)])
    text.append(alphabet[Int(second << 2 & 0x3F)])
  }

  /// The bytes of a base64url text.
  ///
  /// Padding, whitespace, line breaks, the `+` and `/` of plain base64, a length that no bytes have
  /// and unused bits that are not zero are refused as `malformed`.
  public static func decode(_ text: String) throws(JOSEError) -> [UInt8] {
    try decode(Array(text.utf8))
  }

  /// The bytes of a base64url text given as ASCII; see `decode(_:)`.
  public static func decode(_ text: [UInt8]) throws(JOSEError) -> [UInt8] {
    try decode(text[...])
  }

  /// The bytes of a base64url text given as ASCII; see `decode(_:)`.
  public static func decode(_ text: ArraySlice<UInt8>) throws(JOSEError) -> [UInt8] {
    guard text.count % 4 != 1 else {
      throw JOSEError(.malformed, "base64url text has an impossible length")
    }
    let values = values
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3 + 2)
    var bits: UInt32 = 0
    var count = 0
    for character in text {
      let value = values[Int(character)]
      guard value != invalid else {
        throw JOSEError(.malformed, "base64url text has a character outside its alphabet")
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    guard bits & (1 << UInt32(count) - 1) == 0 else {
      throw JOSEError(.malformed, "base64url text has stray bits after its last byte")
    }
    return bytes
  }
}
