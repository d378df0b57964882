package import StrictJSON

/// A stored manifest or policy, as `GET /v1/records/{kind}/{name}` answers.
package struct RecordReply: Hashable, Sendable {
  /// `Workload`, `Service` or `Policy`.
  package var kind: String
  package var name: String
  package var revision: Int64
  /// The spec as it was applied; empty for a policy.
  package var spec: JSONObject
  /// A service's contract or a policy's Cedar text.
  package var text: String?
  /// What is derived and worth seeing.
  package var status: JSONObject

  package init(
    kind: String, name: String, revision: Int64, spec: JSONObject, text: String?, status: JSONObject
  ) {
    self.kind = kind
    self.name = name
    self.revision = revision
    self.spec = spec
    self.text = text
    self.status = status
  }
}

extension RecordReply {
  package var json: JSONValue {
    var object: JSONObject = [
      "kind": .string(self.kind), "name": .string(self.name), "revision": .integer(self.revision),
      "spec": .object(self.spec),
    ]
    object["text"] = self.text.map(JSONValue.string)
    object["status"] = .object(self.status)
    return .object(object)
  }

  package init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: nil)
    self.init(
      kind: try reader.string("kind"), name: try reader.string("name"),
      revision: try reader.integer("revision"), spec: try reader.object("spec"),
      text: try reader.optionalString("text"), status: try reader.object("status"))
  }

  /// The body of `GET /v1/records/{kind}`.
  package static func list(_ records: [RecordReply]) -> JSONValue {
    ["records": .array(records.map(\.json))]
  }

  package static func list(json: JSONValue) throws(MalformedMessage) -> [RecordReply] {
    var records: [RecordReply] = []
    for value in try MessageReader(json, known: nil).array("records") {
      records.append(try RecordReply(json: value))
    }
    return records
  }
}
