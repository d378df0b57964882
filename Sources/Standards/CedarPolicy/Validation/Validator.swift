/// Checks policies, requests and entities against a schema, as strictly as Cedar's strict mode.
///
/// A policy that is valid evaluates, for every request and all entities that are valid too, without
/// any failure but an overflow or a missing entity.
public struct Validator: Sendable {
  /// What everything is checked against.
  public let schema: Schema

  public init(_ schema: Schema) {
    self.schema = schema
  }

  /// Checks every policy and template of a set.
  ///
  /// Each mistake is reported once, however many types of principals and resources show it. Of a
  /// linked policy only what its link adds is checked, the rest with its template.
  ///
  /// - Returns: the findings in the order of the policies, those of templates at the end.
  public func validate(_ policies: PolicySet) -> ValidationResult {
    var errors: [ValidationIssue] = []
    var warnings: [ValidationIssue] = []
    let index = SchemaIndex(schema)
    let templates = Set(policies.templates.map(\.id))
    let checked =
      policies.policies.map { policy in
        policy.templateID.map(templates.contains) == true
          ? CheckedPolicy(scopeOf: policy) : CheckedPolicy(policy)
      } + policies.templates.map(CheckedPolicy.init)
    for policy in checked {
      let report = report(on: policy, index)
      errors += report.errors
      warnings += report.warnings
    }
    return ValidationResult(errors: errors, warnings: warnings)
  }

  private func report(on policy: CheckedPolicy, _ index: SchemaIndex) -> PolicyReport {
    var report = PolicyReport(policy)
    ReferenceCheck(index: index).check(policy, &report)
    guard let environments = policy.environments(index) else {
      report.error(
        .tooManyEnvironments, at: policy.span,
        "the scope admits more than \(CedarLimits.environments) combinations of action, principal "
          + "type and resource type",
        hint: "name the action or the types in the scope")
      return report
    }
    guard let first = environments.first else {
      report.error(
        .noApplicableAction, at: policy.span,
        "no action of the schema applies to what the scope demands",
        hint: "compare the scope with the `appliesTo` of the actions")
      return report
    }
    var typechecker = Typechecker(index: index, environment: first, report: report)
    var mayApply = false
    for environment in environments where !typechecker.report.isFull {
      typechecker.environment = environment
      if typechecker.mayHold(policy.conditions) { mayApply = true }
    }
    typechecker.warn(mayApply: mayApply)
    typechecker.report.finish()
    return typechecker.report
  }
}

extension Typechecker {
  /// Whether all clauses of a policy together are not always false; checks them.
  fileprivate mutating func mayHold(_ conditions: [Condition]) -> Bool {
    var known = Capabilities()
    for condition in conditions {
      let found = bool(condition.expression, known)
      guard case .bool(let constant)? = found.type else {
        known = .all
        continue
      }
      if constant == (condition.kind == .unless) { return false }
      if condition.kind == .when { known.formUnion(found.capabilities) }
    }
    return true
  }

  /// Where there are mistakes, they are what deserves the look.
  fileprivate mutating func warn(mayApply: Bool) {
    guard report.errors.isEmpty else { return }
    guard mayApply else {
      let cause = constants.all.first { !$0.value }?.span
      report.warning(
        .impossiblePolicy, at: report.policy.span, "no valid request can satisfy this policy",
        hint: cause.map { "what stands at \($0.line):\($0.column) is always false" })
      return
    }
    for (span, value) in constants.all {
      report.warning(
        .constantCondition, at: span, "the condition is \(value) for every valid request")
    }
  }
}
