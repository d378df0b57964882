/// `quoted-string` of RFC 9110 section 5.6.4.
enum QuotedString {
  /// The text in quotes; bytes that no quoted string may hold, and all outside ASCII, become "?".
  static func quote(_ text: String) -> String {
    var result: [UInt8] = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        result.append(UInt8(ascii: "\\"))
        result.append(byte)
      } else {
        result.append(byte.isControl || byte >= 0x80 ? UInt8(ascii: "?") : byte)
      }
    }
    result.append(UInt8(ascii: "\""))
    return String(decoding: result, as: UTF8.self)
  }

  /// The text as it is where it is a token, else in quotes.
  static func tokenOrQuoted(_ text: String) -> String {
    HTTPField.isValidName(Array(text.utf8)) ? text : quote(text)
  }
}
