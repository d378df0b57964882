import Audit
import Authorization
package import Credentials
import Distribution
package import Enrollment
import Issuance
import JOSE
package import SPIFFE
package import X509

/// Issues SVIDs to workloads whose evidence earns them.
package struct SVIDIssuer: Sendable {
  let keeper: WorldKeeper
  let ring: KeyRing
  let authority: CertificateAuthority
  let ledger: IssuanceLedger
  let audit: any AuditTrail
  let timing: Timing
  let random: RandomSource
  let lifetimes: Lifetimes
  let serverName: String
  let refusals = RefusalQuota()

  /// An identity that some evidence earns.
  package struct Identity: Hashable, Sendable {
    package let id: SPIFFEID
    package let workload: String

    package init(id: SPIFFEID, workload: String) {
      self.id = id
      self.workload = workload
    }
  }

  package struct IssuedX509SVID: Sendable {
    /// DER, leaf first, then the intermediate.
    package let chain: [[UInt8]]
    package let serial: String
    package let expiresAt: Instant
  }

  package struct IssuedJWTSVID: Sendable {
    package let token: Redacted<String>
    package let expiresAt: Instant
  }

  /// The identities that the evidence earns now, by workload name. A refusal by policy is recorded.
  package func identities(for evidence: Evidence) async throws -> [Identity] {
    let world = self.keeper.current
    var identities: [Identity] = []
    for workload in world.workloads.workloads(earnedBy: evidence)
    where world.suspensions[workload.id] == nil {
      let decision = try self.decide(workload.id, evidence, world)
      if decision.isAllowed {
        identities.append(Identity(id: workload.id, workload: workload.name))
      } else {
        try await self.recordRefusal(workload.id, evidence, decision, world)
      }
    }
    return identities
  }

  /// A certificate for a key that the workload holds.
  /// - Throws: `IssueRefusal` when the evidence does not earn the identity any more.
  package func issueX509SVID(
    for identity: Identity, publicKey: Certificate.PublicKey, evidence: Evidence
  ) async throws -> IssuedX509SVID {
    let grant = try await self.grant(identity, evidence)
    let issuer = try self.authority.signingAuthority()
    var random = self.random
    let notAfter = self.lifetimes.leafExpiry(
      now: grant.now.seconds, issuerExpiry: issuer.notAfter)
    let notBefore = max(grant.now.seconds - self.lifetimes.backdating, issuer.notBefore)
    let certificate = try X509SVIDTemplate(
      id: identity.id, publicKey: publicKey, serial: CertificateSerial(using: &random),
      validity: CertificateValidity(notBefore: notBefore, notAfter: notAfter)
    ).signed(by: issuer.authority)
    let serial = certificate.serialNumberHexadecimal
    try await self.record(
      grant, kind: .x509SVID, id: try CredentialID(serial),
      digest: certificate.tbsCertificateDigest,
      keyID: issuer.authority.certificate.serialNumberHexadecimal, expiresAt: notAfter,
      audience: [])
    return IssuedX509SVID(
      chain: [try certificate.derEncoded(), try issuer.authority.certificate.derEncoded()],
      serial: serial, expiresAt: Instant(seconds: notAfter))
  }

  /// A token for an audience.
  package func issueJWTSVID(
    for identity: Identity, audience: [String], evidence: Evidence
  ) async throws -> IssuedJWTSVID {
    let grant = try await self.grant(identity, evidence)
    var random = self.random
    let id = CredentialID(using: &random)
    let expiresAt = grant.now.seconds + self.lifetimes.jwtSVID
    let signer = try self.ring.activeSigner(.jwtSVID, in: grant.world)
    let claims = try JWTSVIDClaims(
      id: identity.id, audience: audience, issuedAt: grant.now.seconds, expiresAt: expiresAt,
      jwtID: id.description, issuer: "\(grant.world.issuer)/svid")
    let signed = try claims.signed(by: signer)
    try await self.record(
      grant, kind: .jwtSVID, id: id, digest: signed.signingInputDigest, keyID: signer.keyID,
      expiresAt: expiresAt, audience: audience)
    return IssuedJWTSVID(
      token: Redacted(signed.compact), expiresAt: Instant(seconds: expiresAt))
  }

  /// What an identity was found to be entitled to, and when.
  private struct Grant {
    let identity: Identity
    let evidence: Evidence
    let world: World
    let decision: PolicyDecision
    let now: Instant
  }

  private func grant(_ identity: Identity, _ evidence: Evidence) async throws -> Grant {
    if let cutoff = self.keeper.current.revocations.cutoff(for: identity.id) {
      try await self.timing.waitUntilAfter(second: cutoff)
    }
    let world = self.keeper.current
    try self.check(identity, evidence, world)
    let decision = try self.decide(identity.id, evidence, world)
    guard decision.isAllowed else {
      throw IssueRefusal(
        Reason(code: "policy-forbids", message: decision.explanation))
    }
    return Grant(
      identity: identity, evidence: evidence, world: world, decision: decision,
      now: self.timing.clock.now())
  }

  /// Control-plane identities are bound to a process by the agent; all others are earned.
  private func check(_ identity: Identity, _ evidence: Evidence, _ world: World) throws {
    guard identity.id.trustDomain == world.trustDomain else {
      throw IssueRefusal(
        Reason(code: "not-entitled", message: "the identity is of another trust domain"))
    }
    guard world.suspensions[identity.id] == nil else {
      throw IssueRefusal(
        Reason(
          code: "workload-suspended",
          message: "this workload was revoked; `gatehouse restore` lifts its suspension"))
    }
    if identity.id.segments.first == Workload.reservedPath { return }
    guard world.workloads.isEarned(identity.id, by: evidence) else {
      throw IssueRefusal(
        Reason(code: "not-entitled", message: "the evidence does not earn this identity"))
    }
  }

  private func decide(
    _ id: SPIFFEID, _ evidence: Evidence, _ world: World
  ) throws -> PolicyDecision {
    try world.authorization.mayIssueSVID(
      IssueQuestion(
        spiffeID: id.description, scopes: [], attestor: evidence.attestor, node: evidence.node,
        facts: evidence.facts, now: self.timing.clock.now().seconds))
  }

  /// Makes the issue durable, and makes sure that it was not revoked in the meantime.
  private func record(
    _ grant: Grant, kind: CredentialKind, id: CredentialID, digest: [UInt8], keyID: String,
    expiresAt: Int64, audience: [String]
  ) async throws {
    guard let digest = CredentialDigest(bytes: digest) else {
      throw AdministrationError(.unavailable, "a digest has a wrong length")
    }
    let entry = LedgerEntry(
      id: id, kind: kind, digest: digest, keyID: keyID, workload: grant.identity.id, parent: nil,
      evidence: grant.evidence, revision: grant.world.revision, issuedAt: grant.now.seconds,
      expiresAt: expiresAt)
    var decision = AuditEvent.Decision(.allow)
    decision.policies = grant.decision.policies
    decision.revision = grant.world.revision
    decision.reasons = ["evidence matches workload \(grant.identity.workload)"]
    decision.policyOutcome = .allow
    decision.shadow = grant.decision.shadow
    try await self.ledger.insert(
      entry, now: grant.now.seconds,
      recording: entry.event(
        time: grant.now, serverName: self.serverName, audience: audience, scopes: [],
        decision: decision, workloadFacts: grant.decision.workload, service: nil),
      in: self.audit)
    let world = self.keeper.current
    try self.check(grant.identity, grant.evidence, world)
    if let reason = world.revocations.revocation(
      of: .init(
        id: id, keyID: keyID, workload: grant.identity.id, issuedAt: grant.now.seconds))
    {
      throw IssueRefusal(reason)
    }
    if let reason = world.revocationSince(grant.world, of: grant.identity.id) {
      throw IssueRefusal(reason)
    }
  }

  private func recordRefusal(
    _ id: SPIFFEID, _ evidence: Evidence, _ decision: PolicyDecision, _ world: World
  ) async throws {
    let now = self.timing.clock.now()
    let (isWithin, suppressed) = self.refusals.admit(id.description, at: now)
    if !suppressed.isEmpty {
      try await self.audit.record(
        suppressed.map { $0.event("svid", serverName: self.serverName, now) })
    }
    guard isWithin else { return }
    var event = AuditEvent(
      type: .credentialRefused, time: now, actor: .init(kind: .server, id: self.serverName))
    event.workload = id.description
    event.evidence = evidence.eventFacts
    var outcome = AuditEvent.Decision(.deny)
    outcome.policies = decision.policies
    outcome.reasons = [decision.explanation] + decision.errors
    outcome.revision = world.revision
    outcome.policyOutcome = .deny
    outcome.shadow = decision.shadow
    event.workloadFacts = decision.workload
    event.issue = .init(service: nil, scopes: [])
    event.decision = outcome
    try await self.audit.record([event])
  }
}

/// Nothing is issued, and why.
package struct IssueRefusal: Error, Sendable, CustomStringConvertible {
  package let reason: Reason

  package init(_ reason: Reason) {
    self.reason = reason
  }

  package var description: String { self.reason.description }
}
