import CedarPolicy

/// What the policies say about one question.
package struct PolicyDecision: Hashable, Sendable {
  package let isAllowed: Bool
  /// The policies that determined it, by id.
  package let policies: [String]
  /// Policies that could not be evaluated, with what went wrong.
  package let errors: [String]

  package init(isAllowed: Bool, policies: [String], errors: [String]) {
    self.isAllowed = isAllowed
    self.policies = policies
    self.errors = errors
  }

  /// Why nothing was allowed, in words for the one who asked.
  package var explanation: String {
    if !self.errors.isEmpty { return "a policy that forbids could not be evaluated" }
    return self.policies.isEmpty ? "no policy permits this" : "a policy forbids this"
  }
}

extension AuthorizationModel {
  /// Asks the policies. Cedar skips a policy that errs; here an erring `forbid` denies, because
  /// nobody can know that it would not have applied.
  func decide(_ request: Request, permittedUnlessForbidden: Bool = false) -> PolicyDecision {
    let response = Authorizer().isAuthorized(
      request, policies: self.policies, entities: self.entities)
    let erringForbids = response.errors.filter { $0.effect == .forbid }
    let errors = response.errors.map(\.description)
    if !erringForbids.isEmpty {
      return PolicyDecision(
        isAllowed: false, policies: erringForbids.map { $0.policyID.description }, errors: errors)
    }
    let reasons = response.reasons.map(\.description)
    let allowed =
      response.decision == .allow || (permittedUnlessForbidden && response.reasons.isEmpty)
    return PolicyDecision(isAllowed: allowed, policies: reasons, errors: allowed ? errors : [])
  }
}
