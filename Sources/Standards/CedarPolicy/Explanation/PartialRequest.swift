/// A request of which not all is known: the context may have more than is said here, or nothing.
public struct PartialRequest: Sendable {
  public let principal: EntityUID
  public let action: EntityUID
  public let resource: EntityUID

  /// The attributes of the context that are known. Whether it has others is not.
  public let knownContext: CedarRecord

  public init(
    principal: EntityUID, action: EntityUID, resource: EntityUID, knownContext: CedarRecord = [:]
  ) {
    self.principal = principal
    self.action = action
    self.resource = resource
    self.knownContext = knownContext
  }
}

/// What one policy says about all requests that a partial one may become.
public struct PartialOutcome: Sendable {
  public enum Result: Sendable {
    /// It applies, whatever the context is.
    case satisfied
    /// It never applies.
    case notSatisfied
    /// It fails, whatever the context is.
    case failed(EvaluationFailure)
    /// It applies if all of these hold; known parts are filled in.
    case depends([Expression])
  }

  public let policyID: PolicyID
  public let effect: Effect
  public let result: Result
}

/// The decision about all requests that a partial one may become.
public enum PartialVerdict: Sendable {
  /// Allowed, whatever the context is, by these policies.
  case allowed([PolicyID])
  /// Denied, whatever the context is; by these policies, or because none permits.
  case denied([PolicyID])
  /// It depends on the context, and through these policies.
  case depends([PartialOutcome])

  /// Deny unless some `permit` applies and no `forbid` does.
  public init(_ outcomes: [PartialOutcome]) {
    var certain: [Effect: [PolicyID]] = [:]
    var open: [Effect: [PartialOutcome]] = [:]
    for outcome in outcomes {
      switch outcome.result {
      case .satisfied: certain[outcome.effect, default: []].append(outcome.policyID)
      case .depends: open[outcome.effect, default: []].append(outcome)
      case .notSatisfied, .failed: break
      }
    }
    let permits = certain[.permit] ?? []
    let openPermits = open[.permit] ?? []
    let openForbids = open[.forbid] ?? []
    if let forbids = certain[.forbid] {
      self = .denied(forbids)
    } else if permits.isEmpty && openPermits.isEmpty {
      self = .denied([])
    } else if !permits.isEmpty && openForbids.isEmpty {
      self = .allowed(permits)
    } else {
      let satisfied = outcomes.filter {
        if case .satisfied = $0.result { $0.effect == .permit } else { false }
      }
      self = .depends(satisfied + openPermits + openForbids)
    }
  }
}

/// Decides requests of which the context is not known, as far as that goes.
///
/// An unknown part is taken not to fail: where it does, in a policy that is not valid, a policy that
/// is said never to apply, or always, may be one that cannot be evaluated.
public struct PartialAuthorizer: Sendable {
  private let policies: [Policy]
  private let entities: Entities

  public init(policies: PolicySet, entities: Entities) {
    self.policies = policies.policies
    self.entities = entities
  }

  /// What each policy says whose scope matches, in the order of the set.
  public func outcomes(_ request: PartialRequest) -> [PartialOutcome] {
    let evaluator = PartialEvaluator(request, entities)
    return policies.filter { evaluator.matchesScope($0) }.map { policy in
      PartialOutcome(
        policyID: policy.id, effect: policy.effect, result: evaluator.result(of: policy))
    }
  }

  public func verdict(_ request: PartialRequest) -> PartialVerdict {
    PartialVerdict(outcomes(request))
  }
}
