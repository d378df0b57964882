/// Where a reader of JSON is in its text, and the values that have no others in them.
struct JSONCursor {
  let source: SourceText
  private var offset = 0
  private var line = 1
  private var lineStart = 0
  /// Bytes of the line that begin no code point.
  private var continuations = 0

  init(_ source: SourceText) {
    self.source = source
  }

  var current: UInt8? { source.byte(at: offset) }

  mutating func advance() {
    guard let byte = current else { return }
    offset += 1
    if byte == UInt8(ascii: "\n") {
      line += 1
      lineStart = offset
      continuations = 0
    } else if byte & 0xC0 == 0x80 {
      continuations += 1
    }
  }

  mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      advance()
    }
  }

  func here(length: Int) -> SourceSpan {
    SourceSpan(
      offset: offset, length: length, line: line, column: offset - lineStart - continuations + 1)
  }

  /// From a place to what was read last.
  func through(_ start: SourceSpan) -> SourceSpan {
    SourceSpan(
      offset: start.offset, length: offset - start.offset, line: start.line, column: start.column)
  }

  func failure(_ expectation: String) -> CedarParseError {
    let place = here(length: 1)
    return source.error("\(expectation), found \(found(place))", at: place)
  }

  private func found(_ place: SourceSpan) -> String {
    guard let (scalar, _) = source.scalar(at: place.offset) else { return "the end of the text" }
    return source.quoted(String(scalar))
  }

  mutating func word(_ start: SourceSpan) throws(CedarParseError) -> JSONNode.Kind {
    let begin = offset
    while let byte = current, byte.isIdentifierByte { advance() }
    switch String(decoding: source.slice(from: begin, to: offset), as: UTF8.self) {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    default: throw source.error("expected a JSON value, found \(found(start))", at: start)
    }
  }

  // MARK: Numbers

  mutating func number(_ start: SourceSpan) throws(CedarParseError) -> JSONNode.Kind {
    let begin = offset
    if current == UInt8(ascii: "-") { advance() }
    let digits = offset
    skipDigits()
    let count = offset - digits
    let hasLeadingZero = count > 1 && source.byte(at: digits) == UInt8(ascii: "0")
    guard count > 0, !hasLeadingZero else {
      throw source.error("expected a number, found \(found(start))", at: start)
    }
    let end = offset
    let isFraction = try fraction()
    guard !isFraction, count <= 19,
      let value = Int64(String(decoding: source.slice(from: begin, to: end), as: UTF8.self))
    else { return .otherNumber }
    return .long(value)
  }

  /// Steps over what only numbers have that Cedar does not.
  private mutating func fraction() throws(CedarParseError) -> Bool {
    let begin = offset
    if current == UInt8(ascii: ".") {
      advance()
      guard isDigit(current) else { throw failure("expected a digit after the point") }
      skipDigits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      advance()
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { advance() }
      guard isDigit(current) else { throw failure("expected a digit in the exponent") }
      skipDigits()
    }
    return offset > begin
  }

  private mutating func skipDigits() {
    while isDigit(current) { advance() }
  }

  private func isDigit(_ byte: UInt8?) -> Bool {
    byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
  }

  // MARK: Strings

  /// The value of a string; the cursor is at its first quotation mark.
  mutating func string() throws(CedarParseError) -> String {
    let start = here(length: 1)
    advance()
    var bytes: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        advance()
        return String(decoding: bytes, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &bytes)
      case ..<0x20: throw failure("expected an escape in a string")
      default:
        bytes.append(byte)
        advance()
      }
    }
    throw source.error("expected a closing `\"` for the string that begins here", at: start)
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(CedarParseError) {
    let start = here(length: 2)
    advance()
    let letter = current
    advance()
    switch letter {
    case UInt8(ascii: "\"")?, UInt8(ascii: "\\")?, UInt8(ascii: "/")?: bytes.append(letter ?? 0)
    case UInt8(ascii: "b")?: bytes.append(0x08)
    case UInt8(ascii: "f")?: bytes.append(0x0C)
    case UInt8(ascii: "n")?: bytes.append(0x0A)
    case UInt8(ascii: "r")?: bytes.append(0x0D)
    case UInt8(ascii: "t")?: bytes.append(0x09)
    case UInt8(ascii: "u")?: bytes += Array(String(try codePoint(start)).utf8)
    default: throw source.error("not a valid escape in a string", at: start)
    }
  }

  private mutating func codePoint(_ start: SourceSpan) throws(CedarParseError) -> Unicode.Scalar {
    let first = try unit(start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    let hint = "code points above FFFF are written as two surrogates"
    guard first < 0xDC00, current == UInt8(ascii: "\\"),
      source.byte(at: offset + 1) == UInt8(ascii: "u")
    else { throw source.error("a surrogate without its other half", at: start, hint: hint) }
    advance()
    advance()
    let second = try unit(start)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw source.error("a surrogate without its other half", at: start, hint: hint) }
    return scalar
  }

  private mutating func unit(_ start: SourceSpan) throws(CedarParseError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Self.hexadecimal(byte) else {
        throw source.error("expected four hexadecimal digits after `\\u`", at: start)
      }
      value = value * 16 + digit
      advance()
    }
    return value
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }
}
