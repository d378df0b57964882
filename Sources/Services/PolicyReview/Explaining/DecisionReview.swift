import Audit
import Authorization
import CedarPolicy
import Credentials
import EventIndex
import StrictJSON

/// Explains a recorded decision by the policies of today: which made it, what they read, and what
/// would have to differ.
struct DecisionReview: Sendable {
  let world: ReviewedWorld
  let index: any EventIndex

  private static let limit = 1000
  /// Of policies that nearly permit, so many are shown.
  private static let nearest = 5

  func explanation(of id: String) async throws -> JSONObject? {
    guard let event = try await self.event(id) else { return nil }
    var json = Self.facts(of: event, id, self.world.revision)
    do throws(NotReplayable) {
      guard let recorded = try RecordedDecision(event, in: self.world) else {
        json["notes"] = .array(["the policies were not asked: an earlier check decided"])
        return json
      }
      for (name, value) in self.review(recorded, event).members { json[name] = value }
    } catch {
      json["notes"] = .array([.string("it cannot be explained: \(error.reason)")])
    }
    return json
  }

  /// The newest event of a request, else the one that issued or refused a credential.
  private func event(_ id: String) async throws -> AuditEvent? {
    for kind in ["request", "trace", "credential", "digest"] {
      let events = try await self.index.events(
        matching: IndexKey(kind: kind, value: id), types: Set(EventScan.decisions.map(\.name)),
        limit: Self.limit
      ).compactMap { AuditEvent(line: $0.body) }
      let isRequest = kind == "request" || kind == "trace"
      let wanted = isRequest ? events.last : events.first { $0.issue != nil }
      if let found = wanted ?? events.last { return found }
    }
    return nil
  }

  private static func facts(
    of event: AuditEvent, _ id: String, _ currentRevision: Int64
  ) -> JSONObject {
    let isRequest = event.request != nil
    return [
      "query": .string(id), "kind": .string(isRequest ? "request" : "credential"),
      "time": .string(event.time.description),
      "workload": event.workload.map(JSONValue.string) ?? .null,
      "action": .string(isRequest ? "call" : "issue"), "resource": .null,
      "decision": event.decision.map { .string($0.outcome.rawValue) } ?? .null,
      "stage": event.decision?.stage.map(JSONValue.string) ?? .null,
      "revision": event.decision?.revision.map(JSONValue.integer) ?? .null,
      "currentRevision": .integer(currentRevision), "policies": .array([]), "facts": .array([]),
      "wouldHaveToDiffer": .array([]), "shadow": .null, "notes": .array([]),
    ]
  }

  // MARK: The policies

  private func review(_ recorded: RecordedDecision, _ event: AuditEvent) -> JSONObject {
    var models = PastModels(self.world.model)
    do {
      let model = try models.model(for: recorded)
      let question = try recorded.question(to: model)
      let decision = try recorded.decide(by: model)
      let enforced = try PolicyModes(model.policies).enforced
      var json = self.json(
        decision, enforced, question.request, model.entities, isAllowed: decision.isAllowed)
      json["resource"] = .string(question.request.resource.description)
      json["shadow"] = event.decision?.shadow.map(Self.shadow) ?? .null
      json["notes"] = .array(
        Self.notes(recorded, event, decision, self.world.revision).map(JSONValue.string))
      return json
    } catch {
      return ["notes": .array([.string("the policies of today cannot be asked: \(error)")])]
    }
  }

  private func json(
    _ decision: PolicyDecision, _ policies: PolicySet, _ request: Request, _ entities: Entities,
    isAllowed: Bool
  ) -> JSONObject {
    let deciding = policies.policies.filter { decision.policies.contains($0.id.text) }
      .map { PolicyExplanation($0, request, entities: entities) }
    let nearest =
      isAllowed || !deciding.isEmpty ? [] : Self.nearest(policies, request, entities)
    let shown = deciding + nearest
    let differ = shown.map { explanation -> JSONValue in
      let changes =
        explanation.unmetCount == 0 ? explanation.escapes : explanation.obstacles
      return .object([
        "policy": .string(explanation.policy.id.text),
        "effect": .string(explanation.policy.effect.rawValue),
        "needs": .string(explanation.unmetCount == 0 ? "any" : "all"),
        "changes": .array(changes.map(JSONValue.string)),
      ])
    }
    return [
      "policies": .array(deciding.map(Self.policy)), "facts": .array(Self.facts(of: shown)),
      "wouldHaveToDiffer": .array(differ),
    ]
  }

  /// The permits that lack least.
  private static func nearest(
    _ policies: PolicySet, _ request: Request, _ entities: Entities
  ) -> [PolicyExplanation] {
    let permits = policies.policies.filter { $0.effect == .permit }
      .map { PolicyExplanation($0, request, entities: entities) }
    // What does not match in scope hides how much of the conditions would be unmet.
    return Array(
      permits.sorted {
        ($0.scope.count { !$0.matches }, $0.unmetCount)
          < ($1.scope.count { !$0.matches }, $1.unmetCount)
      }.prefix(Self.nearest))
  }

  private static func facts(of explanations: [PolicyExplanation]) -> [JSONValue] {
    var seen: Set<String> = []
    return explanations.flatMap(\.facts).filter { seen.insert($0.name).inserted }.map(Self.fact)
  }

  private static func fact(_ fact: PolicyExplanation.Fact) -> JSONValue {
    .object(["name": .string(fact.name), "value": .string(fact.value.description)])
  }

  private static func policy(_ explanation: PolicyExplanation) -> JSONValue {
    let policy = explanation.policy
    return .object([
      "id": .string(policy.id.text), "effect": .string(policy.effect.rawValue),
      "file": .string(policy.fileName), "line": .integer(Int64(policy.span.line)),
      "outcome": .string(Self.outcome(explanation.outcome)),
      "text": .string(policy.description),
      "clauses": .array(explanation.clauses.map(Self.clause)),
    ])
  }

  private static func outcome(_ outcome: PolicyOutcome.Result) -> String {
    switch outcome {
    case .satisfied: "applies"
    case .notSatisfied: "does not apply"
    case .failed(let failure): "failed: \(failure)"
    }
  }

  private static func clause(_ clause: PolicyExplanation.Clause) -> JSONValue {
    let result =
      switch clause.result {
      case .held: "held"
      case .didNotHold: "did not hold"
      case .failed: "failed"
      case .notReached: "not reached"
      }
    return .object([
      "kind": .string(clause.kind.rawValue), "text": .string(clause.expression.description),
      "line": .integer(Int64(clause.expression.span.line)), "result": .string(result),
      "facts": .array(clause.facts.map(Self.fact)),
    ])
  }

  private static func shadow(_ shadow: ShadowOutcome) -> JSONValue {
    .object([
      "outcome": .outcome(shadow.isAllowed),
      "policies": .array(shadow.policies.map(JSONValue.string)),
    ])
  }

  private static func notes(
    _ recorded: RecordedDecision, _ event: AuditEvent, _ decision: PolicyDecision,
    _ currentRevision: Int64
  ) -> [String] {
    var notes: [String] = []
    if decision.isAllowed != recorded.wasPermitted {
      notes.append(
        "the policies of today decide otherwise than those of then "
          + "(\(recorded.wasPermitted ? "they permitted" : "they denied"))")
    } else if event.decision?.revision != currentRevision {
      notes.append("records have changed since; policies are shown as they are today")
    }
    if event.decision?.outcome == .deny, recorded.wasPermitted {
      notes.append("the policies permitted it; another check refused it")
    }
    if event.decision?.outcome == .allow, !recorded.wasPermitted {
      notes.append("the policies denied it; the service has this check in shadow")
    }
    notes += decision.errors
    return notes
  }
}
