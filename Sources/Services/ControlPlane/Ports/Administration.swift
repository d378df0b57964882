package import SPIFFE

/// What administrators can ask of the control plane.
package protocol Administration: Sendable {
  /// - Throws: `RejectedChange` when anything is wrong with any part; then nothing took effect.
  func apply(
    _ change: ProposedChange, by administrator: Administrator
  ) async throws -> AppliedChange
  /// Every record of a sort by name, or the named one.
  func records(_ sort: RecordSort, named name: String?) async throws -> [StoredRecord]
  func delete(
    _ sort: RecordSort, named name: String, by administrator: Administrator
  ) async throws -> AppliedChange
  /// Takes over what was found of a workload's condition.
  func report(
    _ posture: PostureReport, by administrator: Administrator
  ) async throws -> AppliedChange
}

/// Taking back what was granted.
package protocol RevocationAuthority: Sendable {
  func revoke(
    _ request: RevocationRequest, by administrator: Administrator
  ) async throws -> RevocationOutcome
  /// Lifts a workload's suspension; what was issued before the revocation stays refused.
  func restore(
    _ workload: SPIFFEID, by administrator: Administrator
  ) async throws -> AppliedChange
}

/// What an operator wants to know.
package protocol Observation: Sendable {
  /// - Parameter query: a request id, trace id, `jti`, serial or digest.
  func trace(_ query: String) async throws -> Trace?
  func status() async throws -> Status
  /// Brings every event that happened so far into the logs, the gateways' included.
  func flush() async throws
}
