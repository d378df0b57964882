import CedarPolicy
import Credentials

/// May this request go through, right now?
package struct CallQuestion: Sendable {
  /// `nil` for a caller without a credential.
  package var spiffeID: String?
  package var service: String
  package var operation: String
  package var scopes: [String]
  package var method: String
  /// Without the query.
  package var path: String
  package var parameters: [String: String]
  package var source: String
  /// Unix seconds.
  package var now: Int64

  package init(
    spiffeID: String?, service: String, operation: String, scopes: [String], method: String,
    path: String, parameters: [String: String], source: String, now: Int64
  ) {
    self.spiffeID = spiffeID
    self.service = service
    self.operation = operation
    self.scopes = scopes
    self.method = method
    self.path = path
    self.parameters = parameters
    self.source = source
    self.now = now
  }

  func context(_ workload: WorkloadFacts) -> CedarRecord {
    var context: [String: CedarValue] = [
      "scopes": .set(Set(self.scopes.map(CedarValue.string))),
      "request": .record([
        "method": .string(self.method),
        "path": .string(self.path),
        "parameters": .record(CedarRecord(self.parameters.mapValues(CedarValue.string))),
        "source": .string(self.source),
      ]),
      "now": .long(self.now),
    ]
    for (name, value) in workload.context(at: self.now) { context[name] = value }
    return CedarRecord(context)
  }
}

extension AuthorizationModel {
  /// Whether a call may be made: needs a permit.
  package func mayCall(_ question: CallQuestion) throws -> PolicyDecision {
    self.decide(try self.question(question))
  }

  package func question(_ question: CallQuestion) throws -> PolicyQuestion {
    let principal =
      try question.spiffeID.map { try Vocabulary.workload(self.entityName(of: $0)) }
      ?? Vocabulary.anonymous()
    let workload = question.spiffeID.flatMap(self.facts)
    return PolicyQuestion(
      request: Request(
        principal: principal, action: try Vocabulary.action("call"),
        resource: try Vocabulary.operation(question.operation, of: question.service),
        context: question.context(workload ?? WorkloadFacts())),
      isPermittedUnlessForbidden: false, workload: workload)
  }
}
