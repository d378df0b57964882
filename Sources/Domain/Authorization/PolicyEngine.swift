import CedarPolicy

/// Policies made ready to be asked about one world.
struct PolicyEngine: Sendable {
  private let policies: CompiledPolicies

  init(_ policies: PolicySet, _ entities: Entities) {
    self.policies = CompiledPolicies(policies, entities: entities)
  }

  /// Whether a policy is among them.
  func holds(_ id: String) -> Bool { self.policies.policies[PolicyID(id)] != nil }

  /// Asks the policies. Cedar skips a policy that errs; here an erring `forbid` denies, because
  /// nobody can know that it would not have applied.
  func verdict(on request: Request, permittedUnlessForbidden: Bool) -> Verdict {
    let response = self.policies.isAuthorized(request)
    let erringForbids = response.errors.filter { $0.effect == .forbid }
    let errors = response.errors.map(\.description)
    if !erringForbids.isEmpty {
      return Verdict(
        isAllowed: false, policies: erringForbids.map { $0.policyID.description }, errors: errors)
    }
    let allowed =
      response.decision == .allow || (permittedUnlessForbidden && response.reasons.isEmpty)
    return Verdict(
      isAllowed: allowed, policies: response.reasons.map(\.description),
      errors: allowed ? errors : [])
  }

  struct Verdict {
    let isAllowed: Bool
    let policies: [String]
    let errors: [String]
  }
}
