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
    var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3 + max(0, text.count % 4 - 1))
    switch decode(text.span, into: &bytes) {
    case .none: return bytes
    case .character?:
      throw JOSEError(.malformed, "base64url text has a character outside its alphabet")
    case .strayBits?:
      throw JOSEError(.malformed, "base64url text has stray bits after its last byte")
    }
  }

  private enum Flaw {
    case character
    case strayBits
  }

  /// Decodes groups of four characters, then what is left of one: two or three.
  /// - Parameter bytes: as many as the text has.
  private static func decode(_ text: Span<UInt8>, into bytes: inout [UInt8]) -> Flaw? {
    let values = values.span
    var output = bytes.mutableSpan
    var (source, target) = (0, 0)
    while source &+ 4 <= text.count {
      let first = values[Int(text[source])]
      let second = values[Int(text[source &+ 1])]
      let third = values[Int(text[source &+ 2])]
      let fourth = values[Int(text[source &+ 3])]
      // Only `invalid` has the highest bit.
      guard (first | second | third | fourth) < 0x80 else { return .character }
      output[target] = first << 2 | second >> 4
      output[target &+ 1] = second << 4 | third >> 2
      output[target &+ 2] = third << 6 | fourth
      source &+= 4
      target &+= 3
    }
    guard source < text.count else { return nil }
    let rest = text.extracting(source..<text.count)
    let first = values[Int(rest[0])]
    let second = values[Int(rest[1])]
    let third = rest.count > 2 ? values[Int(rest[2])] : 0
    guard (first | second | third) < 0x80 else { return .character }
    output[target] = first << 2 | second >> 4
    guard rest.count > 2 else { return second & 0x0F == 0 ? nil : .strayBits }
    output[target &+ 1] = second << 4 | third >> 2
    return third & 0x03 == 0 ? nil : .strayBits
  }
}
