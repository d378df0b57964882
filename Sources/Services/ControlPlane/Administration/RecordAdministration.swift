import Audit
import Authorization
import Credentials
import Distribution
import Enrollment
import Issuance
import RecordStore
import SPIFFE
import StrictJSON

/// Changes and shows workloads, services and policies.
package struct RecordAdministration: Administration {
  let keeper: WorldKeeper
  let ledger: IssuanceLedger
  let roster: GatewayRoster
  let audit: any AuditTrail
  let timing: Timing

  package func apply(
    _ change: ProposedChange, by administrator: Administrator
  ) async throws -> AppliedChange {
    try Self.refuseRepeats(change)
    let edits = Self.edits(change)
    return try await self.carryOut(isDryRun: change.isDryRun, by: administrator) { plan, image in
      let edits = change.prunes ? edits + Self.pruning(edits, image) : edits
      try plan.add(edits, by: administrator)
    }
  }

  package func delete(
    _ sort: RecordSort, named name: String, by administrator: Administrator
  ) async throws -> AppliedChange {
    try await self.carryOut(isDryRun: false, by: administrator) { plan, image in
      guard image[sort.form, name] != nil else {
        throw AdministrationError(
          .notFound, "there is no \(sort.rawValue) `\(name)`; `gatehouse get` lists what is there")
      }
      try plan.add([RecordEdit(sort: sort, name: name, value: nil)], by: administrator)
    }
  }

  package func report(
    _ posture: PostureReport, by administrator: Administrator
  ) async throws -> AppliedChange {
    let now = self.timing.clock.now()
    let facts = try PostureFindings(posture, now: now)
    return try await self.carryOut(isDryRun: false, by: administrator) { plan, _ in
      try plan.add(facts, by: administrator)
    }
  }

  package func records(_ sort: RecordSort, named name: String?) async throws -> [StoredRecord] {
    try await self.keeper.refresh()
    let (world, image) = (self.keeper.current, self.keeper.image)
    var records: [StoredRecord] = []
    for (recordName, stored) in image.all(sort.form) where name == nil || name == recordName {
      let record = try ManifestRecord(bytes: stored.value)
      records.append(
        StoredRecord(
          kind: sort.rawValue, name: recordName, revision: stored.revision, spec: record.spec,
          text: record.text, status: Self.status(sort, recordName, world)))
    }
    guard name == nil || !records.isEmpty else {
      throw AdministrationError(.notFound, "there is no \(sort.rawValue) `\(name ?? "")`")
    }
    return records
  }

  private func carryOut(
    isDryRun: Bool, by administrator: Administrator,
    _ fill: @Sendable (inout ChangePlan, RecordImage) throws -> Void
  ) async throws -> AppliedChange {
    if isDryRun {
      try await self.keeper.refresh()
      let (world, image) = (self.keeper.current, self.keeper.image)
      var plan = ChangePlan(world: world, image: image, now: self.timing.clock.now())
      try fill(&plan, image)
      let proposed = try WorldBuilder.build(image.applying(plan.transaction))
      try plan.accept(proposed, by: administrator)
      let reach = try proposed.authorization.reachChange(
        since: world.authorization, limit: Self.reachLimit)
      return AppliedChange(
        items: plan.items, revision: image.revision, gateways: .init(), reach: reach)
    }
    let recording = ChangeRecording(audit: self.audit, clock: self.timing.clock)
    let (revision, plan) = try await self.keeper.change { world, image, transaction in
      var plan = ChangePlan(world: world, image: image, now: self.timing.clock.now())
      try fill(&plan, image)
      transaction = plan.transaction
      return plan
    } accepting: { proposed, plan in
      try plan.accept(proposed, by: administrator)
    } beforeCommit: { plan in
      try await recording.announce(plan.events)
    } notCommitted: { plan, error in
      try await recording.takeBack(plan.events, because: error)
    }
    try await self.complete(plan.revocations, committedAt: revision)
    let gateways = await self.roster.acknowledgement(
      of: self.keeper.current.revision, within: Self.patienceMilliseconds, timing: self.timing)
    return AppliedChange(items: plan.items, revision: revision, gateways: gateways)
  }

  /// What was issued by the older records up to the commit is refused too, though it is newer than the
  /// cut-off; what was issued by the new ones stays.
  private func complete(
    _ revocations: [String: RevocationRecord], committedAt revision: Int64
  ) async throws {
    let completion = RevocationCompletion(keeper: self.keeper)
    for (name, record) in revocations {
      guard case .workload(let id) = record.subject else { continue }
      _ = try await completion.complete(record, named: name) {
        self.ledger.issued(to: id, after: $0.cutoff, before: revision)
      }
    }
  }

  static let patienceMilliseconds: Int64 = 5000

  /// How many pairs of workload and operation a dry run compares; a few microseconds each.
  static let reachLimit = 200_000

  private static func edits(_ change: ProposedChange) -> [RecordEdit] {
    change.documents.map { document in
      RecordEdit(
        sort: document.kind == .workload ? .workload : .service, name: document.name,
        value: ManifestRecord(spec: document.spec, text: document.contract).bytes)
    }
      + change.policies.map { policy in
        RecordEdit(
          sort: .policy, name: policy.name,
          value: ManifestRecord(spec: [:], text: policy.text).bytes)
      }
  }

  private static func pruning(_ edits: [RecordEdit], _ image: RecordImage) -> [RecordEdit] {
    let kept = Set(edits.map { "\($0.sort.rawValue)/\($0.name)" })
    return RecordSort.allCases.flatMap { sort in
      image.all(sort.form).filter { !kept.contains("\(sort.rawValue)/\($0.name)") }
        .map { RecordEdit(sort: sort, name: $0.name, value: nil) }
    }
  }

  private static func refuseRepeats(_ change: ProposedChange) throws(RejectedChange) {
    var seen: Set<String> = []
    var problems: [RejectedChange.Problem] = []
    let names =
      change.documents.map { ($0.kind.rawValue, $0.name) }
      + change.policies.map { (RecordSort.policy.rawValue, $0.name) }
    for (kind, name) in names {
      if !seen.insert("\(kind)/\(name)").inserted {
        problems.append(
          .init(kind: kind, name: name, location: "metadata.name", message: "stands here twice"))
      }
      if !Self.isLegalName(name) {
        problems.append(
          .init(
            kind: kind, name: name, location: "metadata.name",
            message: "expected 1 to 253 of the characters a-z, A-Z, 0-9, `-`, `_` and `.`"))
      }
    }
    guard problems.isEmpty else { throw RejectedChange(problems: problems) }
  }

  private static func isLegalName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 253
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "."):
          return true
        default: return false
        }
      }
  }

  private static func status(_ sort: RecordSort, _ name: String, _ world: World) -> JSONObject {
    guard sort == .workload, let workload = world.workloads.workload(named: name) else {
      return [:]
    }
    var status: JSONObject = [
      "spiffeId": .string(workload.id.description),
      "suspended": .bool(world.suspensions[workload.id] != nil),
    ]
    let posture = world.authorization.facts(of: workload.id.description)?.posture ?? []
    if !posture.isEmpty { status["posture"] = .object(Self.shown(posture)) }
    return status
  }

  private static func shown(_ posture: [PostureFact]) -> JSONObject {
    var object: JSONObject = [:]
    for fact in posture {
      object[fact.name] = [
        "value": .string(fact.value),
        "observedAt": .string(Instant(seconds: fact.observedAt).description),
      ]
    }
    return object
  }
}

extension RecordSort {
  /// The kind of record that holds it.
  var form: String {
    switch self {
    case .workload: RecordForm.workload
    case .service: RecordForm.service
    case .policy: RecordForm.policy
    }
  }
}
