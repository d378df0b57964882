import Authorization
import CedarPolicy

/// Holds policies to the schema of the world that they are about.
///
/// Only what administrators change is held to it. A server that starts and a gateway go on with what
/// was once accepted, because a new reading of a policy is no reason to be without all of them.
enum PolicyValidation {
  /// - Returns: what somebody should look at, by the name of the file.
  /// - Throws: ``RejectedChange`` with every policy that speaks of what cannot be.
  static func warnings(of world: World) throws(RejectedChange) -> [String: [PolicyFinding]] {
    let findings = PolicyLint.findings(
      in: world.authorization.policies, schema: try self.schema(of: world.authorization),
      model: world.authorization)
    let problems = findings.filter { $0.severity == .error }.map { finding in
      RejectedChange.Problem(
        kind: RecordSort.policy.rawValue, name: finding.source ?? finding.policyID,
        location: finding.location, message: self.text(finding))
    }
    guard problems.isEmpty else { throw RejectedChange(problems: problems) }
    return Dictionary(grouping: findings, by: { $0.source ?? "" })
  }

  /// `line:column: policy: what`.
  static func note(_ finding: PolicyFinding) -> String {
    "\(finding.location): \(self.text(finding))"
  }

  private static func schema(
    of model: AuthorizationModel
  ) throws(RejectedChange) -> Schema {
    do {
      return try model.schema.schema()
    } catch {
      throw RejectedChange(problems: [
        .init(
          kind: RecordSort.policy.rawValue, name: "all", location: "",
          message: "the schema of this world cannot be read: \(error)")
      ])
    }
  }

  private static func text(_ finding: PolicyFinding) -> String {
    "`\(finding.policyID)`: \(finding.message)" + (finding.hint.map { "; \($0)" } ?? "")
  }
}
