import Audit
import Authorization
import Credentials
import Distribution
import Enrollment
import Issuance
import JOSE
package import OAuth
import OpenAPIContract
import SPIFFE

/// Turns a JWT-SVID into an access token for one service (RFC 8693).
package struct TokenExchange: TokenIssuing {
  let keeper: WorldKeeper
  let ring: KeyRing
  let documents: Publications
  let ledger: IssuanceLedger
  let audit: any AuditTrail
  let timing: Timing
  let random: RandomSource
  let serverName: String
  let senders: SenderProofs
  let refusals = RefusalQuota()
  let subjectRefusals = RefusalQuota()

  package func proofNonce() -> String? {
    self.senders.nonce(at: self.timing.clock.now().seconds)
  }

  package func exchange(
    _ request: TokenExchangeRequest, from sender: TokenSender
  ) async throws(OAuthError) -> TokenResponse {
    do {
      let subject = try self.subject(of: request)
      do {
        return try await self.issue(request, to: subject, from: sender)
      } catch let refusal as TokenRefusal {
        throw await self.record(refusal, of: subject, denial: nil)
      } catch let denial as PolicyDenial {
        throw await self.record(denial.refusal, of: subject, denial: denial)
      }
    } catch let refusal as TokenRefusal {
      throw await self.recordUnauthenticated(refusal)
    } catch let error as OAuthError {
      throw error
    } catch {
      throw OAuthError(.serverError, "the token could not be issued; nothing left the server")
    }
  }

  private func subject(of request: TokenExchangeRequest) throws -> Subject {
    guard request.subjectTokenType == .jwt else {
      throw TokenRefusal.invalidRequest(
        Reason(
          code: "subject-token-type",
          message: "the subject token must be a JWT-SVID, of type \(TokenType.jwt.rawValue)"))
    }
    return try self.verify(request.subjectToken)
  }

  private func issue(
    _ request: TokenExchangeRequest, to subject: Subject, from sender: TokenSender
  ) async throws -> TokenResponse {
    if let cutoff = self.keeper.current.revocations.cutoff(for: subject.svid.id) {
      try await self.timing.waitUntilAfter(second: cutoff)
    }
    let world = self.keeper.current
    try Self.check(subject.svid.id, subject.entry, world)
    let now = self.timing.clock.now()
    let grant = try Self.grant(request, world, now: now.seconds)
    let confirmation = try await self.senders.confirmation(
      of: sender, subject: subject.svid.id, issuer: world.issuer,
      bundles: try self.documents.bundles(of: world), at: now.seconds)
    try Self.check(confirmation, meets: grant.target.service, world)
    let decision = try self.decide(subject, grant, world, now: now)
    return try await self.sign(subject, grant, confirmation, decision, world, now: now)
  }

  /// A subject token that verified, and what is known of its issue.
  private struct Subject: Sendable {
    let svid: VerifiedJWTSVID
    let entry: LedgerEntry
  }

  private func verify(_ token: BearerToken) throws -> Subject {
    let world = self.keeper.current
    let outcome = UnverifiedJWTSVID(token: token.secret).verify(
      bundles: try self.documents.bundles(of: world), audience: world.issuer,
      at: self.timing.clock.now().seconds, leeway: 0)
    guard let svid = outcome.verified else {
      throw TokenRefusal.invalidRequest(
        Reason(
          code: "subject-token-invalid",
          message: outcome.refusal?.message ?? "the subject token was refused"))
    }
    guard svid.audience == [world.issuer] else {
      throw TokenRefusal.invalidRequest(
        Reason(
          code: "subject-token-audience",
          message: "the subject token must have the issuer as its only audience"))
    }
    guard let id = svid.jwtID.flatMap({ try? CredentialID($0) }), let entry = self.ledger[id],
      entry.digest.bytes == svid.digest
    else {
      throw TokenRefusal.invalidRequest(
        Reason(
          code: "subject-token-unknown",
          message: "the subject token is not one that this server issued"))
    }
    return Subject(svid: svid, entry: entry)
  }

  private static func check(_ id: SPIFFEID, _ entry: LedgerEntry, _ world: World) throws {
    if let reason = world.revocations.revocation(
      of: .init(id: entry.id, keyID: entry.keyID, workload: id, issuedAt: entry.issuedAt))
    {
      throw TokenRefusal.invalidRequest(reason)
    }
    guard world.workloads.workload(id: id) != nil else {
      throw TokenRefusal.invalidRequest(
        Reason(code: "workload-unknown", message: "the subject is not a registered workload"))
    }
    guard world.suspensions[id] == nil else {
      throw TokenRefusal.invalidRequest(
        Reason(code: "workload-suspended", message: "the subject is suspended"))
    }
  }

  private static func grant(
    _ request: TokenExchangeRequest, _ world: World, now: Int64
  ) throws -> TokenGrant {
    guard let entry = world.service(audience: request.target.description) else {
      throw TokenRefusal.invalidTarget(
        Reason(code: "target-unknown", message: "no service has this audience"))
    }
    let target = TokenTarget(
      service: entry.service.name, audience: entry.service.audience,
      declaredScopes: Set(entry.contract.declaredScopes),
      tokenLifetime: entry.service.tokenLifetime)
    return try TokenGrant(
      target: target, scopes: (request.scopes ?? ScopeSet()).map(\.description), now: now)
  }

  /// A service that demands proof of possession gets no token without it: it would be refused there.
  private static func check(
    _ confirmation: Confirmation?, meets service: String, _ world: World
  ) throws {
    let constraint = world.services[service]?.service.senderConstraint ?? .required
    let (isMet, wanted) =
      switch constraint {
      case .none: (true, "")
      case .required:
        (confirmation != nil, "send a DPoP proof, or a client certificate over mutual TLS")
      case .dpop: (confirmation?.key != nil, "send a DPoP proof")
      case .mutualTLS:
        (confirmation?.certificate != nil, "use the token endpoint over mutual TLS")
      }
    guard isMet else {
      throw TokenRefusal.invalidRequest(
        Reason(
          code: "sender-constraint",
          message: "tokens for service `\(service)` must be bound to their sender: \(wanted)"))
    }
  }

  private func decide(
    _ subject: Subject, _ grant: TokenGrant, _ world: World, now: Instant
  ) throws -> PolicyDecision {
    let evidence = subject.entry.evidence
    let decision = try world.authorization.mayIssueToken(
      IssueQuestion(
        spiffeID: subject.svid.id.description, scopes: grant.scopes,
        attestor: evidence.attestor, node: evidence.node, facts: evidence.facts,
        now: now.seconds),
      for: grant.target.service)
    guard decision.isAllowed else {
      throw PolicyDenial(
        refusal: .invalidScope(Reason(code: "policy-denies", message: decision.explanation)),
        decision: decision, asked: .init(service: grant.target.service, scopes: grant.scopes))
    }
    return decision
  }

  private struct PolicyDenial: Error {
    let refusal: TokenRefusal
    let decision: PolicyDecision
    let asked: AuditEvent.IssueFacts
  }

  private func sign(
    _ subject: Subject, _ grant: TokenGrant, _ confirmation: Confirmation?,
    _ decision: PolicyDecision, _ world: World, now: Instant
  ) async throws -> TokenResponse {
    var random = self.random
    let id = CredentialID(using: &random)
    let signer = try self.ring.activeSigner(.accessToken, in: world)
    let scopes = ScopeSet(try grant.scopes.map { try Scope(parsing: $0) })
    let claims = AccessTokenClaims(
      issuer: world.issuer, subject: subject.svid.id.description,
      clientID: subject.svid.id.description,
      audience: try Audience(parsing: grant.target.audience), scopes: scopes,
      issuedAt: grant.issuedAt, notBefore: grant.issuedAt, expiresAt: grant.expiresAt,
      jwtID: id.description, confirmation: confirmation)
    let signed = try claims.signed(by: signer)
    guard let digest = CredentialDigest(bytes: signed.signingInputDigest) else {
      throw OAuthError(.serverError, "a digest has a wrong length")
    }
    let entry = LedgerEntry(
      id: id, kind: .accessToken, digest: digest, keyID: signer.keyID,
      workload: subject.svid.id, parent: subject.entry.id, evidence: subject.entry.evidence,
      revision: world.revision, issuedAt: grant.issuedAt, expiresAt: grant.expiresAt)
    try await self.record(entry, grant, decision, world, now: now)
    return TokenResponse(
      accessToken: try BearerToken(signed.compact),
      expiresIn: grant.expiresAt - grant.issuedAt, scopes: scopes,
      scheme: confirmation?.key == nil ? .bearer : .dpop)
  }

  /// Durable before it leaves, and looked at once more afterwards: a revocation may have come.
  private func record(
    _ entry: LedgerEntry, _ grant: TokenGrant, _ decision: PolicyDecision, _ world: World,
    now: Instant
  ) async throws {
    var outcome = AuditEvent.Decision(.allow)
    outcome.policies = decision.policies
    outcome.revision = world.revision
    outcome.policyOutcome = .allow
    outcome.shadow = decision.shadow
    try await self.ledger.insert(
      entry, now: now.seconds,
      recording: entry.event(
        time: now, serverName: self.serverName, audience: [grant.target.audience],
        scopes: grant.scopes, decision: outcome, workloadFacts: decision.workload,
        service: grant.target.service),
      in: self.audit)
    let latest = self.keeper.current
    try Self.check(entry.workload, entry, latest)
    if let parent = entry.parent.flatMap({ self.ledger[$0] }) {
      try Self.check(entry.workload, parent, latest)
    }
    if let reason = latest.revocationSince(world, of: entry.workload) {
      throw TokenRefusal.invalidRequest(reason)
    }
  }

  /// Somebody whom the subject token proved to be who he is was refused. A workload gone bad can ask
  /// without end too.
  private func record(
    _ refusal: TokenRefusal, of subject: Subject, denial: PolicyDenial?
  ) async -> OAuthError {
    let now = self.timing.clock.now()
    let (isWithin, suppressed) = self.subjectRefusals.admit(
      subject.svid.id.description, at: now)
    var events = suppressed.map { $0.event("token", serverName: self.serverName, now) }
    if isWithin { events.append(self.event(refusal, of: subject, denial: denial)) }
    return await self.answer(refusal, recording: events)
  }

  private func event(
    _ refusal: TokenRefusal, of subject: Subject, denial: PolicyDenial?
  ) -> AuditEvent {
    var event = self.event(refusal)
    if let denial {
      event.decision?.policies = denial.decision.policies
      event.decision?.policyOutcome = .deny
      event.decision?.shadow = denial.decision.shadow
      event.workloadFacts = denial.decision.workload
      event.issue = denial.asked
    }
    event.workload = subject.svid.id.description
    event.evidence = subject.entry.evidence.eventFacts
    var facts = AuditEvent.CredentialFacts(
      id: subject.entry.id.description, kind: subject.entry.kind.rawValue)
    facts.digest = subject.entry.digest.description
    facts.keyID = subject.entry.keyID
    event.credential = facts
    return event
  }

  /// Anybody can be refused without end, so these have a quota.
  private func recordUnauthenticated(_ refusal: TokenRefusal) async -> OAuthError {
    let now = self.timing.clock.now()
    let (isWithin, suppressed) = self.refusals.admit(at: now)
    var events = suppressed.map { $0.event("token", serverName: self.serverName, now) }
    if isWithin { events.append(self.event(refusal)) }
    return await self.answer(refusal, recording: events)
  }

  private func event(_ refusal: TokenRefusal) -> AuditEvent {
    var event = AuditEvent(
      type: .credentialRefused, time: self.timing.clock.now(),
      actor: .init(kind: .server, id: self.serverName))
    var decision = AuditEvent.Decision(.deny)
    decision.reasons = [refusal.reason.description]
    decision.revision = self.keeper.current.revision
    event.decision = decision
    return event
  }

  private func answer(
    _ refusal: TokenRefusal, recording events: [AuditEvent]
  ) async -> OAuthError {
    do {
      if !events.isEmpty { try await self.audit.record(events) }
    } catch {
      return OAuthError(.serverError, "the refusal could not be recorded")
    }
    return OAuthError(refusal.code, refusal.reason.message)
  }
}

extension TokenRefusal {
  fileprivate var reason: Reason {
    switch self {
    case .invalidTarget(let reason), .invalidScope(let reason), .invalidRequest(let reason),
      .invalidProof(let reason):
      reason
    }
  }

  fileprivate var code: OAuthError.Code {
    switch self {
    case .invalidTarget: .invalidTarget
    case .invalidScope: .invalidScope
    case .invalidRequest: .invalidRequest
    case .invalidProof: .invalidDPoPProof
    }
  }
}
