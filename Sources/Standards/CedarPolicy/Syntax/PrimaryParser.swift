extension Parser {
  /// A literal, a name, or something in brackets.
  mutating func primary() throws(CedarParseError) -> Expression {
    switch token.kind {
    case .leftParenthesis: try parenthesizedExpression()
    case .leftBracket: try set()
    case .leftBrace: try record()
    case .identifier: try named()
    default: try literal()
    }
  }

  /// Expressions after an opening bracket, with commas between them, up to the closing one.
  mutating func expressions(
    closedBy closing: TokenKind, _ name: String
  ) throws(CedarParseError) -> [Expression] {
    var expressions: [Expression] = []
    while token.kind != closing {
      expressions.append(try expression())
      guard try take(.comma) else { break }
    }
    try expect(closing, expressions.isEmpty ? name : "an operator, `,` or \(name)")
    return expressions
  }

  private mutating func parenthesizedExpression() throws(CedarParseError) -> Expression {
    try advance()
    let inner = try expression()
    try expect(.rightParenthesis, "an operator or `)`")
    return inner
  }

  private mutating func set() throws(CedarParseError) -> Expression {
    let start = try advance().span
    let elements = try expressions(closedBy: .rightBracket, "`]`")
    return Expression(.set(elements), at: start.through(previous))
  }

  private mutating func record() throws(CedarParseError) -> Expression {
    let start = try advance().span
    var names: Set<CedarValue> = []
    var fields: [Expression.Field] = []
    while token.kind != .rightBrace {
      let name = try fieldName(&names)
      fields.append(Expression.Field(name: name, value: try expression()))
      guard try take(.comma) else { break }
    }
    try expect(.rightBrace, fields.isEmpty ? "`}`" : "an operator, `,` or `}`")
    return Expression(.record(fields), at: start.through(previous))
  }

  /// A name that is not yet among the names, and the colon after it.
  private mutating func fieldName(
    _ names: inout Set<CedarValue>
  ) throws(CedarParseError) -> String {
    let start = token.span
    let wanted = "an attribute name"
    let name = token.kind == .string ? try string(wanted) : try identifier(wanted)
    guard names.insert(.string(name)).inserted else {
      throw source.error(
        "the name \(source.quoted(name)) stands twice in one record", at: start)
    }
    try expect(.colon, "`:` after the attribute name")
    return name
  }

  private mutating func literal() throws(CedarParseError) -> Expression {
    let span = token.span
    switch token.kind {
    case .number:
      return try integer(try advance(), isNegative: false)
    case .string:
      return Expression(.literal(.string(try string("a string"))), at: span)
    case .true, .false:
      return Expression(.literal(.bool(try advance().kind == .true)), at: span)
    default:
      throw unexpectedOperand()
    }
  }

  /// The literal that digits make, with the sign before them if that is part of it.
  func integer(_ digits: Token, isNegative: Bool) throws(CedarParseError) -> Expression {
    let bytes = source.slice(from: digits.span.offset, to: digits.span.end)
    guard let value = signedNumber(bytes, isNegative: isNegative) else {
      throw source.error(
        "expected an integer of 64 bits, found \(source.quoted(digits))", at: digits.span,
        hint: "integers go from \(Int64.min) to \(Int64.max)")
    }
    return Expression(.literal(.long(value)), at: digits.span)
  }

  private func unexpectedOperand() -> CedarParseError {
    switch token.kind {
    case .principalSlot, .resourceSlot:
      unexpected(
        "expected an expression", hint: "template slots stand in the scope, not in conditions")
    case .if:
      unexpected("expected an operand", hint: "put the `if` in parentheses")
    case .then, .else, .in, .is, .like, .has, .cedarNamespace:
      unexpected("expected an operand", hint: "the word is reserved")
    default:
      unexpected("expected an operand")
    }
  }
}
