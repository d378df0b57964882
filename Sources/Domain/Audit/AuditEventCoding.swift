import Credentials
package import StrictJSON

/// The JSON form of an event: one object, camel-case names, absent members left out. A log holds it
/// as one line.
extension AuditEvent {
  package var json: JSONObject {
    var object: JSONObject = [:]
    object["type"] = .string(self.type.name)
    object["time"] = .string(self.time.description)
    object["actor"] = .object([
      "kind": .string(self.actor.kind.rawValue), "id": .string(self.actor.id),
    ])
    object["workload"] = self.workload.map(JSONValue.string)
    object["credential"] = self.credential.map { .object($0.json) }
    object["evidence"] = self.evidence.map { .object($0.json) }
    object["decision"] = self.decision.map { .object($0.json) }
    object["request"] = self.request.map { .object($0.json) }
    object["subject"] = self.subject.map { .object($0.json) }
    object["workloadFacts"] = self.workloadFacts.map { .object($0.json) }
    object["issue"] = self.issue.map { .object($0.json) }
    return object
  }

  /// Reads one line of a log; `nil` when it is not an event.
  package init?(line: [UInt8]) {
    guard let value = try? JSONValue(parsing: line), let object = value.objectValue,
      let type = object["type"]?.stringValue,
      let time = object["time"]?.stringValue.flatMap(Instant.init(rfc3339:)),
      let actor = object["actor"]?.objectValue.flatMap(Actor.init(json:))
    else { return nil }
    self.init(type: EventType(name: type), time: time, actor: actor)
    self.workload = object["workload"]?.stringValue
    self.credential = object["credential"]?.objectValue.flatMap(CredentialFacts.init(json:))
    self.evidence = object["evidence"]?.objectValue.flatMap(EvidenceFacts.init(json:))
    self.decision = object["decision"]?.objectValue.flatMap(Decision.init(json:))
    self.request = object["request"]?.objectValue.flatMap(RequestFacts.init(json:))
    self.subject = object["subject"]?.objectValue.flatMap(Subject.init(json:))
    self.workloadFacts = object["workloadFacts"]?.objectValue.flatMap(WorkloadFacts.init(json:))
    self.issue = object["issue"]?.objectValue.flatMap(IssueFacts.init(json:))
    // Half an event would say something else than the whole one.
    let parts: [(String, Bool)] = [
      ("workload", self.workload != nil), ("credential", self.credential != nil),
      ("evidence", self.evidence != nil), ("decision", self.decision != nil),
      ("request", self.request != nil), ("subject", self.subject != nil),
      ("workloadFacts", self.workloadFacts != nil), ("issue", self.issue != nil),
    ]
    guard parts.allSatisfy({ object[$0.0] == nil || $0.1 }) else { return nil }
  }
}

extension AuditEvent.Actor {
  fileprivate init?(json: JSONObject) {
    guard let kind = json["kind"]?.stringValue.flatMap(Kind.init(rawValue:)),
      let id = json["id"]?.stringValue
    else { return nil }
    self.init(kind: kind, id: id)
  }
}

extension AuditEvent.CredentialFacts {
  package var json: JSONObject {
    var object: JSONObject = ["id": .string(self.id), "kind": .string(self.kind)]
    object["digest"] = self.digest.map(JSONValue.string)
    object["keyId"] = self.keyID.map(JSONValue.string)
    object["issuedAt"] = self.issuedAt.map(JSONValue.integer)
    object["expiresAt"] = self.expiresAt.map(JSONValue.integer)
    if !self.audience.isEmpty { object["audience"] = .strings(self.audience) }
    if !self.scopes.isEmpty { object["scopes"] = .strings(self.scopes) }
    object["parent"] = self.parent.map(JSONValue.string)
    return object
  }

  fileprivate init?(json: JSONObject) {
    guard let id = json["id"]?.stringValue, let kind = json["kind"]?.stringValue else { return nil }
    self.init(id: id, kind: kind)
    self.digest = json["digest"]?.stringValue
    self.keyID = json["keyId"]?.stringValue
    self.issuedAt = json["issuedAt"]?.integerValue
    self.expiresAt = json["expiresAt"]?.integerValue
    self.audience = json["audience"]?.strings ?? []
    self.scopes = json["scopes"]?.strings ?? []
    self.parent = json["parent"]?.stringValue
  }
}

extension AuditEvent.EvidenceFacts {
  package var json: JSONObject {
    var facts: JSONObject = [:]
    for (name, values) in self.facts.sorted(by: { $0.key < $1.key }) {
      facts[name] = .strings(values)
    }
    return [
      "attestor": .string(self.attestor), "node": .string(self.node), "facts": .object(facts),
    ]
  }

  fileprivate init?(json: JSONObject) {
    guard let attestor = json["attestor"]?.stringValue, let node = json["node"]?.stringValue,
      let facts = json["facts"]?.objectValue
    else { return nil }
    var values: [String: [String]] = [:]
    for name in facts.keys { values[name] = facts[name]?.strings ?? [] }
    self.init(attestor: attestor, node: node, facts: values)
  }
}

extension AuditEvent.Decision {
  fileprivate var json: JSONObject {
    var object: JSONObject = ["outcome": .string(self.outcome.rawValue)]
    object["stage"] = self.stage.map(JSONValue.string)
    if !self.reasons.isEmpty { object["reasons"] = .strings(self.reasons) }
    if !self.policies.isEmpty { object["policies"] = .strings(self.policies) }
    object["revision"] = self.revision.map(JSONValue.integer)
    object["policyOutcome"] = self.policyOutcome.map { .string($0.rawValue) }
    object["shadow"] = self.shadow.map { .object($0.json) }
    return object
  }

  fileprivate init?(json: JSONObject) {
    guard let outcome = json["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:)) else {
      return nil
    }
    self.init(outcome)
    self.stage = json["stage"]?.stringValue
    self.reasons = json["reasons"]?.strings ?? []
    self.policies = json["policies"]?.strings ?? []
    self.revision = json["revision"]?.integerValue
    if let text = json["policyOutcome"] {
      guard let outcome = text.stringValue.flatMap(Outcome.init(rawValue:)) else { return nil }
      self.policyOutcome = outcome
    }
    if let shadow = json["shadow"] {
      guard let outcome = shadow.objectValue.flatMap(ShadowOutcome.init(json:)) else { return nil }
      self.shadow = outcome
    }
  }
}

extension AuditEvent.RequestFacts {
  fileprivate var json: JSONObject {
    var object: JSONObject = ["requestId": .string(self.requestID)]
    object["traceId"] = self.traceID.map(JSONValue.string)
    object["service"] = self.service.map(JSONValue.string)
    object["operation"] = self.operation.map(JSONValue.string)
    object["method"] = self.method.map(JSONValue.string)
    object["path"] = self.path.map(JSONValue.string)
    object["source"] = self.source.map(JSONValue.string)
    object["status"] = self.status.map(JSONValue.integer)
    object["bytesIn"] = self.bytesIn.map(JSONValue.integer)
    object["bytesOut"] = self.bytesOut.map(JSONValue.integer)
    object["upstreamMilliseconds"] = self.upstreamMilliseconds.map(JSONValue.integer)
    return object
  }

  fileprivate init?(json: JSONObject) {
    guard let requestID = json["requestId"]?.stringValue else { return nil }
    self.init(requestID: requestID)
    self.traceID = json["traceId"]?.stringValue
    self.service = json["service"]?.stringValue
    self.operation = json["operation"]?.stringValue
    self.method = json["method"]?.stringValue
    self.path = json["path"]?.stringValue
    self.source = json["source"]?.stringValue
    self.status = json["status"]?.integerValue
    self.bytesIn = json["bytesIn"]?.integerValue
    self.bytesOut = json["bytesOut"]?.integerValue
    self.upstreamMilliseconds = json["upstreamMilliseconds"]?.integerValue
  }
}

extension AuditEvent.Subject {
  var json: JSONObject {
    var object: JSONObject = [
      "kind": .string(self.kind), "name": .string(self.name), "change": .string(self.change),
    ]
    object["reason"] = self.reason.map(JSONValue.string)
    return object
  }

  fileprivate init?(json: JSONObject) {
    guard let kind = json["kind"]?.stringValue, let name = json["name"]?.stringValue,
      let change = json["change"]?.stringValue
    else { return nil }
    self.init(kind: kind, name: name, change: change, reason: json["reason"]?.stringValue)
  }
}

extension JSONValue {
  static func strings(_ texts: [String]) -> JSONValue {
    .array(texts.map(JSONValue.string))
  }

  var strings: [String] {
    self.arrayValue?.compactMap(\.stringValue) ?? []
  }
}
