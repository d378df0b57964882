package import StrictJSON

/// The body of `POST /v1/policy/replays`: policies, and which page of the recorded decisions to decide
/// again by them.
package struct ReplayMessage: Hashable, Sendable {
  package var policies: [ChangeMessage.Policy]
  /// RFC 3339.
  package var since: String?
  package var cursor: String?
  package var limit: Int64

  package init(
    policies: [ChangeMessage.Policy], since: String?, cursor: String?, limit: Int64
  ) {
    self.policies = policies
    self.since = since
    self.cursor = cursor
    self.limit = limit
  }
}

/// The body of the other questions about policies.
package struct ReviewMessage: Hashable, Sendable {
  /// RFC 3339.
  package var since: String?
  /// A SPIFFE ID.
  package var workload: String?

  package init(since: String? = nil, workload: String? = nil) {
    self.since = since
    self.workload = workload
  }
}

/// The body of `POST /v1/posture`: what was found of a workload's condition.
package struct PostureMessage: Hashable, Sendable {
  /// A SPIFFE ID.
  package var workload: String
  /// New values by name; nil takes a fact back.
  package var facts: [String: String?]
  /// When they were found, RFC 3339; nil stands for the moment of the report.
  package var observedAt: String?

  package init(workload: String, facts: [String: String?], observedAt: String?) {
    self.workload = workload
    self.facts = facts
    self.observedAt = observedAt
  }
}

extension ReplayMessage {
  package var json: JSONValue {
    var object: JSONObject = [
      "policies": .array(self.policies.map(\.json)), "limit": .integer(self.limit),
    ]
    object["since"] = self.since.map(JSONValue.string)
    object["cursor"] = self.cursor.map(JSONValue.string)
    return .object(object)
  }

  package init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: ["policies", "since", "cursor", "limit"])
    var policies: [ChangeMessage.Policy] = []
    for value in try reader.array("policies") {
      policies.append(try ChangeMessage.Policy(json: value))
    }
    self.init(
      policies: policies, since: try reader.optionalString("since"),
      cursor: try reader.optionalString("cursor"), limit: try reader.integer("limit"))
  }
}

extension ReviewMessage {
  package var json: JSONValue {
    var object: JSONObject = [:]
    object["since"] = self.since.map(JSONValue.string)
    object["workload"] = self.workload.map(JSONValue.string)
    return .object(object)
  }

  package init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: ["since", "workload"])
    self.init(
      since: try reader.optionalString("since"), workload: try reader.optionalString("workload"))
  }
}

extension PostureMessage {
  package var json: JSONValue {
    var facts: JSONObject = [:]
    for (name, value) in self.facts.sorted(by: { $0.key < $1.key }) {
      facts[name] = value.map(JSONValue.string) ?? .null
    }
    var object: JSONObject = ["workload": .string(self.workload), "facts": .object(facts)]
    object["observedAt"] = self.observedAt.map(JSONValue.string)
    return .object(object)
  }

  package init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: ["workload", "facts", "observedAt"])
    var facts: [String: String?] = [:]
    for (name, value) in try reader.object("facts").members {
      guard value.isNull || value.stringValue != nil else {
        throw MalformedMessage("the value of a fact is a string, or null to take it back")
      }
      facts[name] = .some(value.stringValue)
    }
    self.init(
      workload: try reader.string("workload"), facts: facts,
      observedAt: try reader.optionalString("observedAt"))
  }
}
