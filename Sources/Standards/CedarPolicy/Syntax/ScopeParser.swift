/// The scope of a policy or template.
struct ParsedScope {
  let principal: ScopeConstraint<EntityReference>
  let action: ActionConstraint
  let resource: ScopeConstraint<EntityReference>
}

extension Parser {
  /// `'(' 'principal' [...] ',' 'action' [...] ',' 'resource' [...] ')'`
  mutating func scope() throws(CedarParseError) -> ParsedScope {
    try expect(.leftParenthesis, "`(` and the scope")
    try scopeVariable("principal")
    let principal = try constraint(slot: .principal)
    try expect(.comma, "`,` after the principal")
    try scopeVariable("action")
    let action = try actionConstraint()
    try expect(.comma, "`,` after the action")
    try scopeVariable("resource")
    let resource = try constraint(slot: .resource)
    if try take(.comma) {}
    try expect(.rightParenthesis, "`)` after the resource")
    return ParsedScope(principal: principal, action: action, resource: resource)
  }

  private mutating func scopeVariable(_ name: String) throws(CedarParseError) {
    guard token.kind == .identifier, text(token) == name else {
      throw unexpected(
        "expected `\(name)` in the scope",
        hint: "a scope names `principal`, `action` and `resource`, in this order")
    }
    try advance()
  }

  private mutating func constraint(
    slot: TemplateSlot
  ) throws(CedarParseError) -> ScopeConstraint<EntityReference> {
    switch token.kind {
    case .equal:
      try advance()
      return .equal(try reference(slot: slot))
    case .in:
      try advance()
      let reference = try reference(slot: slot)
      if token.kind == .is { throw unexpected("expected `is` to come before `in`") }
      return .isIn(reference)
    case .is:
      try advance()
      let type = try entityTypeName()
      return try take(.in) ? .isTypeIn(type, try reference(slot: slot)) : .isType(type)
    case .comma, .rightParenthesis:
      return .any
    default:
      throw unexpected("expected `==`, `in` or `is` in the scope", hint: scopeHint)
    }
  }

  private var scopeHint: String { "other tests belong in a `when` condition" }

  private mutating func reference(
    slot: TemplateSlot
  ) throws(CedarParseError) -> EntityReference {
    try parenthesized { (parser: inout Parser) throws(CedarParseError) -> EntityReference in
      let wanted: TokenKind = slot == .principal ? .principalSlot : .resourceSlot
      if try parser.take(wanted) { return .slot(slot) }
      guard parser.token.kind.isWord else {
        throw parser.unexpected("expected an entity or `\(slot)`", hint: parser.scopeHint)
      }
      return .entity(try parser.entityUID())
    }
  }

  private mutating func actionConstraint() throws(CedarParseError) -> ActionConstraint {
    switch token.kind {
    case .equal:
      try advance()
      return .equal(
        try parenthesized { (parser: inout Parser) throws(CedarParseError) in
          try parser.actionUID()
        })
    case .in:
      try advance()
      return try parenthesized { (parser: inout Parser) throws(CedarParseError) in
        try parser.actions()
      }
    case .comma, .rightParenthesis:
      return .any
    default:
      throw unexpected("expected `==` or `in` for the action", hint: scopeHint)
    }
  }

  private mutating func actions() throws(CedarParseError) -> ActionConstraint {
    guard try take(.leftBracket) else { return .isIn(try actionUID()) }
    var uids: [EntityUID] = []
    while token.kind != .rightBracket {
      uids.append(
        try parenthesized { (parser: inout Parser) throws(CedarParseError) in
          try parser.actionUID()
        })
      guard try take(.comma) else { break }
    }
    try expect(.rightBracket, "`,` or `]`")
    return .isInAny(uids)
  }

  private mutating func actionUID() throws(CedarParseError) -> EntityUID {
    let start = token.span
    let uid = try entityUID()
    guard uid.type.baseName == "Action" else {
      throw source.error(
        "expected an entity of the type `Action`, found \(source.quoted(uid.description))",
        at: start.through(previous),
        hint: "write `Action::\"...\"`, with its namespace if it has one")
    }
    return uid
  }

  /// Something that may stand in any number of parentheses.
  private mutating func parenthesized<Item>(
    _ item: (inout Parser) throws(CedarParseError) -> Item
  ) throws(CedarParseError) -> Item {
    var open = 0
    while try take(.leftParenthesis) { open += 1 }
    let parsed = try item(&self)
    for _ in 0..<open { try expect(.rightParenthesis, "`)`") }
    return parsed
  }
}
