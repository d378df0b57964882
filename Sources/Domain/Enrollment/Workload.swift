package import Credentials
package import SPIFFE

/// A registered non-human identity.
package struct Workload: Hashable, Sendable {
  /// The manifest's name: unique, and what commands refer to.
  package let name: String
  package let id: SPIFFEID
  /// A team or person who answers for it.
  package let owner: String
  package let purpose: String
  package let environment: String
  /// What sort of workload it is, `workload` unless the manifest says otherwise.
  package let kind: String
  /// On whose behalf it works, where several share an installation; empty where nobody says.
  package let tenant: String
  package let groups: [String]
  /// Node groups that it may run in; empty means only the server's embedded agent.
  package let nodes: [String]
  /// Any one of these earns the identity.
  package let evidence: [EvidenceRule]

  package init(
    name: String, id: SPIFFEID, owner: String, purpose: String, environment: String, kind: String,
    tenant: String = "", groups: [String], nodes: [String], evidence: [EvidenceRule]
  ) {
    self.name = name
    self.id = id
    self.owner = owner
    self.purpose = purpose
    self.environment = environment
    self.kind = kind
    self.tenant = tenant
    self.groups = groups
    self.nodes = nodes
    self.evidence = evidence
  }

  /// What policies are told about the workload.
  package func facts(posture: [PostureFact]) -> WorkloadFacts {
    WorkloadFacts(
      owner: self.owner, environment: self.environment, kind: self.kind, tenant: self.tenant,
      groups: self.groups, posture: posture)
  }

  /// Whether any one of the rules is satisfied.
  package func isEarned(by evidence: Evidence) -> Bool {
    self.evidence.contains { $0.isSatisfied(by: evidence) }
  }

  /// Whether a credential issued under the older registration says something that no longer holds:
  /// another name, or other evidence.
  package func changesIdentity(of older: Workload) -> Bool {
    self.id != older.id || self.evidence != older.evidence || self.nodes != older.nodes
  }
}
