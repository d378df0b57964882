package import Credentials

/// Answers whether a call may be made, right now.
package protocol CallPolicy: Sendable {
  /// What cannot be answered is denied.
  func verdict(on call: Call) -> PolicyVerdict
  /// The policies that are in shadow, by id: they decide nothing.
  var shadows: [String] { get }
}

extension CallPolicy {
  package var shadows: [String] { [] }
}

/// One request, in the terms in which policies speak.
package struct Call: Hashable, Sendable {
  /// `nil` for a caller without a credential.
  package let principal: Principal?
  package let service: String
  /// Empty where the contract knows no such operation and the service lets that pass.
  package let operation: String
  package let scopes: [String]
  package let method: String
  /// Without the query.
  package let path: String
  package let parameters: [String: String]
  package let source: String
  /// Unix seconds.
  package let now: Int64

  package init(
    principal: Principal?, service: String, operation: String, scopes: [String], method: String,
    path: String, parameters: [String: String], source: String, now: Int64
  ) {
    self.principal = principal
    self.service = service
    self.operation = operation
    self.scopes = scopes
    self.method = method
    self.path = path
    self.parameters = parameters
    self.source = source
    self.now = now
  }
}

/// What the policies say.
package struct PolicyVerdict: Hashable, Sendable {
  package let isAllowed: Bool
  /// The policies that determined it, by id.
  package let policies: [String]
  /// Why it was denied, in words for the one who asked.
  package let explanation: String
  /// What the policies in shadow would have changed, if anything.
  package let shadow: ShadowOutcome?
  /// What the policies were told about the workload.
  package let workload: WorkloadFacts?

  package init(
    isAllowed: Bool, policies: [String], explanation: String, shadow: ShadowOutcome? = nil,
    workload: WorkloadFacts? = nil
  ) {
    self.isAllowed = isAllowed
    self.policies = policies
    self.explanation = explanation
    self.shadow = shadow
    self.workload = workload
  }
}
