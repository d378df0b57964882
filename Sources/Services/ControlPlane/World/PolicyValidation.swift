import Authorization

/// Holds policies to the schema of the world that they are about.
///
/// Only what administrators change is held to it. A server that starts and a gateway go on with what
/// was once accepted, because a new reading of a policy is no reason to be without all of them.
enum PolicyValidation {
  /// - Returns: what somebody should look at, by the name of the file.
  /// - Throws: ``RejectedChange`` with every policy that speaks of what cannot be.
  static func warnings(of world: World) throws(RejectedChange) -> [String: [PolicyFinding]] {
    let findings = try self.findings(in: world.authorization)
    let problems = findings.filter { $0.severity == .error }.map { finding in
      RejectedChange.Problem(
        kind: RecordSort.policy.rawValue, name: finding.source ?? finding.policyID,
        location: finding.location, message: finding.text)
    }
    guard problems.isEmpty else { throw RejectedChange(problems: problems) }
    return Dictionary(grouping: findings, by: { $0.source ?? "" })
  }

  /// `line:column: policy: what`.
  static func note(_ finding: PolicyFinding) -> String {
    "\(finding.location): \(finding.text)"
  }

  private static func findings(
    in model: AuthorizationModel
  ) throws(RejectedChange) -> [PolicyFinding] {
    do {
      return try PolicyLint.findings(in: model)
    } catch {
      throw RejectedChange(problems: [
        .init(
          kind: RecordSort.policy.rawValue, name: "all", location: "",
          message: "the schema of this world cannot be read: \(error)")
      ])
    }
  }
}
