/// Decides requests as the Cedar language specification says.
public struct Authorizer: Sendable {
  public init() {}

  /// The decision for a request, with its reasons and with the policies that failed.
  ///
  /// Cedar skips a policy that fails, `forbid` or not. Who wants a failing `forbid` to deny looks
  /// at ``Response/errors`` or makes a decision of its own from
  /// ``outcomes(_:policies:entities:)``.
  public func isAuthorized(
    _ request: Request, policies: PolicySet, entities: Entities
  ) -> Response {
    Response(outcomes(request, policies: policies, entities: entities))
  }

  /// What each policy says about a request, in the order of the set.
  public func outcomes(
    _ request: Request, policies: PolicySet, entities: Entities
  ) -> [PolicyOutcome] {
    let evaluator = Evaluator(request: request, entities: entities)
    return policies.policies.map { policy in
      PolicyOutcome(
        policyID: policy.id, effect: policy.effect, result: result(of: policy, evaluator))
    }
  }

  private func result(of policy: Policy, _ evaluator: Evaluator) -> PolicyOutcome.Result {
    do {
      return try evaluator.isSatisfied(policy) ? .satisfied : .notSatisfied
    } catch {
      return .failed(error)
    }
  }
}
