package import SPIFFE

/// The registered workloads at one moment, ready to be asked.
package struct WorkloadRegistry: Sendable {
  private let byName: [String: Workload]
  private let byID: [SPIFFEID: Workload]
  private let ordered: [Workload]

  /// - Throws: `ManifestError` when two workloads claim one SPIFFE ID.
  package init(_ workloads: [Workload]) throws(ManifestError) {
    var byID: [SPIFFEID: Workload] = [:]
    for workload in workloads {
      if let other = byID.updateValue(workload, forKey: workload.id) {
        throw ManifestError(
          field: "spec.path",
          message: "workloads `\(other.name)` and `\(workload.name)` have the same path")
      }
    }
    self.byID = byID
    self.byName = Dictionary(
      workloads.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.ordered = workloads.sorted { $0.name < $1.name }
  }

  package var all: [Workload] { self.ordered }

  package func workload(named name: String) -> Workload? { self.byName[name] }

  package func workload(id: SPIFFEID) -> Workload? { self.byID[id] }

  /// The workloads whose identity the evidence earns on the server's embedded agent, by name.
  package func workloads(earnedBy evidence: Evidence) -> [Workload] {
    self.ordered.filter { $0.nodes.isEmpty && $0.isEarned(by: evidence) }
  }

  /// Whether the evidence earns this one identity on the server's embedded agent.
  package func isEarned(_ id: SPIFFEID, by evidence: Evidence) -> Bool {
    guard let workload = self.byID[id] else { return false }
    return workload.nodes.isEmpty && workload.isEarned(by: evidence)
  }
}
