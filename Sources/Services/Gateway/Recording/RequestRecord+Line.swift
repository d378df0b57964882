import Audit
import Credentials
import HTTPMessages
import Inspection

/// The event of a request, written from the record: every request has one.
extension RequestRecord {
  /// The event as a line of the log: what `AuditEvent.encoded` writes of the same facts.
  func line(_ answer: Answer) -> [UInt8] {
    let line = self.line(answer, isShort: false)
    return line.count > Self.longestLine ? self.line(answer, isShort: true) : line
  }

  /// The log takes lines of a certain length; a path, and what a token carries, may be longer.
  private static let longestLine = 60_000

  private func line(_ answer: Answer, isShort: Bool) -> [UInt8] {
    let credential = self.facts.credential?.signed
    let subject = credential?.principal.description
    var line = AuditEventLine(
      type: answer.refusal == nil ? Self.allowed : Self.refused, time: self.arrival,
      actor: credential == nil ? .anonymous : .workload, id: subject ?? "anonymous",
      workload: subject)
    if let credential { Self.write(credential, isShort, to: &line) }
    let policyOutcome = self.facts.isPermittedByPolicy
    line.decision(
      answer.refusal == nil ? .allow : .deny, stage: answer.refusal?.stage.rawValue,
      reasons: self.reasons(answer), policies: self.facts.policies, revision: self.facts.revision,
      policyOutcome: policyOutcome.map { $0 ? .allow : .deny }, shadow: self.facts.policyShadow)
    self.write(answer, isShort, to: &line)
    if let workload = self.facts.workload { line.workloadFacts(workload) }
    return line.finish()
  }

  private static let allowed = EventType.requestAllowed.name
  private static let refused = EventType.requestRefused.name

  private static func write(
    _ credential: SignedCredential, _ isShort: Bool, to line: inout AuditEventLine
  ) {
    line.credential(
      id: credential.id.description, kind: credential.kind.rawValue,
      digest: .digest(credential.digest), keyID: credential.keyID,
      issuedAt: credential.issuedAt, expiresAt: credential.expiresAt,
      audience: isShort ? [] : credential.audience, scopes: isShort ? [] : credential.scopes,
      parent: nil)
  }

  private func write(_ answer: Answer, _ isShort: Bool, to line: inout AuditEventLine) {
    var method = self.head?.method.rawValue
    var path = isShort ? nil : self.head?.target.pathBytes
    if !self.isAuthenticated(answer) {
      // Nobody whom we know is to say how much is written.
      method = method.map { Self.clipped($0, to: 32) }
      path = path?.prefix(256)
    }
    line.request(
      id: self.requestID, traceID: self.traceID, service: self.facts.service,
      operation: self.facts.operation, method: method,
      path: path.map(AuditEventLine.Text.bytes), source: self.source,
      status: answer.status.map(Int64.init), bytesIn: Int64(clamping: answer.bytesIn),
      bytesOut: Int64(clamping: answer.bytesOut),
      upstreamMilliseconds: answer.upstreamMilliseconds)
  }

  private static func clipped(_ text: String, to bytes: Int) -> String {
    text.utf8.count <= bytes ? text : String(decoding: text.utf8.prefix(bytes), as: UTF8.self)
  }

  private func reasons(_ answer: Answer) -> [String] {
    var reasons: [String] = []
    if let refusal = answer.refusal {
      reasons.append(
        Reason(code: refusal.name, message: refusal.detail ?? refusal.title).description)
    }
    if let interruption = answer.interruption { reasons.append(interruption.description) }
    if !answer.notes.isEmpty { reasons += answer.notes.map(\.description) }
    for refusal in self.facts.shadowed {
      reasons.append("would-refuse \(refusal.code): \(refusal.detail ?? refusal.title)")
    }
    return reasons
  }
}
