extension Policy: CustomStringConvertible {
  /// The policy in Cedar's syntax; a linked one as the policy that it has become.
  public var description: String {
    PolicyPrinter.text(
      effect, principal.map { .entity($0) }, action, resource.map { .entity($0) }, statement)
  }
}

extension PolicyTemplate: CustomStringConvertible {
  /// The template in Cedar's syntax.
  public var description: String {
    PolicyPrinter.text(effect, principal, action, resource, statement)
  }
}

extension PolicySet: CustomStringConvertible {
  /// All policies and templates in Cedar's syntax, which has no place for their ids.
  public var description: String {
    (policies.map(\.description) + templates.map(\.description)).joined(separator: "\n\n") + "\n"
  }
}

private enum PolicyPrinter {
  static func text(
    _ effect: Effect, _ principal: ScopeConstraint<EntityReference>, _ action: ActionConstraint,
    _ resource: ScopeConstraint<EntityReference>, _ statement: PolicyStatement
  ) -> String {
    let annotations = statement.annotations.sorted { codePointsPrecede($0.key, $1.key) }
      .map { "@\($0.key)(\($0.value.cedarLiteral))\n" }.joined()
    let conditions = statement.conditions.map { "\n\($0.kind.rawValue) { \($0.expression) }" }
      .joined()
    return annotations
      + "\(effect.rawValue) (\(scope(principal, action, resource)))\(conditions);"
  }

  private static func scope(
    _ principal: ScopeConstraint<EntityReference>, _ action: ActionConstraint,
    _ resource: ScopeConstraint<EntityReference>
  ) -> String {
    let parts = [
      "principal" + constraint(principal), "action" + constraint(action),
      "resource" + constraint(resource),
    ]
    let isShort = parts.allSatisfy { !$0.contains(" ") }
    return isShort
      ? parts.joined(separator: ", ")
      : "\n" + parts.map { "  \($0)" }.joined(separator: ",\n") + "\n"
  }

  private static func constraint(_ constraint: ScopeConstraint<EntityReference>) -> String {
    switch constraint {
    case .any: ""
    case .equal(let entity): " == \(text(entity))"
    case .isIn(let entity): " in \(text(entity))"
    case .isType(let type): " is \(type)"
    case .isTypeIn(let type, let entity): " is \(type) in \(text(entity))"
    }
  }

  private static func constraint(_ constraint: ActionConstraint) -> String {
    switch constraint {
    case .any: ""
    case .equal(let uid): " == \(uid)"
    case .isIn(let uid): " in \(uid)"
    case .isInAny(let uids): " in [\(uids.map(\.description).joined(separator: ", "))]"
    }
  }

  private static func text(_ reference: EntityReference) -> String {
    switch reference {
    case .entity(let uid): uid.description
    case .slot(let slot): slot.rawValue
    }
  }
}
