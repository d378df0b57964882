extension Parser {
  /// `Unary ::= ['!' ... | '-' ...] Member`, with at most four signs of one kind.
  mutating func operand() throws(CedarParseError) -> Expression {
    let signs = try signs()
    if signs.isOfNumber { return signs.applied(to: try negativeInteger()) }
    return signs.applied(to: try accesses(of: try primary()))
  }

  /// The `!` or `-` before an operand. One `-` that belongs to the number after it counts not.
  private struct Signs {
    let kind: TokenKind
    let span: SourceSpan
    var count = 0
    var isOfNumber = false

    func applied(to operand: Expression) -> Expression {
      var signed = operand
      for _ in 0..<(isOfNumber ? count - 1 : count) {
        signed = Expression(
          kind == .bang ? .not(signed) : .negate(signed), at: span.through(operand.span))
      }
      return signed
    }
  }

  private mutating func signs() throws(CedarParseError) -> Signs {
    var signs = Signs(kind: token.kind, span: token.span)
    guard signs.kind == .bang || signs.kind == .minus else { return signs }
    while try take(signs.kind) { signs.count += 1 }
    if token.kind == .bang || token.kind == .minus {
      throw unexpected("expected an operand", hint: "put what `!` or `-` applies to in parentheses")
    }
    guard signs.count <= 4 else {
      throw source.error(
        "expected at most four `!` or `-` in a row, found \(signs.count)", at: signs.span)
    }
    // The smallest Long has no positive twin, so its sign belongs to the number; but where the
    // number's attribute is taken, the sign applies to the attribute.
    if signs.kind == .minus, token.kind == .number {
      signs.isOfNumber = !(try following().kind.startsAccess)
    }
    return signs
  }

  private mutating func negativeInteger() throws(CedarParseError) -> Expression {
    try integer(try advance(), isNegative: true)
  }

  /// `MemAccess ::= '.' IDENT | '(' [ExprList] ')' | '[' STR ']'`, any number of times.
  private mutating func accesses(of base: Expression) throws(CedarParseError) -> Expression {
    var expression = base
    while let call = try attributes(of: &expression) {
      let arguments = try expressions(closedBy: .rightParenthesis, "`)`")
      expression = try self.expression(call, of: expression, arguments)
    }
    return expression
  }

  /// A method whose arguments come next.
  private struct MethodCall {
    let name: String
    let span: SourceSpan
    let method: Method
  }

  /// Reads attribute accesses until something else comes; a method if that comes.
  private mutating func attributes(
    of expression: inout Expression
  ) throws(CedarParseError) -> MethodCall? {
    while token.kind.startsAccess {
      guard expression.depth < CedarLimits.nesting else { throw tooDeep(at: token.span) }
      let isIndex = token.kind == .leftBracket
      let name = try accessedName()
      if !isIndex, token.kind == .leftParenthesis { return try methodCall(name) }
      if isIndex { try expect(.rightBracket, "`]` after the attribute name") }
      expression = Expression(.attribute(expression, name), at: expression.span.through(previous))
    }
    return nil
  }

  /// What comes after `.` or `[`.
  private mutating func accessedName() throws(CedarParseError) -> String {
    switch try advance().kind {
    case .leftBracket: return try string("an attribute name as a string")
    case .dot: return try identifier("an attribute or method name after `.`")
    default:
      throw source.error(
        "expected an operator, found `(`", at: previous,
        hint: "only named functions and methods can be called")
    }
  }

  private mutating func methodCall(_ name: String) throws(CedarParseError) -> MethodCall {
    let span = previous
    let method = try lookUpMethod(name, at: span)
    try advance()
    return MethodCall(name: name, span: span, method: method)
  }

  private func expression(
    _ call: MethodCall, of receiver: Expression, _ arguments: [Expression]
  ) throws(CedarParseError) -> Expression {
    if let wanted = call.method.argumentCount, wanted != arguments.count {
      throw source.error(
        "expected \(wanted) argument\(wanted == 1 ? "" : "s") for `\(call.name)`, "
          + "found \(arguments.count)", at: call.span)
    }
    return Expression(
      call.method.kind(receiver, arguments), at: receiver.span.through(previous))
  }
}

extension TokenKind {
  fileprivate var startsAccess: Bool {
    switch self {
    case .dot, .leftBracket, .leftParenthesis: true
    default: false
    }
  }
}
