import Audit
import Authorization
import CedarPolicy
import Credentials
import EventIndex
import StrictJSON

/// Decides again what the logs recorded, by other policies.
struct Replay: Sendable {
  let world: ReviewedWorld
  let index: any EventIndex

  func page(_ page: ReplayPage) async throws -> JSONObject {
    let candidate = try self.candidate(page.candidate)
    let scan = EventScan(index: self.index, types: EventScan.decisions, since: page.since)
    let events = try await scan.page(after: page.cursor, limit: page.limit)
    var outcome = Outcome()
    var models = PastModels(candidate)
    for event in events.events { try outcome.add(event, self.world, &models) }
    return [
      "examined": .integer(Int64(events.events.count)),
      "total": .integer(Int64(try await scan.total())),
      "changes": .array(outcome.changes), "notReplayable": .array(outcome.notReplayable),
      "next": events.next.map(JSONValue.string) ?? .null,
    ]
  }

  private func candidate(_ files: [(name: String, text: String)]) throws -> AuthorizationModel {
    do {
      let policies = try PolicyFile.merge(
        files.map { PolicyFile(name: $0.name, text: $0.text) })
      return try self.world.model.replacingPolicies(policies)
    } catch {
      throw PolicyReviewError("the candidate cannot be used: \(error)")
    }
  }

  private struct Outcome {
    var changes: [JSONValue] = []
    var notReplayable: [JSONValue] = []

    mutating func add(
      _ event: AuditEvent, _ world: ReviewedWorld, _ models: inout PastModels
    ) throws {
      do throws(NotReplayable) {
        guard let recorded = try RecordedDecision(event, in: world) else { return }
        self.compare(recorded, &models)
      } catch {
        self.leaveOut(event, because: error.reason)
      }
    }

    private mutating func compare(_ recorded: RecordedDecision, _ models: inout PastModels) {
      do {
        let decision = try recorded.decide(by: try models.model(for: recorded))
        guard decision.isAllowed != recorded.wasPermitted else { return }
        self.changes.append(
          .object([
            "id": .string(recorded.id), "time": .string(recorded.time.description),
            "workload": recorded.workload.map(JSONValue.string) ?? .null,
            "action": .string(recorded.action), "resource": .string(recorded.resource),
            "recorded": .outcome(recorded.wasPermitted),
            "candidate": .outcome(decision.isAllowed),
            "policies": .array(decision.policies.map(JSONValue.string)),
          ]))
      } catch {
        self.leaveOut(recorded.id, recorded.time, because: "it cannot be asked: \(error)")
      }
    }

    private mutating func leaveOut(_ event: AuditEvent, because reason: String) {
      self.leaveOut(
        event.request?.requestID ?? event.credential?.id ?? "", event.time, because: reason)
    }

    private mutating func leaveOut(_ id: String, _ time: Instant, because reason: String) {
      self.notReplayable.append(
        .object([
          "id": .string(id), "time": .string(time.description), "reason": .string(reason),
        ]))
    }
  }
}

extension JSONValue {
  static func outcome(_ isAllowed: Bool) -> JSONValue { .string(isAllowed ? "allow" : "deny") }
}
