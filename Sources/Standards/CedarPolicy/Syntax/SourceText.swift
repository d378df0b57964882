/// The bytes of a Cedar text and its name.
struct SourceText {
  let bytes: [UInt8]
  let name: String?

  init(
    _ text: String, name: String?, limit: Int = CedarLimits.textLength
  ) throws(CedarParseError) {
    let length = text.utf8.count
    guard length <= limit else {
      throw CedarParseError(
        message: "the text has \(length) bytes, expected at most \(limit)",
        span: SourceSpan(offset: 0, length: 0, line: 1, column: 1), file: name,
        hint: "split it into several files")
    }
    bytes = Array(text.utf8)
    self.name = name
  }

  func byte(at offset: Int) -> UInt8? {
    offset >= 0 && offset < bytes.count ? bytes[offset] : nil
  }

  func text(of span: SourceSpan) -> String {
    String(decoding: slice(from: span.offset, to: span.end), as: UTF8.self)
  }

  func slice(from start: Int, to end: Int) -> ArraySlice<UInt8> {
    let lower = min(max(start, 0), bytes.count)
    return bytes[lower..<min(max(end, lower), bytes.count)]
  }

  /// The code point that begins at an offset, and its length in bytes.
  func scalar(at offset: Int) -> (scalar: Unicode.Scalar, length: Int)? {
    guard let first = byte(at: offset) else { return nil }
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    let decoded = String(decoding: slice(from: offset, to: offset + length), as: UTF8.self)
    return decoded.unicodeScalars.first.map { ($0, length) }
  }

  func error(_ message: String, at span: SourceSpan, hint: String? = nil) -> CedarParseError {
    CedarParseError(message: message, span: span, file: name, hint: hint)
  }

  /// A token as error texts show it: in back-ticks, on one line, cut when it is long.
  func quoted(_ token: Token) -> String {
    guard token.kind != .end else { return "the end of the text" }
    return quoted(text(of: token.span))
  }

  func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    var shown = ""
    for scalar in scalars.prefix(40) {
      shown.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
    }
    return scalars.count > 40 ? "`\(shown)…`" : "`\(shown)`"
  }
}
