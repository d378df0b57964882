import Audit
import Credentials
import Distribution
import Enrollment
import RecordStore
package import SPIFFE

/// Takes back what was issued, and tells every gateway before it says so.
package struct Revocation: RevocationAuthority {
  let keeper: WorldKeeper
  let ledger: IssuanceLedger
  let roster: GatewayRoster
  let rotation: KeyRotation
  let authority: CertificateAuthority
  let audit: any AuditTrail
  let timing: Timing
  let random: RandomSource

  package func revoke(
    _ request: RevocationRequest, by administrator: Administrator
  ) async throws -> RevocationOutcome {
    let now = self.timing.clock.now()
    var random = self.random
    let id = "\(now.seconds)-\(CredentialID(using: &random))"
    let (_, first) = try await self.keeper.change { world, image, transaction in
      let record = try self.record(request, world, now: now, by: administrator)
      transaction.put(try RecordKey(form: RecordForm.revocation, name: id), record.bytes)
      try self.followUp(record, image, &transaction)
      return record
    }
    var record = first
    var failure: (any Error)?
    do {
      record = try await self.completed(first, id: id)
      try await self.replaceKey(request.target)
    } catch let error {
      // The revocation is in force all the same, and the log has to know of it.
      failure = error
    }
    var events = [self.event(.credentialRevoked, record, administrator)]
    if case .key = request.target { events.append(self.event(.keyRevoked, record, administrator)) }
    try await self.audit.record(events)
    if let failure { throw failure }
    let gateways = await self.roster.acknowledgement(
      of: self.keeper.current.revision, within: RecordAdministration.patienceMilliseconds,
      timing: self.timing)
    return RevocationOutcome(
      id: id, time: now, credentials: record.credentials.map(\.description), gateways: gateways)
  }

  package func restore(
    _ workload: SPIFFEID, by administrator: Administrator
  ) async throws -> AppliedChange {
    let now = self.timing.clock.now()
    let event = Self.restoration(of: workload, by: administrator, now)
    let recording = ChangeRecording(audit: self.audit, clock: self.timing.clock)
    let (revision, name) = try await self.keeper.change { world, _, transaction in
      guard world.suspensions[workload] != nil else {
        throw AdministrationError(.notFound, "\(workload) is not suspended")
      }
      transaction.delete(
        try RecordKey(form: RecordForm.suspension, name: workload.description))
      return world.workloads.workload(id: workload)?.name
    } beforeCommit: { _ in
      try await recording.announce([event])
    } notCommitted: { _, error in
      try await recording.takeBack([event], because: error)
    }
    let gateways = await self.roster.acknowledgement(
      of: revision, within: RecordAdministration.patienceMilliseconds, timing: self.timing)
    return AppliedChange(
      items: [
        .init(
          kind: "Workload", name: name ?? workload.description, action: .updated,
          notes: ["no longer suspended; what was revoked stays refused"])
      ],
      revision: revision, gateways: gateways)
  }

  private static func restoration(
    of workload: SPIFFEID, by administrator: Administrator, _ now: Instant
  ) -> AuditEvent {
    var event = AuditEvent(
      type: .credentialRestored, time: now,
      actor: .init(kind: .administrator, id: administrator.description))
    event.workload = workload.description
    event.subject = .init(kind: "workload", name: workload.description, change: "restored")
    return event
  }

  private func replaceKey(_ target: RevocationRequest.Target) async throws {
    guard case .key = target else { return }
    try await self.rotation.run()
    try await self.authority.run()
  }

  private func completed(_ record: RevocationRecord, id: String) async throws -> RevocationRecord {
    let committed = max(record.cutoff, self.timing.clock.now().seconds)
    return try await RevocationCompletion(keeper: self.keeper).complete(record, named: id) {
      self.reach(of: $0, upTo: committed)
    }
  }

  /// The credentials that are refused by their identifier: those that neither a key nor a cut-off
  /// covers, and whatever was exchanged from them.
  ///
  /// The cut-off is older than the commit: what a workload got in between, or while the clock was
  /// ahead, is named one by one.
  private func reach(of record: RevocationRecord, upTo second: Int64) -> [CredentialID] {
    switch record.subject {
    case .credential(let id): self.ledger.descendants(of: id)
    case .node(let node): self.ledger.issued(through: node, upTo: second)
    case .workload(let id): self.ledger.issued(to: id, after: record.cutoff)
    case .key(let keyID): self.ledger.exchanged(fromKey: keyID)
    case .issuedBefore: self.ledger.exchanged(fromIssuedUpTo: record.cutoff)
    }
  }

  private func check(keyID: String, in world: World) throws {
    guard world.authorities[keyID] == nil else {
      throw AdministrationError(
        .invalid,
        "\(keyID) is a root of the trust domain, which cannot be revoked yet: name the "
          + "key of a token or of an intermediate")
    }
    guard
      world.signingKeys[keyID] != nil || self.authority.isCurrent(keyID)
        || self.ledger.holds(keyID: keyID)
    else {
      throw AdministrationError(
        .notFound, "no key `\(keyID)` signs anything here, and nothing that it signed is valid")
    }
  }

  private func record(
    _ request: RevocationRequest, _ world: World, now: Instant, by administrator: Administrator
  ) throws -> RevocationRecord {
    var record = RevocationRecord(
      subject: .issuedBefore, cutoff: now.seconds, credentials: [], reason: request.reason,
      by: administrator.description, time: now)
    switch request.target {
    case .credential(let id):
      record.subject = .credential(id)
    case .workload(let id):
      guard id.trustDomain == world.trustDomain, !id.isTrustDomainID else {
        throw AdministrationError(
          .invalid, "\(id) is not a workload of trust domain \(world.trustDomain)")
      }
      record.subject = .workload(id)
    case .node(let node):
      record.subject = .node(node)
    case .key(let keyID):
      try self.check(keyID: keyID, in: world)
      record.subject = .key(keyID)
    case .issuedBefore(let instant):
      guard instant <= now else {
        throw AdministrationError(
          .invalid, "the time to revoke up to lies in the future; name one up to now")
      }
      record.cutoff = instant.seconds
    }
    record.credentials = self.reach(of: record, upTo: record.cutoff)
    if case .node(let node) = request.target, record.credentials.isEmpty {
      throw AdministrationError(
        .notFound, "nothing that is still valid was issued through a node `\(node)`")
    }
    return record
  }

  /// What belongs to a revocation in the same transaction.
  private func followUp(
    _ record: RevocationRecord, _ image: RecordImage, _ transaction: inout RecordTransaction
  ) throws {
    switch record.subject {
    case .workload(let id):
      let suspension = SuspensionRecord(
        reason: record.reason, by: record.by, time: record.time.description)
      transaction.put(
        try RecordKey(form: RecordForm.suspension, name: id.description), suspension.bytes)
    case .key(let keyID):
      guard let stored = image[RecordForm.signingKey, keyID] else { return }
      var key = try SigningKeyRecord(bytes: stored.value)
      key.phase = "revoked"
      key.since = record.cutoff
      transaction.put(try RecordKey(form: RecordForm.signingKey, name: keyID), key.bytes)
      transaction.delete(try RecordKey(form: RecordForm.sealedKey, name: keyID))
    case .credential, .node, .issuedBefore: return
    }
  }

  private func event(
    _ type: EventType, _ record: RevocationRecord, _ administrator: Administrator
  ) -> AuditEvent {
    var event = AuditEvent(
      type: type, time: record.time,
      actor: .init(kind: .administrator, id: administrator.description))
    if case .workload(let id) = record.subject { event.workload = id.description }
    if case .credential(let id) = record.subject {
      event.credential = AuditEvent.CredentialFacts(
        id: id.description, kind: self.ledger[id]?.kind.rawValue ?? "unknown")
    }
    event.subject = .init(
      kind: record.kind, name: record.subjectText, change: "revoked", reason: record.reason)
    return event
  }
}
