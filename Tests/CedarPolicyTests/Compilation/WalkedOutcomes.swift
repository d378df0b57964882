@testable import CedarPolicy

/// What all policies say about a request, found without compiling: each policy is asked, and its
/// conditions are walked through.
func walkedOutcomes(
  _ request: Request, _ policies: PolicySet, _ entities: Entities
) -> [PolicyOutcome] {
  let evaluator = Evaluator(request: request, entities: entities)
  return policies.policies.map { evaluator.outcome(of: $0) }
}

extension CompiledPolicies {
  /// Where the answers to a request differ from those found without compiling; nil if nowhere.
  func difference(from policies: PolicySet, _ entities: Entities, _ request: Request) -> String? {
    let expected = walkedOutcomes(request, policies, entities)
    let own = outcomes(request)
    let relevant = expected.filter { $0.result != .notSatisfied }
    guard own == relevant else { return "outcomes \(own), expected \(relevant)" }
    let response = isAuthorized(request)
    guard response == Response(expected) else {
      return "response \(response), expected \(Response(expected))"
    }
    guard decision(request) == response.decision else {
      return "decision \(decision(request)), expected \(response.decision)"
    }
    return nil
  }
}
