import CedarPolicy
import Credentials

/// May this workload have a credential? Asked before a token exists.
package struct IssueQuestion: Sendable {
  package var spiffeID: String
  package var scopes: [String]
  package var attestor: String
  package var node: String
  /// The attested facts; each has one value or more.
  package var facts: [String: Set<String>]
  /// Unix seconds.
  package var now: Int64

  package init(
    spiffeID: String, scopes: [String], attestor: String, node: String,
    facts: [String: Set<String>], now: Int64
  ) {
    self.spiffeID = spiffeID
    self.scopes = scopes
    self.attestor = attestor
    self.node = node
    self.facts = facts
    self.now = now
  }

  func context(_ workload: WorkloadFacts) -> CedarRecord {
    var evidence: [String: CedarValue] = [:]
    for (name, values) in self.facts {
      evidence[name] =
        values.count == 1 && !Self.manyValued.contains(name)
        ? .string(values.first ?? "") : .set(Set(values.map(CedarValue.string)))
    }
    // Last, so that no fact that somebody attested takes their place.
    evidence["attestor"] = .string(self.attestor)
    evidence["node"] = .string(self.node)
    var context: [String: CedarValue] = [
      "scopes": .set(Set(self.scopes.map(CedarValue.string))),
      "evidence": .record(CedarRecord(evidence)),
      "now": .long(self.now),
    ]
    for (name, value) in workload.context(at: self.now) { context[name] = value }
    return CedarRecord(context)
  }

  /// Facts that are sets even when they happen to have one value, so that a policy can rely on it.
  private static let manyValued: Set<String> = ["supplementary_gid", "supplementary_group"]
}

extension AuthorizationModel {
  /// Whether an access token for a service may be issued: needs a permit.
  package func mayIssueToken(
    _ question: IssueQuestion, for service: String
  ) throws -> PolicyDecision {
    self.decide(try self.tokenQuestion(question, for: service))
  }

  /// Whether a matching workload keeps its SVIDs: only a `forbid` takes them away.
  package func mayIssueSVID(_ question: IssueQuestion) throws -> PolicyDecision {
    self.decide(try self.svidQuestion(question))
  }

  package func tokenQuestion(
    _ question: IssueQuestion, for service: String
  ) throws -> PolicyQuestion {
    try self.question(
      question, resource: Vocabulary.service(service), isPermittedUnlessForbidden: false)
  }

  package func svidQuestion(_ question: IssueQuestion) throws -> PolicyQuestion {
    try self.question(
      question, resource: Vocabulary.trustDomain(self.trustDomain),
      isPermittedUnlessForbidden: true)
  }

  private func question(
    _ question: IssueQuestion, resource: EntityUID, isPermittedUnlessForbidden: Bool
  ) throws -> PolicyQuestion {
    let workload = self.facts(of: question.spiffeID)
    return PolicyQuestion(
      request: Request(
        principal: try Vocabulary.workload(question.spiffeID),
        action: try Vocabulary.action("issue"), resource: resource,
        context: question.context(workload ?? WorkloadFacts())),
      isPermittedUnlessForbidden: isPermittedUnlessForbidden, workload: workload)
  }
}
