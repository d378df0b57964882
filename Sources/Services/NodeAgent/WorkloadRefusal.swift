package import Credentials

/// Why a call of the Workload API gets no answer.
package struct WorkloadRefusal: Error, Hashable, CustomStringConvertible {
  /// What the caller may make of it (SPIFFE Workload API, section 5.3).
  package enum Kind: Hashable, Sendable {
    /// The caller has no identity, or not the one that it asked for.
    case permissionDenied
    /// The request can never succeed as it is.
    case invalidArgument
    /// The caller may try again later.
    case unavailable
  }

  package let kind: Kind
  package let reason: Reason

  package init(_ kind: Kind, code: String, message: String) {
    self.init(kind, Reason(code: code, message: message))
  }

  package init(_ kind: Kind, _ reason: Reason) {
    self.kind = kind
    self.reason = reason
  }

  package var description: String { self.reason.description }
}

extension WorkloadRefusal {
  static let noIdentity = WorkloadRefusal(
    .permissionDenied, code: "no-identity",
    message: "no registered workload matches this process: `gatehouse get workloads` lists them")

  static let ownUser = WorkloadRefusal(
    .permissionDenied, code: "own-user",
    message: "this process runs as the agent's own user, which proves nothing: run the workload as "
      + "a user of its own")

  static let notEntitled = WorkloadRefusal(
    .permissionDenied, code: "identity-not-entitled",
    message: "this process is not entitled to the SPIFFE ID that it asked for")

  static let issuerUnavailable = WorkloadRefusal(
    .unavailable, code: "issuer-unavailable",
    message: "identities cannot be issued at the moment: try again")
}
