import Audit
package import Credentials
package import HTTPMessages
package import Inspection

/// What is known of a request from its arrival on, until its answer completes it.
package struct RequestRecord: Sendable {
  package let requestID: String
  package let arrival: Instant
  package let source: String
  /// `nil` when no head could be read.
  package let head: RequestHead?
  package let traceID: String?
  package internal(set) var facts = InspectionFacts()

  /// How the gateway answered.
  package struct Answer: Sendable {
    package var status: Int?
    package var bytesIn: UInt64 = 0
    package var bytesOut: UInt64 = 0
    package var upstreamMilliseconds: Int64?
    /// `nil` when the exchange ended before an answer began; `refusal` is `nil` for the service's own response.
    package var refusal: Refusal?
    /// Why the exchange ended before its end, if it did.
    package var interruption: Reason?
    /// What else is to be known of the decision.
    package var notes: [Reason] = []

    package init(status: Int?) {
      self.status = status
    }
  }

  func event(_ answer: Answer) -> AuditEvent {
    let isAllowed = answer.refusal == nil
    var event = AuditEvent(
      type: isAllowed ? .requestAllowed : .requestRefused, time: self.arrival, actor: self.actor)
    event.workload = self.facts.credential?.principal.description
    event.workloadFacts = self.facts.workload
    event.credential = self.facts.credential.map(Self.credential)
    event.request = self.request(answer)
    var decision = AuditEvent.Decision(isAllowed ? .allow : .deny)
    decision.stage = answer.refusal?.stage.rawValue
    decision.reasons = self.reasons(answer)
    decision.policies = self.facts.policies
    decision.revision = self.facts.revision
    decision.policyOutcome = self.facts.isPermittedByPolicy.map { $0 ? .allow : .deny }
    decision.shadow = self.facts.policyShadow
    event.decision = decision
    return event
  }

  /// Whether a credential was accepted; one that is revoked is not.
  func isAuthenticated(_ answer: Answer) -> Bool {
    self.facts.credential != nil && answer.refusal?.stage != .credential
  }

  private var actor: AuditEvent.Actor {
    guard let credential = self.facts.credential else {
      return .init(kind: .anonymous, id: "anonymous")
    }
    return .init(kind: .workload, id: credential.principal.description)
  }

  private func reasons(_ answer: Answer) -> [String] {
    var reasons: [String] = []
    if let refusal = answer.refusal {
      reasons.append(
        Reason(code: refusal.name, message: refusal.detail ?? refusal.title).description)
    }
    if let interruption = answer.interruption { reasons.append(interruption.description) }
    reasons += answer.notes.map(\.description)
    for refusal in self.facts.shadowed {
      reasons.append("would-refuse \(refusal.code): \(refusal.detail ?? refusal.title)")
    }
    return reasons
  }

  private func request(_ answer: Answer) -> AuditEvent.RequestFacts {
    var request = AuditEvent.RequestFacts(requestID: self.requestID)
    request.traceID = self.traceID
    request.service = self.facts.service
    request.operation = self.facts.operation
    request.method = self.head?.method.rawValue
    request.path = self.head?.target.path
    if !self.isAuthenticated(answer) {
      // Nobody whom we know is to say how much is written.
      request.method = request.method.map { Self.clipped($0, to: 32) }
      request.path = request.path.map { Self.clipped($0, to: 256) }
    }
    request.source = self.source
    request.status = answer.status.map(Int64.init)
    request.bytesIn = Int64(clamping: answer.bytesIn)
    request.bytesOut = Int64(clamping: answer.bytesOut)
    request.upstreamMilliseconds = answer.upstreamMilliseconds
    return request
  }

  private static func clipped(_ text: String, to bytes: Int) -> String {
    String(decoding: text.utf8.prefix(bytes), as: UTF8.self)
  }

  private static func credential(_ credential: VerifiedCredential) -> AuditEvent.CredentialFacts {
    var facts = AuditEvent.CredentialFacts(
      id: credential.id.description, kind: credential.kind.rawValue)
    facts.digest = credential.digest.description
    facts.keyID = credential.keyID
    facts.issuedAt = credential.issuedAt
    facts.expiresAt = credential.expiresAt
    facts.audience = credential.audience
    facts.scopes = credential.scopes
    return facts
  }
}
