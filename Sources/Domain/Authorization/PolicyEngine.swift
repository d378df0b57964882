import CedarPolicy

/// Policies made ready to be asked about one world.
struct PolicyEngine: Sendable {
  private let policies: CompiledPolicies

  init(_ policies: PolicySet, _ entities: Entities) {
    self.policies = CompiledPolicies(policies, entities: entities)
  }

  /// Whether a policy is among them.
  func holds(_ id: String) -> Bool { self.policies.policies[PolicyID(id)] != nil }

  /// An entity with its place, which saves looking it up for each request.
  func located(_ uid: EntityUID) -> LocatedEntity { self.policies.located(uid) }

  /// Asks the policies.
  func verdict(on request: Request, permittedUnlessForbidden: Bool) -> Verdict {
    Self.verdict(self.policies.isAuthorized(request), permittedUnlessForbidden)
  }

  /// Asks the policies.
  func verdict(on request: LocatedRequest, permittedUnlessForbidden: Bool) -> Verdict {
    Self.verdict(self.policies.isAuthorized(request), permittedUnlessForbidden)
  }

  /// Cedar skips a policy that errs; here an erring `forbid` denies, because nobody can know that it
  /// would not have applied.
  private static func verdict(_ response: Response, _ permittedUnlessForbidden: Bool) -> Verdict {
    let allowed =
      response.decision == .allow || (permittedUnlessForbidden && response.reasons.isEmpty)
    let reasons = response.reasons.map(\.text)
    guard !response.errors.isEmpty else {
      return Verdict(isAllowed: allowed, policies: reasons, errors: [])
    }
    let erringForbids = response.errors.filter { $0.effect == .forbid }
    let errors = response.errors.map(\.description)
    if !erringForbids.isEmpty {
      return Verdict(
        isAllowed: false, policies: erringForbids.map { $0.policyID.text }, errors: errors)
    }
    return Verdict(isAllowed: allowed, policies: reasons, errors: allowed ? errors : [])
  }

  struct Verdict {
    let isAllowed: Bool
    let policies: [String]
    let errors: [String]
  }
}
