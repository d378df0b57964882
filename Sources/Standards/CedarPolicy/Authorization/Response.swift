/// Whether a request is allowed, and why.
public struct Response: Sendable, Hashable {
  public let decision: Decision

  /// The policies that made the decision: the satisfied `permit` policies of an allowed request,
  /// the satisfied `forbid` policies of a denied one. None where nothing permits.
  public let reasons: [PolicyID]

  /// The policies that could not be evaluated; they took no part in the decision.
  public let errors: [EvaluationError]

  /// Makes the decision that Cedar makes of the outcomes of all policies: deny unless some
  /// `permit` is satisfied and no `forbid` is; policies that failed are skipped.
  public init(_ outcomes: [PolicyOutcome]) {
    let satisfied = outcomes.filter { $0.result == .satisfied }
    let forbids = satisfied.filter { $0.effect == .forbid }
    let permits = satisfied.filter { $0.effect == .permit }
    decision = forbids.isEmpty && !permits.isEmpty ? .allow : .deny
    reasons = (decision == .allow ? permits : forbids).map(\.policyID)
    errors = outcomes.compactMap { EvaluationError($0) }
  }

  init(decision: Decision, reasons: [PolicyID], errors: [EvaluationError]) {
    self.decision = decision
    self.reasons = reasons
    self.errors = errors
  }
}

public enum Decision: String, Sendable, Hashable, CaseIterable {
  case allow, deny
}

/// What one policy says about a request.
public struct PolicyOutcome: Sendable, Hashable {
  public enum Result: Sendable, Hashable {
    /// The scope matches and all conditions hold.
    case satisfied
    case notSatisfied
    /// Evaluation failed, so that it is unknown whether the policy applies.
    case failed(EvaluationFailure)
  }

  public let policyID: PolicyID
  public let effect: Effect
  public let result: Result

  public init(policyID: PolicyID, effect: Effect, result: Result) {
    self.policyID = policyID
    self.effect = effect
    self.result = result
  }
}

/// A policy that could not be evaluated.
public struct EvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
  public let policyID: PolicyID
  public let effect: Effect
  public let failure: EvaluationFailure

  /// Nil for an outcome that is no failure.
  init?(_ outcome: PolicyOutcome) {
    guard case .failed(let failure) = outcome.result else { return nil }
    policyID = outcome.policyID
    effect = outcome.effect
    self.failure = failure
  }

  init(policyID: PolicyID, effect: Effect, failure: EvaluationFailure) {
    self.policyID = policyID
    self.effect = effect
    self.failure = failure
  }

  /// What went wrong, in lower case.
  public var message: String { failure.description }

  /// The policy, the place in its text and what went wrong there.
  public var description: String {
    "policy `\(policyID)` at \(failure.span.line):\(failure.span.column): \(message)"
  }
}
