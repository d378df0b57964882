/// What a request goes through, in this order; the first stage that refuses answers.
///
/// The operation is looked up before the credential is, because only an operation can be open to
/// anonymous callers; its own refusal is answered in its place in this list. The limits of a source stand
/// where they cost least: requests under way in `RequestIntake`, before a host is looked up; failed
/// credentials in `CredentialCheck`, before a signature.
package enum Stage: String, Hashable, Sendable, CaseIterable {
  /// Is this one request, with one reading? 400, 408, 414, 431, 501, 505.
  case framing
  /// Is there a service under this host and path? 404; 421 when it does not belong to the TLS name.
  case host
  /// Has this source asked too often? 429.
  case sourceLimit = "source-limit"
  /// Who asks, and does that still hold? 401; 400 for two tokens; 503 when nobody can know.
  case credential
  /// Has this workload asked too often? 429.
  case identityLimit = "identity-limit"
  /// Does the contract know this operation? 404, 405.
  case operation
  /// Does the credential carry what the operation needs? 403.
  case scope
  /// Is the request what the contract describes? 413, 415, 400.
  case contract
  /// Do the policies permit it, right now? 403.
  case policy
  /// Can it be recorded, and does the service answer? 502, 503, 504.
  case forward
}

extension Stage {
  /// The stages that a service may relax.
  package static let relaxable: [Stage] = [.operation, .scope, .contract, .policy]
}

/// How a stage that a service may turn off is applied. The others are always enforced.
package enum Enforcement: String, Hashable, Sendable, CaseIterable {
  case enforcing
  /// What would have been refused is recorded, and goes on.
  case shadow
  case off
}
