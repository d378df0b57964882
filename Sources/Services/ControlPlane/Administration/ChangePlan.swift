import Audit
import Authorization
import Credentials
import Distribution
import Enrollment
import RecordStore
import SPIFFE

/// One record that is to be put or, without a value, deleted.
struct RecordEdit: Hashable, Sendable {
  let sort: RecordSort
  let name: String
  let value: [UInt8]?
}

/// What a change does to the records: the edits themselves, and the revocations that follow from
/// them. A workload that is deleted, or whose identity or evidence changes, loses what it has.
struct ChangePlan: Sendable {
  /// The kind of an item that stands for a report.
  private static let postureKind = "Posture"

  private let world: World
  private let image: RecordImage
  private let now: Instant
  private(set) var transaction = RecordTransaction()
  private(set) var items: [AppliedChange.Item] = []
  private(set) var events: [AuditEvent] = []
  /// The revocations among the edits, by the names of their records.
  private(set) var revocations: [String: RevocationRecord] = [:]

  init(world: World, image: RecordImage, now: Instant) {
    self.world = world
    self.image = image
    self.now = now
  }

  mutating func add(_ edits: [RecordEdit], by administrator: Administrator) throws {
    for edit in edits { try self.add(edit, by: administrator) }
    try self.forgetPosture(after: edits)
  }

  /// Takes over what was found of a workload's condition.
  mutating func add(_ findings: PostureFindings, by administrator: Administrator) throws {
    guard self.world.workloads.workload(id: findings.workload) != nil else {
      throw AdministrationError(
        .notFound,
        "no workload has the SPIFFE ID \(findings.workload); `gatehouse get workload` lists them")
    }
    let name = findings.workload.description
    let stored = self.image[RecordForm.posture, name]
    let older = try stored.map { try PostureRecord(bytes: $0.value) } ?? PostureRecord()
    let (newer, notes) = try findings.included(in: older)
    let action: AppliedChange.Item.Action =
      newer == older
      ? .unchanged
      : older.facts.isEmpty ? .created : newer.facts.isEmpty ? .deleted : .updated
    self.items.append(.init(kind: Self.postureKind, name: name, action: action, notes: notes))
    guard newer != older else { return }
    let key = try RecordKey(form: RecordForm.posture, name: name)
    if newer.facts.isEmpty {
      self.transaction.delete(key)
    } else {
      self.transaction.put(key, newer.bytes)
    }
    var event = AuditEvent(
      type: .recordChanged, time: self.now,
      actor: .init(kind: .administrator, id: administrator.description))
    event.workload = name
    event.subject = .init(
      kind: "posture", name: name, change: action.rawValue,
      reason: findings.names.joined(separator: ", "))
    self.events.append(event)
  }

  /// Holds the change to what administrators' changes must be, beyond making a world.
  ///
  /// - Throws: ``RejectedChange`` for policies that are not valid in the world that the change would
  ///   make, and ``AdministrationError`` where the administrator may not do this.
  mutating func accept(_ proposed: World, by administrator: Administrator) throws {
    let changed = self.items.filter {
      $0.kind == RecordSort.policy.rawValue && [.created, .updated].contains($0.action)
    }
    try ShadowRight.check(
      proposed.authorization.policies, changedFiles: Set(changed.map(\.name)),
      by: administrator)
    guard self.canAffectPolicies(proposed) else { return }
    try self.noteFindings(in: proposed)
  }

  /// A feed reports again and again what it reported before; policies are as valid as they were.
  private func canAffectPolicies(_ proposed: World) -> Bool {
    self.items.contains { $0.kind != Self.postureKind }
      || proposed.authorization.schema.text != self.world.authorization.schema.text
  }

  private mutating func noteFindings(in proposed: World) throws {
    let findings = try PolicyValidation.warnings(of: proposed)
    var named: Set<String> = []
    for index in self.items.indices where self.items[index].kind == RecordSort.policy.rawValue {
      let name = self.items[index].name
      named.insert(name)
      self.items[index].notes += (findings[name] ?? []).map(PolicyValidation.note)
    }
    // A forbid that never applies any more is a door that this change opens.
    let known = (try? PolicyValidation.warnings(of: self.world)) ?? [:]
    let new = findings.filter { !named.contains($0.key) }.sorted { $0.key < $1.key }
      .flatMap { file, findings in findings.filter { known[file]?.contains($0) != true } }
    let cause = self.items.firstIndex {
      $0.kind != RecordSort.policy.rawValue && $0.action != .unchanged
    }
    if let cause {
      self.items[cause].notes += new.map {
        "policy \($0.source ?? ""):\(PolicyValidation.note($0))"
      }
    }
  }

  /// What was found of a workload goes with it, unless another has its identity after the change.
  private mutating func forgetPosture(after edits: [RecordEdit]) throws {
    let touched = edits.filter { $0.sort == .workload }
    let names = Set(touched.map(\.name))
    let kept = Set(
      self.world.workloads.all.filter { !names.contains($0.name) }.map(\.id)
        + touched.compactMap { self.workload(of: $0)?.id })
    for edit in touched {
      guard let id = self.world.workloads.workload(named: edit.name)?.id, !kept.contains(id),
        self.image[RecordForm.posture, id.description] != nil
      else { continue }
      self.transaction.delete(try RecordKey(form: RecordForm.posture, name: id.description))
    }
  }

  private mutating func add(_ edit: RecordEdit, by administrator: Administrator) throws {
    let stored = self.image[edit.sort.form, edit.name]
    guard edit.value != stored?.value else {
      self.items.append(self.item(edit, .unchanged, notes: self.warnings(of: edit)))
      return
    }
    let key = try RecordKey(form: edit.sort.form, name: edit.name)
    let action: AppliedChange.Item.Action
    if let value = edit.value {
      self.transaction.put(key, value)
      action = stored == nil ? .created : .updated
    } else {
      self.transaction.delete(key)
      action = .deleted
    }
    let notes = try self.revoke(edit, by: administrator)
    self.items.append(self.item(edit, action, notes: notes + self.warnings(of: edit)))
    self.events.append(self.event(edit, action, by: administrator))
  }

  private mutating func revoke(
    _ edit: RecordEdit, by administrator: Administrator
  ) throws -> [String] {
    guard edit.sort == .workload, let older = self.world.workloads.workload(named: edit.name)
    else { return [] }
    let newer = self.workload(of: edit)
    if edit.value != nil {
      // A spec that cannot be read is reported with all others when the world is built.
      guard let newer, newer.changesIdentity(of: older) else { return [] }
    }
    let reason = newer == nil ? "the workload was deleted" : "the workload's registration changed"
    // A suspension stays: only `restore` lifts it, not deleting and applying once more.
    let name = "workload:\(older.id)"
    let earlier = try self.image[RecordForm.revocation, name].map {
      try RevocationRecord(bytes: $0.value)
    }
    let record = RevocationRecord(
      subject: .workload(older.id), cutoff: max(self.now.seconds, earlier?.cutoff ?? .min),
      credentials: earlier?.credentials ?? [], reason: reason, by: administrator.description,
      time: self.now)
    self.revocations[name] = record
    self.transaction.put(try RecordKey(form: RecordForm.revocation, name: name), record.bytes)
    self.events.append(self.revocationEvent(older.id, reason, administrator))
    return ["everything issued to \(older.id) up to now is refused"]
  }

  private func workload(of edit: RecordEdit) -> Workload? {
    guard edit.sort == .workload, let value = edit.value else { return nil }
    return try? Workload(
      name: edit.name, spec: try ManifestRecord(bytes: value).spec,
      trustDomain: self.world.trustDomain)
  }

  private func warnings(of edit: RecordEdit) -> [String] {
    guard let workload = self.workload(of: edit),
      !workload.evidence.allSatisfy(\.namesUser)
    else { return [] }
    return ["evidence names no user: every user who can run the program earns this identity"]
  }

  private func item(
    _ edit: RecordEdit, _ action: AppliedChange.Item.Action, notes: [String] = []
  ) -> AppliedChange.Item {
    .init(kind: edit.sort.rawValue, name: edit.name, action: action, notes: notes)
  }

  private func event(
    _ edit: RecordEdit, _ action: AppliedChange.Item.Action, by administrator: Administrator
  ) -> AuditEvent {
    var event = AuditEvent(
      type: .recordChanged, time: self.now,
      actor: .init(kind: .administrator, id: administrator.description))
    event.subject = .init(kind: edit.sort.rawValue, name: edit.name, change: action.rawValue)
    return event
  }

  private func revocationEvent(
    _ id: SPIFFEID, _ reason: String, _ administrator: Administrator
  ) -> AuditEvent {
    var event = AuditEvent(
      type: .credentialRevoked, time: self.now,
      actor: .init(kind: .administrator, id: administrator.description))
    event.workload = id.description
    event.subject = .init(
      kind: "workload", name: id.description, change: "revoked", reason: reason)
    return event
  }
}
