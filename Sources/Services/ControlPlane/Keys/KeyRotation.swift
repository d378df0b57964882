import Audit
import Credentials
import Distribution
import Issuance
package import RecordStore

/// Keeps both sets of JWT signing keys in the state that their schedule wants.
struct KeyRotation: Sendable {
  let keeper: WorldKeeper
  let ring: KeyRing
  let audit: any AuditTrail
  let clock: any WallClock
  let random: RandomSource
  let lifetimes: Lifetimes
  let serverName: String

  /// Carries out what is due.
  func run() async throws {
    for set in SigningKeyRecord.KeySet.allCases {
      while try await self.step(set) {}
    }
    try self.ring.open(self.keeper.image, world: self.keeper.current)
  }

  /// One step of one set; `false` when nothing is due.
  private func step(_ set: SigningKeyRecord.KeySet) async throws -> Bool {
    let now = self.clock.now()
    let schedule = KeySchedule(lifetimes: self.lifetimes, longestCredential: 3600)
    let (_, events) = try await self.keeper.change { world, _, transaction in
      let keys = world.signingKeys.filter { $0.value.set == set }
      let actions = schedule.actions(for: Self.scheduled(keys), now: now.seconds)
      var events: [AuditEvent] = []
      for action in actions {
        events += try self.carryOut(action, set: set, keys: keys, now: now, &transaction)
      }
      return events
    }
    guard !events.isEmpty else { return false }
    try await self.audit.record(events)
    return true
  }

  private func carryOut(
    _ action: KeyScheduleAction, set: SigningKeyRecord.KeySet, keys: [String: SigningKeyRecord],
    now: Instant, _ transaction: inout RecordTransaction
  ) throws -> [AuditEvent] {
    switch action {
    case .create(let phase):
      var random = self.random
      let keyID = CredentialID(using: &random).description
      let key = try self.ring.create(keyID: keyID, set: set)
      let record = SigningKeyRecord(
        set: set, phase: phase.rawValue, since: now.seconds, jwk: key.jwk)
      transaction.put(try RecordKey(form: RecordForm.signingKey, name: keyID), record.bytes)
      transaction.put(try RecordKey(form: RecordForm.sealedKey, name: keyID), key.sealed)
      return [self.event(.keyCreated, keyID, set, now)]
    case .activate(let keyID):
      try Self.move(keyID, to: .active, keys, now, &transaction)
      return [self.event(.keyActivated, keyID, set, now)]
    case .retire(let keyID):
      try Self.move(keyID, to: .retired, keys, now, &transaction)
      return [self.event(.keyRetired, keyID, set, now)]
    case .remove(let keyID):
      transaction.delete(try RecordKey(form: RecordForm.signingKey, name: keyID))
      transaction.delete(try RecordKey(form: RecordForm.sealedKey, name: keyID))
      return [self.event(.keyRemoved, keyID, set, now)]
    }
  }

  private static func move(
    _ keyID: String, to phase: ScheduledKey.Phase, _ keys: [String: SigningKeyRecord],
    _ now: Instant, _ transaction: inout RecordTransaction
  ) throws {
    guard var record = keys[keyID] else { return }
    record.phase = phase.rawValue
    record.since = now.seconds
    transaction.put(try RecordKey(form: RecordForm.signingKey, name: keyID), record.bytes)
  }

  private static func scheduled(_ keys: [String: SigningKeyRecord]) -> [ScheduledKey] {
    keys.compactMap { keyID, record in
      ScheduledKey.Phase(rawValue: record.phase).map {
        ScheduledKey(keyID: keyID, phase: $0, since: record.since)
      }
    }
  }

  private func event(
    _ type: EventType, _ keyID: String, _ set: SigningKeyRecord.KeySet, _ now: Instant
  ) -> AuditEvent {
    var event = AuditEvent(
      type: type, time: now, actor: .init(kind: .server, id: self.serverName))
    event.subject = .init(kind: set.rawValue, name: keyID, change: type.name)
    return event
  }
}

extension RecordKey {
  /// The key of a record of one of our kinds.
  package init(form: String, name: String) throws {
    guard let kind = RecordKind(rawValue: form) else {
      throw UnreadableRecord("`\(form)` is not a kind of record")
    }
    try self.init(kind: kind, name: name)
  }
}
