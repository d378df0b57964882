package import Credentials
import StrictJSON

/// The line of an event on its way into a log: a JSON object, member by member. It alone knows the names
/// of an event's members and their order within a part; the parts are written in the order of the
/// functions here.
package struct AuditEventLine: ~Copyable, Sendable {
  /// A text, as it is at hand.
  package enum Text: Sendable {
    case text(String)
    /// UTF-8.
    case bytes(ArraySlice<UInt8>)
    /// Hexadecimal digits.
    case digest(CredentialDigest)
  }

  private var line = JSONStreamWriter()

  package init(
    type: String, time: Instant, actor: AuditEvent.Actor.Kind, id: String, workload: String?
  ) {
    self.line.member("type", type)
    self.line.member(time: time)
    self.line.member("actor") {
      $0.member("kind", actor.rawValue)
      $0.member("id", id)
    }
    self.line.member("workload", workload)
  }

  package mutating func credential(
    id: String, kind: String, digest: Text?, keyID: String?, issuedAt: Int64?, expiresAt: Int64?,
    audience: [String], scopes: [String], parent: String?
  ) {
    self.line.member("credential") {
      $0.member("id", id)
      $0.member("kind", kind)
      $0.member("digest", digest)
      $0.member("keyId", keyID)
      $0.member("issuedAt", issuedAt)
      $0.member("expiresAt", expiresAt)
      if !audience.isEmpty { $0.member("audience", audience) }
      if !scopes.isEmpty { $0.member("scopes", scopes) }
      $0.member("parent", parent)
    }
  }

  mutating func evidence(_ evidence: AuditEvent.EvidenceFacts) {
    self.line.member("evidence", evidence.json)
  }

  package mutating func decision(
    _ outcome: AuditEvent.Decision.Outcome, stage: String?, reasons: [String], policies: [String],
    revision: Int64?, policyOutcome: AuditEvent.Decision.Outcome?, shadow: ShadowOutcome?
  ) {
    self.line.member("decision") {
      $0.member("outcome", outcome.rawValue)
      $0.member("stage", stage)
      if !reasons.isEmpty { $0.member("reasons", reasons) }
      if !policies.isEmpty { $0.member("policies", policies) }
      $0.member("revision", revision)
      $0.member("policyOutcome", policyOutcome?.rawValue)
      if let shadow { $0.member("shadow", shadow.json) }
    }
  }

  package mutating func request(
    id: String, traceID: String?, service: String?, operation: String?, method: String?,
    path: Text?, source: String?, status: Int64?, bytesIn: Int64?, bytesOut: Int64?,
    upstreamMilliseconds: Int64?
  ) {
    self.line.member("request") {
      $0.member("requestId", id)
      $0.member("traceId", traceID)
      $0.member("service", service)
      $0.member("operation", operation)
      $0.member("method", method)
      $0.member("path", path)
      $0.member("source", source)
      $0.member("status", status)
      $0.member("bytesIn", bytesIn)
      $0.member("bytesOut", bytesOut)
      $0.member("upstreamMilliseconds", upstreamMilliseconds)
    }
  }

  mutating func subject(_ subject: AuditEvent.Subject) {
    self.line.member("subject", subject.json)
  }

  package mutating func workloadFacts(_ facts: WorkloadFacts) {
    self.line.member("workloadFacts") {
      // Few workloads have more than these, and what has it is written the long way.
      guard facts.posture.isEmpty else {
        for (name, value) in facts.json.members { $0.member(named: name, value) }
        return
      }
      $0.member("owner", facts.owner)
      $0.member("environment", facts.environment)
      $0.member("kind", facts.kind)
      if !facts.tenant.isEmpty { $0.member("tenant", facts.tenant) }
      if !facts.groups.isEmpty { $0.member("groups", facts.groups.sorted()) }
    }
  }

  mutating func issue(_ issue: AuditEvent.IssueFacts) { self.line.member("issue", issue.json) }

  package consuming func finish() -> [UInt8] { self.line.finish() }
}

extension JSONStreamWriter {
  fileprivate mutating func member(time: Instant) {
    guard time.hasCommonText else { return self.member("time", time.description) }
    self.member("time", room: Instant.textLength) { time.write(to: $0) ?? 0 }
  }

  fileprivate mutating func member(_ name: StaticString, _ text: AuditEventLine.Text?) {
    switch text {
    case .text(let text): self.member(name, text)
    case .bytes(let bytes): self.member(name, utf8: bytes)
    case .digest(let digest):
      self.member(name, room: CredentialDigest.textLength) { digest.write(to: $0) }
    case nil: break
    }
  }
}
