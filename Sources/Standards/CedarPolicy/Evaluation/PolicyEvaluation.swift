extension Evaluator {
  /// Whether a policy applies: its scope matches and all its conditions hold.
  func isSatisfied(_ policy: Policy) throws(EvaluationFailure) -> Bool {
    guard matches(policy.principal, request.principal), matches(policy.action),
      matches(policy.resource, request.resource)
    else { return false }
    for condition in policy.conditions {
      guard try bool(condition.expression) == (condition.kind == .when) else { return false }
    }
    return true
  }

  private func matches(_ constraint: ScopeConstraint<EntityUID>, _ uid: EntityUID) -> Bool {
    switch constraint {
    case .any: true
    case .equal(let wanted): uid == wanted
    case .isIn(let container): entities.isEntity(uid, in: container)
    case .isType(let type): uid.type == type
    case .isTypeIn(let type, let container):
      uid.type == type && entities.isEntity(uid, in: container)
    }
  }

  private func matches(_ constraint: ActionConstraint) -> Bool {
    switch constraint {
    case .any: true
    case .equal(let wanted): request.action == wanted
    case .isIn(let container): entities.isEntity(request.action, in: container)
    case .isInAny(let containers):
      containers.contains { entities.isEntity(request.action, in: $0) }
    }
  }
}
