package import CedarPolicy
import Credentials

/// Reads policies as a careful colleague would, without asking them anything.
package enum PolicyLint {
  /// Everything that is to be said about policies, in the order in which they stand.
  ///
  /// - Parameters:
  ///   - schema: what policies may speak of.
  ///   - model: the world whose names the policies should use; nil leaves names unchecked.
  package static func findings(
    in policies: PolicySet, schema: Schema, model: AuthorizationModel?
  ) -> [PolicyFinding] {
    let result = Validator(schema).validate(policies)
    let effects = Dictionary(
      policies.policies.map { ($0.id, $0.effect) }, uniquingKeysWith: { first, _ in first })
    let validation = Dictionary(
      grouping: result.errors.map { self.finding(.error, $0, nil) }
        + result.warnings.map { self.finding(.warning, $0, effects[$0.policyID]) },
      by: \.policyID)
    let known = model.flatMap { try? KnownNames($0) }
    let contexts = ContextNames(schema)
    let ids = policies.policies.map(\.id.text) + policies.templates.map(\.id.text)
    let readings = Dictionary(
      grouping: policies.policies.flatMap { policy in
        contexts.findings(in: policy) + self.readings(of: policy, known)
      }, by: \.policyID)
    return ids.flatMap { (validation[$0] ?? []) + (readings[$0] ?? []) }
  }

  /// Everything that is to be said about the policies of a world, under its own schema.
  ///
  /// - Throws: `CedarParseError` when the names in the world make no schema.
  package static func findings(
    in model: AuthorizationModel
  ) throws(CedarParseError) -> [PolicyFinding] {
    self.findings(in: model.policies, schema: try model.schema.schema(), model: model)
  }

  private static func finding(
    _ severity: PolicyFinding.Severity, _ issue: ValidationIssue, _ effect: Effect?
  ) -> PolicyFinding {
    let isImpossible = issue.kind == .impossiblePolicy
    let consequence = effect.map { "nothing is \($0 == .forbid ? "forbidden" : "permitted") by it" }
    return PolicyFinding(
      severity: severity, policyID: issue.policyID.text, source: issue.source,
      line: issue.span.line, column: issue.span.column,
      message: isImpossible ? "this policy can never apply" : issue.message,
      hint: isImpossible ? consequence : issue.hint)
  }

  private static func readings(of policy: Policy, _ known: KnownNames?) -> [PolicyFinding] {
    [IssueBreadth.finding(in: policy), self.misspeltMode(of: policy)].compactMap(\.self)
      + (known.map { self.unknownNames(in: policy, $0) } ?? [])
  }

  /// An annotation that looks as if it put the policy into shadow, and does not.
  private static func misspeltMode(of policy: Policy) -> PolicyFinding? {
    let suspect = policy.annotations.keys.sorted().first { name in
      name != PolicyModes.annotation
        && (name.lowercased() == PolicyModes.annotation
          || policy.annotations[name]?.lowercased() == PolicyModes.shadow)
    }
    guard let suspect else { return nil }
    return PolicyFinding(
      severity: .warning, policyID: policy.id.text, source: policy.source, line: policy.span.line,
      column: policy.span.column,
      message: "`@\(suspect)` does not put the policy into shadow: it is in force",
      hint: "write `@mode(\"shadow\")` if it is not meant to be")
  }

  /// Names that no record has: the policy says nothing about anybody, or not about whom it should.
  private static func unknownNames(in policy: Policy, _ known: KnownNames) -> [PolicyFinding] {
    var seen: Set<EntityUID> = []
    return NamedEntities(in: policy).all.compactMap { uid, span in
      guard let names = known.names(of: uid.type), !names.contains(uid.id),
        seen.insert(uid).inserted
      else { return nil }
      let nearest = NearestName.of(uid.id, among: names.sorted())
      return PolicyFinding(
        severity: .warning, policyID: policy.id.text, source: policy.source, line: span.line,
        column: span.column,
        message: self.unknown(uid.type, "`\(uid.id.onOneLine)`"),
        hint: nearest.map { "did you mean `\($0.onOneLine)`?" })
    }
  }

  private static func unknown(_ type: EntityTypeName, _ name: String) -> String {
    switch type.baseName {
    case "Workload": "no workload has the SPIFFE ID \(name)"
    case "Group": "no workload is in the group \(name)"
    case "Service": "there is no service \(name)"
    case "Operation": "no service has the operation \(name)"
    case "TrustDomain": "the trust domain is not \(name)"
    default: "callers without a credential are `anonymous`, not \(name)"
    }
  }
}
