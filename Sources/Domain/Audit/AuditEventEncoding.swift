import Credentials

/// The line of an event, written without making a JSON value first.
extension AuditEvent {
  /// The event as one line of JSON, without a line break: what `json` says, in its order.
  package func encoded() -> [UInt8] {
    var line = AuditEventLine(
      type: self.type.name, time: self.time, actor: self.actor.kind, id: self.actor.id,
      workload: self.workload)
    if let credential { credential.write(to: &line) }
    if let evidence { line.evidence(evidence) }
    if let decision { decision.write(to: &line) }
    if let request { request.write(to: &line) }
    if let subject { line.subject(subject) }
    if let facts = self.workloadFacts { line.workloadFacts(facts) }
    if let issue { line.issue(issue) }
    return line.finish()
  }
}

extension AuditEvent.CredentialFacts {
  fileprivate func write(to line: inout AuditEventLine) {
    line.credential(
      id: self.id, kind: self.kind, digest: self.digest.map(AuditEventLine.Text.text),
      keyID: self.keyID, issuedAt: self.issuedAt, expiresAt: self.expiresAt,
      audience: self.audience, scopes: self.scopes, parent: self.parent)
  }
}

extension AuditEvent.Decision {
  fileprivate func write(to line: inout AuditEventLine) {
    line.decision(
      self.outcome, stage: self.stage, reasons: self.reasons, policies: self.policies,
      revision: self.revision, policyOutcome: self.policyOutcome, shadow: self.shadow)
  }
}

extension AuditEvent.RequestFacts {
  fileprivate func write(to line: inout AuditEventLine) {
    line.request(
      id: self.requestID, traceID: self.traceID, service: self.service, operation: self.operation,
      method: self.method, path: self.path.map(AuditEventLine.Text.text), source: self.source,
      status: self.status, bytesIn: self.bytesIn, bytesOut: self.bytesOut,
      upstreamMilliseconds: self.upstreamMilliseconds)
  }
}
