package import CedarPolicy
package import Credentials

/// What the policies say about one question.
package struct PolicyDecision: Hashable, Sendable {
  package let isAllowed: Bool
  /// The policies that determined it, by id.
  package let policies: [String]
  /// Policies that could not be evaluated, with what went wrong.
  package let errors: [String]
  /// What the policies in shadow would have changed, if anything.
  package let shadow: ShadowOutcome?
  /// What was known of the principal; nil where nothing is.
  package let workload: WorkloadFacts?

  package init(
    isAllowed: Bool, policies: [String], errors: [String], shadow: ShadowOutcome? = nil,
    workload: WorkloadFacts? = nil
  ) {
    self.isAllowed = isAllowed
    self.policies = policies
    self.errors = errors
    self.shadow = shadow
    self.workload = workload
  }

  /// Why nothing was allowed, in words for the one who asked.
  package var explanation: String {
    if !self.errors.isEmpty { return "a policy that forbids could not be evaluated" }
    return self.policies.isEmpty ? "no policy permits this" : "a policy forbids this"
  }
}

extension AuthorizationModel {
  /// Asks the policies in force, and those in shadow what they would have changed.
  func decide(_ question: PolicyQuestion) -> PolicyDecision {
    let isPermitted = question.isPermittedUnlessForbidden
    return Self.decision(
      self.enforced.verdict(on: question.request, permittedUnlessForbidden: isPermitted),
      self.proposed?.verdict(on: question.request, permittedUnlessForbidden: isPermitted),
      question.workload)
  }

  /// The same for a call.
  func decide(_ call: LocatedRequest, _ workload: WorkloadFacts?) -> PolicyDecision {
    Self.decision(
      self.enforced.verdict(on: call, permittedUnlessForbidden: false),
      self.proposed?.verdict(on: call, permittedUnlessForbidden: false), workload)
  }

  private static func decision(
    _ verdict: PolicyEngine.Verdict, _ other: PolicyEngine.Verdict?, _ workload: WorkloadFacts?
  ) -> PolicyDecision {
    var shadow: ShadowOutcome?
    if let other, other.isAllowed != verdict.isAllowed {
      shadow = ShadowOutcome(isAllowed: other.isAllowed, policies: other.policies)
    }
    return PolicyDecision(
      isAllowed: verdict.isAllowed, policies: verdict.policies, errors: verdict.errors,
      shadow: shadow, workload: workload)
  }
}

/// A question in Cedar's terms.
package struct PolicyQuestion: Sendable {
  package let request: Request
  /// Whether only a `forbid` refuses it.
  package let isPermittedUnlessForbidden: Bool
  /// What is known of the principal.
  package let workload: WorkloadFacts?
}
