package import Credentials
package import StrictJSON

extension WorkloadFacts {
  package var json: JSONObject {
    var object: JSONObject = [
      "owner": .string(self.owner), "environment": .string(self.environment),
      "kind": .string(self.kind),
    ]
    if !self.tenant.isEmpty { object["tenant"] = .string(self.tenant) }
    if !self.groups.isEmpty { object["groups"] = .strings(self.groups.sorted()) }
    if !self.posture.isEmpty {
      var posture: JSONObject = [:]
      for fact in self.posture.sorted(by: { $0.name < $1.name }) {
        posture[fact.name] = .object([
          "value": .string(fact.value), "observedAt": .integer(fact.observedAt),
        ])
      }
      object["posture"] = .object(posture)
    }
    return object
  }

  package init?(json: JSONObject) {
    guard let owner = json["owner"]?.stringValue,
      let environment = json["environment"]?.stringValue, let kind = json["kind"]?.stringValue
    else { return nil }
    self.init(
      owner: owner, environment: environment, kind: kind,
      tenant: json["tenant"]?.stringValue ?? "", groups: json["groups"]?.strings ?? [])
    for (name, value) in json["posture"]?.objectValue?.members ?? [] {
      guard let fact = value.objectValue, let text = fact["value"]?.stringValue,
        let observedAt = fact["observedAt"]?.integerValue
      else { return nil }
      self.posture.append(PostureFact(name: name, value: text, observedAt: observedAt))
    }
  }
}

extension ShadowOutcome {
  var json: JSONObject {
    [
      "outcome": .string(
        (self.isAllowed ? AuditEvent.Decision.Outcome.allow : .deny).rawValue),
      "policies": .strings(self.policies),
    ]
  }

  init?(json: JSONObject) {
    guard
      let outcome = json["outcome"]?.stringValue
        .flatMap(AuditEvent.Decision.Outcome.init(rawValue:))
    else { return nil }
    self.init(isAllowed: outcome == .allow, policies: json["policies"]?.strings ?? [])
  }
}

extension AuditEvent.IssueFacts {
  var json: JSONObject {
    var object: JSONObject = ["scopes": .strings(self.scopes)]
    object["service"] = self.service.map(JSONValue.string)
    return object
  }

  init?(json: JSONObject) {
    guard let scopes = json["scopes"]?.strings else { return nil }
    self.init(service: json["service"]?.stringValue, scopes: scopes)
  }
}
