package import Credentials
package import OpenAPIContract

/// The right to forward one request. Only an inspection makes one, and forwarding requires it.
package final class Permit: Sendable {
  package let service: RoutedService
  /// `nil` where the contract knows no such operation and the service lets that pass.
  package let operation: Operation?
  package let caller: Caller
  /// The most bytes that the body may have.
  package let maximumBody: UInt64

  init(service: RoutedService, operation: Operation?, caller: Caller, maximumBody: UInt64) {
    self.service = service
    self.operation = operation
    self.caller = caller
    self.maximumBody = maximumBody
  }
}

/// What an inspection found, whatever its outcome: what the log tells of it.
package struct InspectionFacts: Sendable {
  /// The revision of the world that decided; `nil` where there was none.
  package var revision: Int64?
  package var service: String?
  package var operation: String?
  /// Set once a credential was verified, revoked or not.
  package var credential: VerifiedCredential?
  /// The policies that determined the decision.
  package var policies: [String] = []
  /// What the policies said; nil where they were not asked.
  package var isPermittedByPolicy: Bool?
  /// What the policies in shadow would have changed.
  package var policyShadow: ShadowOutcome?
  /// What the policies were told about the workload; nil where they were not asked.
  package var workload: WorkloadFacts?
  /// What would have been refused had its stage been enforcing.
  package var shadowed: [Refusal] = []

  package init() {}

  /// Gives them away, which costs less than a copy; none are left.
  mutating func take() -> InspectionFacts {
    var facts = InspectionFacts()
    swap(&facts, &self)
    return facts
  }
}

/// The outcome of an inspection.
package struct InspectionResult: Sendable {
  package enum Outcome: Sendable {
    case permitted(Permit)
    case refused(Refusal)
  }

  package let outcome: Outcome
  package private(set) var facts: InspectionFacts

  package init(outcome: Outcome, facts: InspectionFacts) {
    self.outcome = outcome
    self.facts = facts
  }

  /// Gives the facts away, which costs less than a copy; none are left.
  package mutating func takeFacts() -> InspectionFacts { self.facts.take() }
}
