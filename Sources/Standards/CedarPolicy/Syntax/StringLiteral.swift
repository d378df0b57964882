/// Reads what stands between the quotation marks of a Cedar string.
///
/// The escapes are Rust's: `\n \r \t \\ \0 \' \"`, `\x00` to `\x7F`, and `\u{...}` with one to
/// six hexadecimal digits, which underscores may separate. In a pattern, `*` matches any text and
/// `\*` an asterisk.
struct StringLiteral {
  private let source: SourceText
  private let span: SourceSpan
  private var offset: Int
  private let end: Int

  /// - Parameter token: a string token, its quotation marks included.
  init(_ token: Token, in source: SourceText) {
    self.source = source
    span = token.span
    offset = token.span.offset + 1
    end = token.span.end - 1
  }

  /// The string's value.
  static func value(of token: Token, in source: SourceText) throws(CedarParseError) -> String {
    var literal = StringLiteral(token, in: source)
    var scalars = String.UnicodeScalarView()
    while let element = try literal.next(inPattern: false) {
      scalars.append(element.scalar)
    }
    return String(scalars)
  }

  /// The pattern that the string spells.
  static func pattern(of token: Token, in source: SourceText) throws(CedarParseError) -> Pattern {
    var literal = StringLiteral(token, in: source)
    var elements: [Pattern.Element] = []
    while let element = try literal.next(inPattern: true) {
      let isWildcard = element.scalar == "*" && !element.isStarEscape
      elements.append(isWildcard ? .wildcard : .scalar(element.scalar))
    }
    return Pattern(elements)
  }

  private struct Element {
    let scalar: Unicode.Scalar
    var isStarEscape = false
  }

  private mutating func next(inPattern: Bool) throws(CedarParseError) -> Element? {
    guard offset < end, let byte = source.byte(at: offset) else { return nil }
    if byte == UInt8(ascii: "\\") { return try escape(inPattern: inPattern) }
    guard byte != 0x0D else {
      throw failure(from: offset, to: offset + 1, "a bare carriage return is not allowed", "\\r")
    }
    guard let (scalar, length) = source.scalar(at: offset) else { return nil }
    offset += length
    return Element(scalar: scalar)
  }

  private mutating func escape(inPattern: Bool) throws(CedarParseError) -> Element {
    let start = offset
    let letter = source.byte(at: offset + 1)
    offset += 2
    switch letter {
    case UInt8(ascii: "n"): return Element(scalar: "\n")
    case UInt8(ascii: "r"): return Element(scalar: "\r")
    case UInt8(ascii: "t"): return Element(scalar: "\t")
    case UInt8(ascii: "0"): return Element(scalar: "\0")
    case UInt8(ascii: "\\"): return Element(scalar: "\\")
    case UInt8(ascii: "'"): return Element(scalar: "'")
    case UInt8(ascii: "\""): return Element(scalar: "\"")
    case UInt8(ascii: "*") where inPattern: return Element(scalar: "*", isStarEscape: true)
    case UInt8(ascii: "x"): return Element(scalar: try hexadecimalEscape(from: start))
    case UInt8(ascii: "u"): return Element(scalar: try unicodeEscape(from: start))
    default:
      let length = source.scalar(at: start + 1)?.length ?? 1
      let hint = letter == UInt8(ascii: "*") ? "only the pattern of `like` escapes `*`" : nil
      throw failure(
        from: start, to: start + 1 + length, "not a valid escape", "\\n, \\u{1F600}", hint: hint)
    }
  }

  private mutating func hexadecimalEscape(
    from start: Int
  ) throws(CedarParseError) -> Unicode.Scalar {
    guard offset + 2 <= end, let high = digit(at: offset), let low = digit(at: offset + 1),
      high < 8
    else {
      throw failure(
        from: start, to: min(offset + 2, end), "expected two hexadecimal digits up to 7F",
        "\\x41", hint: "write `\\u{...}` for other code points")
    }
    offset += 2
    return Unicode.Scalar(UInt8(high * 16 + low))
  }

  private mutating func unicodeEscape(from start: Int) throws(CedarParseError) -> Unicode.Scalar {
    var value: UInt32 = 0
    var digits = 0
    guard source.byte(at: offset) == UInt8(ascii: "{"), offset < end else {
      throw failure(from: start, to: offset, "expected `{` after `\\u`", "\\u{1F600}")
    }
    offset += 1
    while offset < end, let byte = source.byte(at: offset), byte != UInt8(ascii: "}") {
      if let digit = digit(at: offset), digits < 6 {
        value = value * 16 + digit
        digits += 1
      } else if byte != UInt8(ascii: "_") || digits == 0 {
        throw failure(
          from: start, to: offset, "expected one to six hexadecimal digits in braces", "\\u{1F600}")
      }
      offset += 1
    }
    guard offset < end, digits > 0, let scalar = Unicode.Scalar(value) else {
      throw failure(
        from: start, to: min(offset + 1, end), "expected the number of a code point in braces",
        "\\u{1F600}")
    }
    offset += 1
    return scalar
  }

  private func digit(at offset: Int) -> UInt32? {
    guard let byte = source.byte(at: offset) else { return nil }
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): return UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): return UInt32(byte - UInt8(ascii: "A")) + 10
    default: return nil
    }
  }

  private func failure(
    from start: Int, to stop: Int, _ message: String, _ example: String, hint: String? = nil
  ) -> CedarParseError {
    let found = String(decoding: source.slice(from: start, to: stop), as: UTF8.self)
    return source.error(
      "\(message) in a string, found \(source.quoted(found))", at: span,
      hint: hint ?? "write for example `\(example)`")
  }
}
