import Audit
package import Credentials

/// Records why processes were given no identity, so many a minute: a process that asks without end
/// cannot fill the log.
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
    let (isWithin, suppressed) = self.quota.admit(at: now)
    var events: [AuditEvent] = []
    if let suppressed {
      events.append(suppressed.event("attestation", serverName: self.serverName, now))
    }
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
