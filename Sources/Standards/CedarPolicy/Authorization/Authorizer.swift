/// Decides requests as the Cedar language specification says.
///
/// For single questions: each compiles the policies and the entities. Who asks more than once of
/// the same policies and entities keeps ``CompiledPolicies`` of them.
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
    CompiledPolicies(policies, entities: entities).isAuthorized(request)
  }

  /// What each policy says about a request, in the order of the set.
  public func outcomes(
    _ request: Request, policies: PolicySet, entities: Entities
  ) -> [PolicyOutcome] {
    var found = CompiledPolicies(policies, entities: entities).outcomes(request)[...]
    return policies.policies.map { policy in
      if let next = found.first, next.policyID == policy.id {
        found.removeFirst()
        return next
      }
      return PolicyOutcome(policyID: policy.id, effect: policy.effect, result: .notSatisfied)
    }
  }
}
