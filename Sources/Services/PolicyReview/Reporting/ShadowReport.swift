import Audit
import Authorization
import CedarPolicy
import Credentials
import EventIndex
import StrictJSON

/// Sums up where the policies in shadow would have changed a decision.
struct ShadowReport {
  private struct Entry {
    var wouldAllow: Int64 = 0
    var wouldDeny: Int64 = 0
    var first: Instant
    var last: Instant
    var examples: [JSONValue] = []
  }

  private static let examples = 5

  private let model: PolicySet
  private var entries: [String: Entry] = [:]
  private var decisions: Int64 = 0

  static func make(
    _ world: ReviewedWorld, _ index: any EventIndex, since: Instant?
  ) async throws -> JSONObject {
    var report = ShadowReport(model: world.model.policies)
    let scan = EventScan(index: index, types: EventScan.decisions, since: since)
    let (examined, isComplete) = try await scan.visit { report.add($0) }
    var json: JSONObject = [
      "since": since.map { .string($0.description) } ?? .null,
      "policies": .array(report.json), "decisions": .integer(report.decisions),
      "examined": .integer(Int64(examined)),
    ]
    json["isComplete"] = .bool(isComplete)
    return json
  }

  private init(model: PolicySet) {
    self.model = model
  }

  private mutating func add(_ event: AuditEvent) {
    guard let shadow = event.decision?.shadow else { return }
    self.decisions += 1
    for id in shadow.policies {
      var entry = self.entries[id] ?? Entry(first: event.time, last: event.time)
      if shadow.isAllowed { entry.wouldAllow += 1 } else { entry.wouldDeny += 1 }
      entry.last = max(entry.last, event.time)
      entry.first = min(entry.first, event.time)
      if entry.examples.count < Self.examples { entry.examples.append(Self.example(event)) }
      self.entries[id] = entry
    }
  }

  private static func example(_ event: AuditEvent) -> JSONValue {
    let isCall = event.request != nil
    let resource =
      isCall
      ? "\(event.request?.service ?? "")/\(event.request?.operation ?? "")"
      : event.issue?.service ?? "SVID"
    return .object([
      "workload": event.workload.map(JSONValue.string) ?? .null,
      "action": .string(isCall ? "call" : "issue"), "resource": .string(resource),
      "requestId": event.request.map { .string($0.requestID) } ?? .null,
      "time": .string(event.time.description),
    ])
  }

  private var json: [JSONValue] {
    self.entries.sorted { $0.key < $1.key }.map { id, entry in
      .object([
        "id": .string(id),
        "effect": self.model[PolicyID(id)].map { .string($0.effect.rawValue) } ?? .null,
        "wouldAllow": .integer(entry.wouldAllow), "wouldDeny": .integer(entry.wouldDeny),
        "firstSeen": .string(entry.first.description),
        "lastSeen": .string(entry.last.description), "examples": .array(entry.examples),
      ])
    }
  }
}
