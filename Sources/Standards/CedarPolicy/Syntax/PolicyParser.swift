/// A policy or template as it was read, before it has an id.
struct ParsedPolicy {
  let effect: Effect
  let principal: ScopeConstraint<EntityReference>
  let action: ActionConstraint
  let resource: ScopeConstraint<EntityReference>
  let statement: PolicyStatement

  var annotations: [String: String] { statement.annotations }
  var span: SourceSpan { statement.span }

  enum Form {
    case policy(Policy)
    case template(PolicyTemplate)
  }

  /// A template if the scope has a slot, else a policy.
  func form(id: PolicyID) -> Form {
    let template = PolicyTemplate(
      id: id, effect: effect, principal: principal, action: action, resource: resource,
      statement: statement)
    guard let principal = principal.withoutSlots, let resource = resource.withoutSlots else {
      return .template(template)
    }
    return .policy(
      Policy(
        id: id, effect: effect, principal: principal, action: action, resource: resource,
        statement: statement, templateID: nil))
  }
}

extension ScopeConstraint<EntityReference> {
  /// The constraint of a policy, or nil if a slot stands in it.
  fileprivate var withoutSlots: ScopeConstraint<EntityUID>? {
    switch (self, reference) {
    case (_, .slot): nil
    case (.equal, .entity(let uid)): .equal(uid)
    case (.isIn, .entity(let uid)): .isIn(uid)
    case (.isTypeIn(let type, _), .entity(let uid)): .isTypeIn(type, uid)
    case (.isType(let type), _): .isType(type)
    default: .any
    }
  }
}

extension Parser {
  /// `Policy ::= {Annotation} Effect '(' Scope ')' {Condition} ';'`
  mutating func policy() throws(CedarParseError) -> ParsedPolicy {
    let start = token.span
    let annotations = try annotations()
    let effect = try effect()
    let scope = try scope()
    var conditions: [Condition] = []
    while token.kind == .identifier {
      conditions.append(try condition())
    }
    try expect(
      .semicolon, conditions.isEmpty ? "`when`, `unless` or `;`" : "`;` after the policy")
    return ParsedPolicy(
      effect: effect, principal: scope.principal, action: scope.action, resource: scope.resource,
      statement: PolicyStatement(
        annotations: annotations, conditions: conditions, span: start.through(previous),
        source: source.name))
  }

  private mutating func annotations() throws(CedarParseError) -> [String: String] {
    var annotations: [String: String] = [:]
    while try take(.at) {
      guard token.kind.isWord else { throw unexpected("expected the name of an annotation") }
      let name = try advance()
      var value = ""
      if try take(.leftParenthesis) {
        value = try string("the annotation's value as a string")
        try expect(.rightParenthesis, "`)` after the annotation's value")
      }
      guard annotations.updateValue(value, forKey: text(name)) == nil else {
        throw source.error("the annotation `@\(text(name))` stands twice", at: name.span)
      }
    }
    return annotations
  }

  private mutating func effect() throws(CedarParseError) -> Effect {
    guard token.kind.isWord, let effect = Effect(rawValue: text(token)) else {
      let near = token.kind.isWord ? nearest(text(token), among: ["permit", "forbid"]) : nil
      throw unexpected(
        "expected `permit` or `forbid`", hint: near.map { "did you mean `\($0)`?" })
    }
    try advance()
    return effect
  }

  private mutating func condition() throws(CedarParseError) -> Condition {
    guard let kind = Condition.Kind(rawValue: text(token)) else {
      let near = nearest(text(token), among: ["when", "unless"])
      throw unexpected(
        "expected `when`, `unless` or `;`", hint: near.map { "did you mean `\($0)`?" })
    }
    try advance()
    try expect(.leftBrace, "`{` after `\(kind.rawValue)`")
    guard token.kind != .rightBrace else {
      throw unexpected("expected an expression between the braces of `\(kind.rawValue)`")
    }
    let expression = try expression()
    try expect(.rightBrace, "an operator or `}`")
    return Condition(kind: kind, expression: expression)
  }
}
