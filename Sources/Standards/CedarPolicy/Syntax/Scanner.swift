/// Cuts a Cedar text into tokens, one at a time.
struct Scanner {
  let source: SourceText
  /// Schemas have `?` behind the names of optional attributes, and `=`.
  private let isSchema: Bool
  private var offset = 0
  private var line = 1
  private var column = 1

  init(_ source: SourceText, isSchema: Bool = false) {
    self.source = source
    self.isSchema = isSchema
  }

  /// The next token; at the end of the text, `.end` for ever.
  mutating func next() throws(CedarParseError) -> Token {
    skipBlanksAndComments()
    let start = (offset: offset, line: line, column: column)
    let kind = try scanToken()
    return Token(
      kind: kind,
      span: SourceSpan(
        offset: start.offset, length: offset - start.offset, line: start.line,
        column: start.column))
  }

  private var current: UInt8? { source.byte(at: offset) }

  private mutating func advance() {
    guard let byte = current else { return }
    offset += 1
    if byte == UInt8(ascii: "\n") {
      line += 1
      column = 1
    } else if byte & 0xC0 != 0x80 {
      column += 1
    }
  }

  private mutating func skipBlanksAndComments() {
    while let byte = current {
      switch byte {
      case 0x09...0x0D, 0x20:
        advance()
      case UInt8(ascii: "/") where source.byte(at: offset + 1) == UInt8(ascii: "/"):
        while let byte = current, byte != 0x0A, byte != 0x0D { advance() }
      case 0x80...:
        // White space is Unicode's; it needs the whole code point.
        guard let (scalar, length) = source.scalar(at: offset), scalar.properties.isWhitespace
        else { return }
        for _ in 0..<length { advance() }
      default:
        return
      }
    }
  }

  private mutating func scanToken() throws(CedarParseError) -> TokenKind {
    guard let byte = current else { return .end }
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      return scanWord()
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      while let byte = current, (0x30...0x39).contains(byte) { advance() }
      return .number
    case UInt8(ascii: "\""):
      return try scanString()
    case UInt8(ascii: "?") where isSchema:
      advance()
      return .question
    case UInt8(ascii: "=") where isSchema && source.byte(at: offset + 1) != byte:
      advance()
      return .assign
    case UInt8(ascii: "?"):
      return try scanSlot()
    default:
      return try scanPunctuation(byte)
    }
  }

  private mutating func scanWord() -> TokenKind {
    let start = offset
    while let byte = current, byte.isIdentifierByte { advance() }
    guard offset - start <= 8 else { return .identifier }
    return .word(String(decoding: source.slice(from: start, to: offset), as: UTF8.self))
  }

  private mutating func scanString() throws(CedarParseError) -> TokenKind {
    let start = here(length: 1)
    advance()
    while let byte = current {
      advance()
      if byte == UInt8(ascii: "\"") { return .string }
      guard byte == UInt8(ascii: "\\") else { continue }
      guard let escaped = current, escaped != 0x0A else { break }
      advance()
    }
    throw source.error(
      "expected a closing `\"` for the string that begins here", at: start,
      hint: "inside a string, write `\\\"` for a quotation mark and `\\\\` for a backslash")
  }

  private mutating func scanSlot() throws(CedarParseError) -> TokenKind {
    let start = here(length: 1)
    let begin = offset
    advance()
    while let byte = current, byte.isIdentifierByte { advance() }
    let name = String(decoding: source.slice(from: begin, to: offset), as: UTF8.self)
    switch name {
    case "?principal": return .principalSlot
    case "?resource": return .resourceSlot
    default:
      throw source.error(
        "expected a template slot, found \(source.quoted(name))", at: start,
        hint: "the slots are `?principal` and `?resource`")
    }
  }

  private mutating func scanPunctuation(_ byte: UInt8) throws(CedarParseError) -> TokenKind {
    if let next = source.byte(at: offset + 1), let kind = TokenKind(pair: byte, next) {
      advance()
      advance()
      return kind
    }
    guard let kind = TokenKind(single: byte) else { throw unexpectedCharacter(byte) }
    advance()
    return kind
  }

  private func unexpectedCharacter(_ byte: UInt8) -> CedarParseError {
    let found = source.scalar(at: offset)
    let shown = found.map { String($0.scalar.escaped(asASCII: false)) } ?? "?"
    let hint: String? =
      switch byte {
      case UInt8(ascii: "'"): "strings are written between `\"` and `\"`"
      case UInt8(ascii: "="): "equality is written `==`"
      case UInt8(ascii: "&"): "the logical and is written `&&`"
      case UInt8(ascii: "|"): "the logical or is written `||`"
      case UInt8(ascii: "#"): "comments begin with `//`"
      default: nil
      }
    return source.error(
      "unexpected character `\(shown)`", at: here(length: found?.length ?? 1), hint: hint)
  }

  private func here(length: Int) -> SourceSpan {
    SourceSpan(offset: offset, length: length, line: line, column: column)
  }
}

extension UInt8 {
  var isIdentifierByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension TokenKind {
  fileprivate init?(pair first: UInt8, _ second: UInt8) {
    switch (first, second) {
    case (UInt8(ascii: ":"), UInt8(ascii: ":")): self = .doubleColon
    case (UInt8(ascii: "="), UInt8(ascii: "=")): self = .equal
    case (UInt8(ascii: "!"), UInt8(ascii: "=")): self = .notEqual
    case (UInt8(ascii: "<"), UInt8(ascii: "=")): self = .lessOrEqual
    case (UInt8(ascii: ">"), UInt8(ascii: "=")): self = .greaterOrEqual
    case (UInt8(ascii: "|"), UInt8(ascii: "|")): self = .or
    case (UInt8(ascii: "&"), UInt8(ascii: "&")): self = .and
    default: return nil
    }
  }

  fileprivate init?(single byte: UInt8) {
    switch byte {
    case UInt8(ascii: "@"): self = .at
    case UInt8(ascii: "."): self = .dot
    case UInt8(ascii: ","): self = .comma
    case UInt8(ascii: ";"): self = .semicolon
    case UInt8(ascii: ":"): self = .colon
    case UInt8(ascii: "("): self = .leftParenthesis
    case UInt8(ascii: ")"): self = .rightParenthesis
    case UInt8(ascii: "{"): self = .leftBrace
    case UInt8(ascii: "}"): self = .rightBrace
    case UInt8(ascii: "["): self = .leftBracket
    case UInt8(ascii: "]"): self = .rightBracket
    case UInt8(ascii: "<"): self = .less
    case UInt8(ascii: ">"): self = .greater
    case UInt8(ascii: "+"): self = .plus
    case UInt8(ascii: "-"): self = .minus
    case UInt8(ascii: "*"): self = .star
    case UInt8(ascii: "/"): self = .slash
    case UInt8(ascii: "%"): self = .percent
    case UInt8(ascii: "!"): self = .bang
    default: return nil
    }
  }
}
