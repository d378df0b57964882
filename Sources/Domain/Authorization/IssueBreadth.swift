import CedarPolicy

/// Finds permits on `issue` that leave open who gets a token, or what for, and under which
/// circumstances.
///
/// A condition is taken for a limit, whatever it says; only one that is written as a constant is not.
enum IssueBreadth {
  static func finding(in policy: Policy) -> PolicyFinding? {
    guard policy.effect == .permit, self.coversIssue(policy.action),
      self.canBeService(policy.resource),
      !policy.conditions.contains(where: self.limits),
      let message = self.message(
        anybody: self.isOpen(policy.principal, to: "Workload"),
        anything: self.isOpen(policy.resource, to: "Service"))
    else { return nil }
    return PolicyFinding(
      severity: .warning, policyID: policy.id.text, source: policy.source, line: policy.span.line,
      column: policy.span.column, message: message,
      hint: "name a group, a service or a scope, or say in a `when` which evidence it takes")
  }

  private static func message(anybody: Bool, anything: Bool) -> String? {
    switch (anybody, anything) {
    case (true, true):
      "this permits `issue` without a condition: every workload gets a token for every service, "
        + "with every scope, on whatever evidence"
    case (true, false):
      "this permits `issue` without a condition to whoever asks: every workload gets a token for "
        + "this, with every scope, on whatever evidence"
    case (false, true):
      "this permits `issue` without a condition for whatever is asked: a token for every service, "
        + "with every scope, also for services that are added later"
    case (false, false): nil
    }
  }

  private static func coversIssue(_ action: ActionConstraint) -> Bool {
    switch action {
    case .any: true
    case .equal(let uid), .isIn(let uid): self.isIssue(uid)
    case .isInAny(let uids): uids.contains(where: self.isIssue)
    }
  }

  private static func isIssue(_ uid: EntityUID) -> Bool {
    uid == (try? Vocabulary.action("issue"))
  }

  /// Whether every entity of a type is meant.
  private static func isOpen(_ scope: ScopeConstraint<EntityUID>, to type: String) -> Bool {
    switch scope {
    case .any: true
    case .isType(let name): name == (try? Vocabulary.type(type))
    case .equal, .isIn, .isTypeIn: false
    }
  }

  private static func canBeService(_ scope: ScopeConstraint<EntityUID>) -> Bool {
    let service = try? Vocabulary.type("Service")
    return switch scope {
    case .any: true
    case .equal(let uid), .isIn(let uid): uid.type == service
    case .isType(let type), .isTypeIn(let type, _): type == service
    }
  }

  private static func limits(_ condition: Condition) -> Bool {
    guard case .literal(.bool(let value)) = condition.expression.kind else { return true }
    return value != (condition.kind == .when)
  }
}
