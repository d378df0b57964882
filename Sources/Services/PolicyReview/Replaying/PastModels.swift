import Authorization
import Credentials

/// Policies over the world as it was at each of several decisions: a workload may have had other groups
/// and another posture then.
struct PastModels {
  private let present: AuthorizationModel
  private var past: AuthorizationModel
  private var facts: [String: WorkloadFacts] = [:]

  init(_ model: AuthorizationModel) {
    self.present = model
    self.past = model
  }

  /// The model in which a workload is what it was at the decision.
  ///
  /// Making one costs as much as starting with new policies, so one serves for every decision until
  /// a workload has changed.
  mutating func model(for decision: RecordedDecision) throws -> AuthorizationModel {
    guard let workload = decision.workload, let wanted = decision.facts else { return self.past }
    let known = self.facts[workload] ?? self.present.facts(of: workload)
    guard known != wanted else { return self.past }
    self.facts[workload] = wanted
    self.past = try self.present.replacingFacts(self.facts)
    return self.past
  }
}
