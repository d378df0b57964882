package import StrictJSON

/// A manifest or a policy as it is stored.
package struct StoredRecord: Sendable {
  /// `Workload`, `Service` or `Policy`.
  package var kind: String
  package var name: String
  package var revision: Int64
  /// The spec as it was applied; empty for a policy.
  package var spec: JSONObject
  /// A service's contract or a policy's Cedar text.
  package var text: String?
  /// What is derived and worth seeing: `spiffeId`, `suspended`, `posture`.
  package var status: JSONObject

  package init(
    kind: String, name: String, revision: Int64, spec: JSONObject, text: String?, status: JSONObject
  ) {
    self.kind = kind
    self.name = name
    self.revision = revision
    self.spec = spec
    self.text = text
    self.status = status
  }
}

/// The kinds that `get` and `delete` know.
package enum RecordSort: String, CaseIterable, Sendable {
  case workload = "Workload"
  case service = "Service"
  case policy = "Policy"
}
