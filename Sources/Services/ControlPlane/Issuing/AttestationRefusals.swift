import Audit
package import Credentials

/// Records why processes were given no identity, so many a minute for each user: a process that asks
/// without end cannot fill the log, nor keep others' refusals out of it.
package final class AttestationRefusals: Sendable {
  private let audit: any AuditTrail
  private let timing: Timing
  private let serverName: String
  private let quota = RefusalQuota()

  init(audit: any AuditTrail, timing: Timing, serverName: String) {
    self.audit = audit
    self.timing = timing
    self.serverName = serverName
  }

  package func record(_ reason: Reason, facts: [String: Set<String>], node: String) async throws {
    let now = self.timing.clock.now()
    let (isWithin, suppressed) = self.quota.admit(facts["uid"]?.first.map { "uid:\($0)" }, at: now)
    var events = suppressed.map { $0.event("attestation", serverName: self.serverName, now) }
    if isWithin {
      var event = AuditEvent(
        type: .attestationRefused, time: now, actor: .init(kind: .server, id: self.serverName))
      event.evidence = .init(
        attestor: "unix", node: node, facts: facts.mapValues { $0.sorted() })
      var decision = AuditEvent.Decision(.deny)
      decision.reasons = [reason.description]
      event.decision = decision
      events.append(event)
    }
    if !events.isEmpty { try await self.audit.record(events) }
  }
}
