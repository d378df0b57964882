extension Parser {
  /// `Expr ::= Or | 'if' Expr 'then' Expr 'else' Expr`
  ///
  /// Nested expressions come back here through few and small frames (see
  /// ``CedarLimits/nesting``): everything that does not recurse is in functions of its own.
  mutating func expression() throws(CedarParseError) -> Expression {
    try enterNesting()
    let parsed = token.kind == .if ? try conditional() : try operatorExpression()
    leaveNesting()
    guard parsed.depth <= CedarLimits.nesting else { throw tooDeep(at: parsed.span) }
    return parsed
  }

  private mutating func conditional() throws(CedarParseError) -> Expression {
    let start = try advance().span
    let condition = try expression()
    try expect(.then, "`then` after the condition of `if`")
    let then = try expression()
    try expect(.else, "`else`", hint: "an `if` always has an `else`")
    let otherwise = try expression()
    return Expression(
      .conditional(condition: condition, then: then, otherwise: otherwise),
      at: start.through(otherwise.span))
  }

  private mutating func operatorExpression() throws(CedarParseError) -> Expression {
    var chain = OperatorChain()
    repeat {
      chain.append(try operand())
    } while try continues(&chain)
    guard let expression = chain.end() else { throw missingOperand() }
    return expression
  }

  private func missingOperand() -> CedarParseError {
    unexpected("expected an expression")
  }

  /// Reads what stands between two operands; false where the expression ends.
  private mutating func continues(_ chain: inout OperatorChain) throws(CedarParseError) -> Bool {
    while token.kind.isWordComparison {
      try refuseSecondComparison(in: chain)
      if try wordComparison(&chain) { return true }
    }
    switch token.kind {
    case .or:
      chain.beginDisjunct()
    case .and:
      chain.beginConjunct()
    case .star, .plus, .minus:
      if chain.isComplete { throw misplacedArithmetic() }
      if token.kind != .star { chain.beginTerm(isSubtracted: token.kind == .minus) }
    case .slash, .percent:
      throw unexpected(
        "expected an operator", hint: "Cedar has no division and no remainder")
    default:
      guard let comparison = Expression.Comparison(token.kind) else { return false }
      try refuseSecondComparison(in: chain)
      chain.beginRelation(.comparison(comparison))
    }
    try advance()
    return true
  }

  /// `in`, `has`, `like` or `is`; true if an operand follows.
  private mutating func wordComparison(
    _ chain: inout OperatorChain
  ) throws(CedarParseError) -> Bool {
    switch try advance().kind {
    case .has:
      let path = try attributePath()
      chain.completeRelation(through: previous) { .has($0, path: path) }
    case .like:
      let pattern = try pattern()
      chain.completeRelation(through: previous) { .like($0, pattern) }
    case .is:
      let type = try entityTypeName()
      if try take(.in) {
        chain.beginRelation(.isTypeIn(type))
        return true
      }
      chain.completeRelation(through: previous) { .isType($0, type, in: nil) }
    default:
      chain.beginRelation(.isIn)
      return true
    }
    return false
  }

  private func refuseSecondComparison(in chain: OperatorChain) throws(CedarParseError) {
    guard chain.isComparing || chain.isComplete else { return }
    throw unexpected(
      "expected `&&`, `||` or the end of the expression after a comparison",
      hint: "comparisons do not chain; put one of them in parentheses")
  }

  private func misplacedArithmetic() -> CedarParseError {
    unexpected(
      "expected `&&`, `||` or the end of the expression after a comparison",
      hint: "put the comparison in parentheses")
  }

  /// The right side of `has`: a string, or identifiers with dots between them.
  private mutating func attributePath() throws(CedarParseError) -> [String] {
    let name = "an attribute name after `has`"
    let path = token.kind == .string ? [try string(name)] : try dottedPath(name)
    if [.dot, .doubleColon, .leftParenthesis, .leftBracket].contains(token.kind) {
      throw unexpected(
        "expected the end of the attribute name after `has`",
        hint: "write `has name`, `has a.b.c` or `has \"any text\"`")
    }
    return path
  }

  private mutating func dottedPath(_ name: String) throws(CedarParseError) -> [String] {
    var path = [try identifier(name)]
    while try take(.dot) {
      path.append(try identifier("an attribute name after `.`"))
      guard path.count < CedarLimits.nesting else { throw tooDeep(at: previous) }
    }
    return path
  }

  private mutating func pattern() throws(CedarParseError) -> Pattern {
    let literal = try expect(
      .string, "a pattern as a string after `like`", hint: "`*` in the string matches any text")
    return try StringLiteral.pattern(of: literal, in: source)
  }
}

extension TokenKind {
  fileprivate var isWordComparison: Bool {
    switch self {
    case .in, .has, .like, .is: true
    default: false
    }
  }
}

extension Expression.Comparison {
  fileprivate init?(_ kind: TokenKind) {
    switch kind {
    case .equal: self = .equal
    case .notEqual: self = .notEqual
    case .less: self = .less
    case .lessOrEqual: self = .lessOrEqual
    case .greater: self = .greater
    case .greaterOrEqual: self = .greaterOrEqual
    default: return nil
    }
  }
}
