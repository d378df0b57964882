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

  /// What policies are told of the call, or as much of it as they can read.
  func context(_ workload: WorkloadFacts, _ use: CallContextUse) -> CedarRecord {
    // In the order of the names, so that nobody has to sort them.
    var context: [(String, CedarValue)] = []
    if use.contains(.environment) { context.append(("environment", .string(workload.environment))) }
    if use.contains(.now) { context.append(("now", .long(self.now))) }
    if use.contains(.posture) { context.append(("posture", workload.posture(at: self.now))) }
    if !use.isDisjoint(with: .request) { context.append(("request", .record(self.request(use)))) }
    if use.contains(.scopes) {
      context.append(("scopes", .set(Set(self.scopes.map(CedarValue.string)))))
    }
    if use.contains(.tenant) { context.append(("tenant", .string(workload.tenant))) }
    return CedarRecord(keepingLast: context)
  }

  private func request(_ use: CallContextUse) -> CedarRecord {
    var request: [(String, CedarValue)] = []
    if use.contains(.method) { request.append(("method", .string(self.method))) }
    if use.contains(.parameters) {
      let parameters = CedarRecord(self.parameters.mapValues(CedarValue.string))
      request.append(("parameters", .record(parameters)))
    }
    if use.contains(.path) { request.append(("path", .string(self.path))) }
    if use.contains(.source) { request.append(("source", .string(self.source))) }
    return CedarRecord(keepingLast: request)
  }
}

extension AuthorizationModel {
  /// Whether a call may be made: needs a permit.
  package func mayCall(_ question: CallQuestion) throws -> PolicyDecision {
    let caller = try self.calls.caller(question.spiffeID)
    let use = self.calls.use
    return self.decide(
      LocatedRequest(
        principal: caller.entity, action: self.calls.action,
        resource: try self.calls.operation(question.operation, of: question.service),
        context: use.isEmpty
          ? CedarRecord() : question.context(caller.facts ?? Self.nothingKnown, use)),
      caller.facts)
  }

  /// What `mayCall` asks, with all that policies could be told.
  package func question(_ question: CallQuestion) throws -> PolicyQuestion {
    let caller = try self.calls.caller(question.spiffeID)
    return PolicyQuestion(
      request: Request(
        principal: caller.entity.uid, action: self.calls.action.uid,
        resource: try self.calls.operation(question.operation, of: question.service).uid,
        context: question.context(caller.facts ?? Self.nothingKnown, .all)),
      isPermittedUnlessForbidden: false, workload: caller.facts)
  }

  private static let nothingKnown = WorkloadFacts()
}
