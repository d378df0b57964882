extension PolicySet {
  /// The set in Cedar's JSON format, see ``init(json:source:)``.
  public var json: String {
    let links = policies.filter { $0.templateID != nil }
    return JSONText.object([
      (
        "staticPolicies",
        JSONText.object(
          policies.filter { $0.templateID == nil }.map { ($0.id.text, $0.json) })
      ),
      ("templates", JSONText.object(templates.map { ($0.id.text, $0.json) })),
      ("templateLinks", JSONText.array(links.compactMap { $0.linkJSON(of: self) })),
    ])
  }

  /// The template of this name.
  func template(_ id: PolicyID) -> PolicyTemplate? { templates.first { $0.id == id } }
}

extension Policy {
  /// The policy in Cedar's JSON format; a linked one as the policy that it has become.
  public var json: String {
    PolicyWriter.json(
      effect, principal.map { .entity($0) }, action, resource.map { .entity($0) }, statement)
  }

  fileprivate func linkJSON(of set: PolicySet) -> String? {
    guard let templateID, let template = set.template(templateID) else { return nil }
    var values: [(String, String)] = []
    if case .slot(let slot)? = template.principal.reference, let uid = principal.reference {
      values.append((slot.rawValue, uid.json))
    }
    if case .slot(let slot)? = template.resource.reference, let uid = resource.reference {
      values.append((slot.rawValue, uid.json))
    }
    return JSONText.object([
      ("templateId", JSONText.quoted(templateID.text)), ("newId", JSONText.quoted(id.text)),
      ("values", JSONText.object(values)),
    ])
  }
}

extension PolicyTemplate {
  /// The template in Cedar's JSON format.
  public var json: String {
    PolicyWriter.json(effect, principal, action, resource, statement)
  }
}

extension Expression {
  /// The expression in Cedar's JSON format; chains are nested to the left, as the format has them.
  public var json: String { PolicyWriter.json(self) }
}

private enum PolicyWriter {
  static func json(
    _ effect: Effect, _ principal: ScopeConstraint<EntityReference>, _ action: ActionConstraint,
    _ resource: ScopeConstraint<EntityReference>, _ statement: PolicyStatement
  ) -> String {
    var members = [
      ("effect", JSONText.quoted(effect.rawValue)), ("principal", scope(principal)),
      ("action", scope(action)), ("resource", scope(resource)),
      ("conditions", JSONText.array(statement.conditions.map(condition))),
    ]
    if !statement.annotations.isEmpty {
      let sorted = statement.annotations.sorted { codePointsPrecede($0.key, $1.key) }
      members.append(
        ("annotations", JSONText.object(sorted.map { ($0.key, JSONText.quoted($0.value)) })))
    }
    return JSONText.object(members)
  }

  private static func condition(_ condition: Condition) -> String {
    JSONText.object([
      ("kind", JSONText.quoted(condition.kind.rawValue)),
      ("body", json(condition.expression)),
    ])
  }

  private static func scope(_ constraint: ScopeConstraint<EntityReference>) -> String {
    switch constraint {
    case .any: operation("All", [])
    case .equal(let entity): operation("==", [reference(entity)])
    case .isIn(let entity): operation("in", [reference(entity)])
    case .isType(let type): operation("is", [("entity_type", JSONText.quoted(type.text))])
    case .isTypeIn(let type, let entity):
      operation(
        "is",
        [
          ("entity_type", JSONText.quoted(type.text)), ("in", JSONText.object([reference(entity)])),
        ])
    }
  }

  private static func scope(_ constraint: ActionConstraint) -> String {
    switch constraint {
    case .any: operation("All", [])
    case .equal(let uid): operation("==", [("entity", uid.json)])
    case .isIn(let uid): operation("in", [("entity", uid.json)])
    case .isInAny(let uids):
      operation("in", [("entities", JSONText.array(uids.map(\.json)))])
    }
  }

  private static func operation(_ name: String, _ members: [(String, String)]) -> String {
    JSONText.object([("op", JSONText.quoted(name))] + members)
  }

  private static func reference(_ reference: EntityReference) -> (String, String) {
    switch reference {
    case .entity(let uid): ("entity", uid.json)
    case .slot(let slot): ("slot", JSONText.quoted(slot.rawValue))
    }
  }

  // MARK: Expressions

  static func json(_ expression: Expression) -> String {
    switch expression.kind {
    case .literal(let value): JSONText.object([("Value", value.json)])
    case .variable(let variable):
      JSONText.object([("Var", JSONText.quoted(variable.rawValue))])
    case .and(let operands): chain("&&", operands.map(json))
    case .or(let operands): chain("||", operands.map(json))
    case .product(let operands): chain("*", operands.map(json))
    case .sum(let first, let rest):
      rest.reduce(json(first)) { left, term in
        pair(term.isSubtracted ? "-" : "+", left, json(term.value))
      }
    case .has(let operand, let path): has(json(operand), path)
    case .conditional(let condition, let then, let otherwise):
      JSONText.object([
        (
          "if-then-else",
          JSONText.object([
            ("if", json(condition)), ("then", json(then)), ("else", json(otherwise)),
          ])
        )
      ])
    case .set(let elements): JSONText.object([("Set", JSONText.array(elements.map(json)))])
    case .record(let fields):
      JSONText.object([("Record", JSONText.object(fields.map { ($0.name, json($0.value)) }))])
    case .call(let function, let arguments):
      JSONText.object([(function.rawValue, JSONText.array(arguments.map(json)))])
    default: simple(expression)
    }
  }

  private static func simple(_ expression: Expression) -> String {
    switch expression.kind {
    case .not(let operand): only("!", operand)
    case .negate(let operand): only("neg", operand)
    case .isEmpty(let operand): only("isEmpty", operand)
    case .comparison(let comparison, let left, let right):
      pair(comparison.rawValue, json(left), json(right))
    case .isIn(let left, let right): pair("in", json(left), json(right))
    case .setTest(let test, let left, let right): pair(test.rawValue, json(left), json(right))
    case .hasTag(let left, let right): pair("hasTag", json(left), json(right))
    case .getTag(let left, let right): pair("getTag", json(left), json(right))
    case .like(let operand, let pattern):
      with("like", operand, [("pattern", JSONText.array(pattern.elements.map(element)))])
    case .attribute(let operand, let name):
      with(".", operand, [("attr", JSONText.quoted(name))])
    case .isType(let operand, let type, let container):
      with(
        "is", operand,
        [("entity_type", JSONText.quoted(type.text))]
          + (container.map { [("in", json($0))] } ?? []))
    default: "null"
    }
  }

  private static func chain(_ name: String, _ operands: [String]) -> String {
    guard let first = operands.first else { return "null" }
    return operands.dropFirst().reduce(first) { pair(name, $0, $1) }
  }

  private static func has(_ operand: String, _ path: [String]) -> String {
    var tests: [String] = []
    var value = operand
    for name in path {
      let members = JSONText.object([("left", value), ("attr", JSONText.quoted(name))])
      tests.append(JSONText.object([("has", members)]))
      value = JSONText.object([(".", members)])
    }
    return chain("&&", tests)
  }

  private static func only(_ name: String, _ operand: Expression) -> String {
    JSONText.object([(name, JSONText.object([("arg", json(operand))]))])
  }

  private static func pair(_ name: String, _ left: String, _ right: String) -> String {
    JSONText.object([(name, JSONText.object([("left", left), ("right", right)]))])
  }

  private static func with(
    _ name: String, _ operand: Expression, _ members: [(String, String)]
  ) -> String {
    JSONText.object([(name, JSONText.object([("left", json(operand))] + members))])
  }

  private static func element(_ element: Pattern.Element) -> String {
    switch element {
    case .wildcard: JSONText.quoted("Wildcard")
    case .scalar(let scalar):
      JSONText.object([("Literal", JSONText.quoted(String(scalar)))])
    }
  }
}
