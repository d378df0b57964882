package import Credentials
package import SPIFFE

/// What an administrator's feed found of a workload's condition.
package struct PostureReport: Sendable {
  package var workload: SPIFFEID
  /// New values by name; nil takes a fact back.
  package var facts: [String: String?]
  /// When they were found; nil stands for the moment of the report.
  package var observedAt: Instant?

  package init(workload: SPIFFEID, facts: [String: String?], observedAt: Instant?) {
    self.workload = workload
    self.facts = facts
    self.observedAt = observedAt
  }
}
