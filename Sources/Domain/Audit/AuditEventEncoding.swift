import Credentials
import StrictJSON

/// The line of an event, written without making a JSON value first: every request has one.
extension AuditEvent {
  /// The event as one line of JSON, without a line break: what `json` says, in its order.
  package func encoded() -> [UInt8] {
    var line = JSONStreamWriter()
    line.member("type", self.type.name)
    line.member("time", self.time.description)
    line.member("actor") {
      $0.member("kind", self.actor.kind.rawValue)
      $0.member("id", self.actor.id)
    }
    line.member("workload", self.workload)
    if let credential { line.member("credential") { credential.write(to: &$0) } }
    if let evidence { line.member("evidence", evidence.json) }
    if let decision { line.member("decision") { decision.write(to: &$0) } }
    if let request { line.member("request") { request.write(to: &$0) } }
    if let subject { line.member("subject", subject.json) }
    if let facts = self.workloadFacts { line.member("workloadFacts") { facts.write(to: &$0) } }
    if let issue { line.member("issue", issue.json) }
    return line.finish()
  }
}

extension AuditEvent.CredentialFacts {
  fileprivate func write(to line: inout JSONStreamWriter) {
    line.member("id", self.id)
    line.member("kind", self.kind)
    line.member("digest", self.digest)
    line.member("keyId", self.keyID)
    line.member("issuedAt", self.issuedAt)
    line.member("expiresAt", self.expiresAt)
    if !self.audience.isEmpty { line.member("audience", self.audience) }
    if !self.scopes.isEmpty { line.member("scopes", self.scopes) }
    line.member("parent", self.parent)
  }
}

extension AuditEvent.Decision {
  fileprivate func write(to line: inout JSONStreamWriter) {
    line.member("outcome", self.outcome.rawValue)
    line.member("stage", self.stage)
    if !self.reasons.isEmpty { line.member("reasons", self.reasons) }
    if !self.policies.isEmpty { line.member("policies", self.policies) }
    line.member("revision", self.revision)
    line.member("policyOutcome", self.policyOutcome?.rawValue)
    if let shadow { line.member("shadow", shadow.json) }
  }
}

extension AuditEvent.RequestFacts {
  fileprivate func write(to line: inout JSONStreamWriter) {
    line.member("requestId", self.requestID)
    line.member("traceId", self.traceID)
    line.member("service", self.service)
    line.member("operation", self.operation)
    line.member("method", self.method)
    line.member("path", self.path)
    line.member("source", self.source)
    line.member("status", self.status)
    line.member("bytesIn", self.bytesIn)
    line.member("bytesOut", self.bytesOut)
    line.member("upstreamMilliseconds", self.upstreamMilliseconds)
  }
}

extension WorkloadFacts {
  fileprivate func write(to line: inout JSONStreamWriter) {
    // Few workloads have more than these, and what has it is written the long way.
    guard self.posture.isEmpty else {
      for (name, value) in self.json.members { line.member(named: name, value) }
      return
    }
    line.member("owner", self.owner)
    line.member("environment", self.environment)
    line.member("kind", self.kind)
    if !self.tenant.isEmpty { line.member("tenant", self.tenant) }
    if !self.groups.isEmpty { line.member("groups", self.groups.sorted()) }
  }
}
