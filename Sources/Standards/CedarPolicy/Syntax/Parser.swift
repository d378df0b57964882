/// Reads Cedar's grammar by recursive descent with one token of look-ahead.
///
/// The productions are in extensions: expressions, members, operators, policies and scopes.
struct Parser {
  let source: SourceText
  private var scanner: Scanner

  /// The token that is read next.
  private(set) var token: Token

  /// The span of the token that was read last.
  private(set) var previous: SourceSpan

  private var nesting = 0

  init(_ source: SourceText, isSchema: Bool = false) throws(CedarParseError) {
    self.source = source
    scanner = Scanner(source, isSchema: isSchema)
    token = try scanner.next()
    previous = token.span
  }

  /// Steps to the next token and returns the one that it leaves.
  @discardableResult
  mutating func advance() throws(CedarParseError) -> Token {
    let left = token
    previous = left.span
    token = try scanner.next()
    return left
  }

  /// Steps over a token of a kind, if it is next.
  mutating func take(_ kind: TokenKind) throws(CedarParseError) -> Bool {
    guard token.kind == kind else { return false }
    try advance()
    return true
  }

  @discardableResult
  mutating func expect(
    _ kind: TokenKind, _ name: String, hint: String? = nil
  ) throws(CedarParseError) -> Token {
    guard token.kind == kind else { throw unexpected("expected \(name)", hint: hint) }
    return try advance()
  }

  /// The token after the next one.
  func following() throws(CedarParseError) -> Token {
    var ahead = scanner
    return try ahead.next()
  }

  func text(_ token: Token) -> String {
    source.text(of: token.span)
  }

  /// An error at the next token that says what was expected in its place.
  func unexpected(_ expectation: String, hint: String? = nil) -> CedarParseError {
    source.error("\(expectation), found \(source.quoted(token))", at: token.span, hint: hint)
  }

  mutating func enterNesting() throws(CedarParseError) {
    nesting += 1
    if nesting > CedarLimits.nesting { throw tooDeep(at: token.span) }
  }

  mutating func leaveNesting() {
    nesting -= 1
  }

  func tooDeep(at span: SourceSpan) -> CedarParseError {
    source.error(
      "the expression is nested too deeply, expected at most \(CedarLimits.nesting) levels",
      at: span, hint: "split it into several conditions or policies")
  }

  /// An identifier that is no reserved word.
  mutating func identifier(_ name: String) throws(CedarParseError) -> String {
    if token.kind.isReserved {
      throw unexpected("expected \(name)", hint: "the word is reserved; a string may hold it")
    }
    return text(try expect(.identifier, name))
  }

  mutating func entityTypeName() throws(CedarParseError) -> EntityTypeName {
    var identifiers = [try identifier("an entity type name")]
    while try take(.doubleColon) {
      identifiers.append(try identifier("an identifier after `::`"))
    }
    return EntityTypeName(identifiers: identifiers)
  }

  /// `Type::"id"`.
  mutating func entityUID() throws(CedarParseError) -> EntityUID {
    let hint = "an entity is written `Type::\"id\"`"
    guard token.kind.isWord else { throw unexpected("expected an entity", hint: hint) }
    let path = try path()
    guard case .entity(let uid) = path else {
      throw unexpected("expected `::` and the entity's id as a string", hint: hint)
    }
    return uid
  }

  /// Identifiers joined by `::`, and perhaps an entity's id.
  enum Path {
    case name([String])
    case entity(EntityUID)
  }

  mutating func path() throws(CedarParseError) -> Path {
    var identifiers = [try identifier("an identifier")]
    while try take(.doubleColon) {
      if token.kind == .string {
        let id = try StringLiteral.value(of: try advance(), in: source)
        return .entity(EntityUID(type: EntityTypeName(identifiers: identifiers), id: id))
      }
      identifiers.append(try identifier("an identifier or a string after `::`"))
    }
    return .name(identifiers)
  }

  mutating func string(_ name: String) throws(CedarParseError) -> String {
    try StringLiteral.value(of: try expect(.string, name), in: source)
  }
}
