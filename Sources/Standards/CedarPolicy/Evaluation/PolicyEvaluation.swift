extension Evaluator {
  /// What a policy says about the request.
  func outcome(of policy: Policy) -> PolicyOutcome {
    PolicyOutcome(policyID: policy.id, effect: policy.effect, result: result(of: policy))
  }

  private func result(of policy: Policy) -> PolicyOutcome.Result {
    do {
      return try isSatisfied(policy) ? .satisfied : .notSatisfied
    } catch {
      return .failed(error)
    }
  }

  /// Whether a policy applies: its scope matches and all its conditions hold.
  func isSatisfied(_ policy: Policy) throws(EvaluationFailure) -> Bool {
    guard matchesScope(policy) else { return false }
    for condition in policy.conditions {
      guard try bool(condition.expression) == (condition.kind == .when) else { return false }
    }
    return true
  }

  func matchesScope(_ policy: Policy) -> Bool {
    matches(policy.principal, request.principal) && matches(policy.action)
      && matches(policy.resource, request.resource)
  }

  func matches(_ constraint: ScopeConstraint<EntityUID>, _ uid: EntityUID) -> Bool {
    switch constraint {
    case .any: true
    case .equal(let wanted): uid == wanted
    case .isIn(let container): entities.isEntity(uid, in: container)
    case .isType(let type): uid.type == type
    case .isTypeIn(let type, let container):
      uid.type == type && entities.isEntity(uid, in: container)
    }
  }

  func matches(_ constraint: ActionConstraint) -> Bool {
    switch constraint {
    case .any: true
    case .equal(let wanted): request.action == wanted
    case .isIn(let container): entities.isEntity(request.action, in: container)
    case .isInAny(let containers):
      containers.contains { entities.isEntity(request.action, in: $0) }
    }
  }
}
