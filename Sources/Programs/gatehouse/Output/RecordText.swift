import ControlPlaneAPI
import StrictJSON

/// A record in the form of `get -o json`, and as the manifest that would make it.
enum RecordText {
  static func json(_ record: RecordReply) -> JSONValue {
    var object: JSONObject = [
      "apiVersion": "gatehouse.dev/v1", "kind": .string(record.kind),
      "metadata": ["name": .string(record.name), "revision": .integer(record.revision)],
      "spec": .object(record.spec),
    ]
    object["text"] = record.text.map(JSONValue.string)
    object["status"] = .object(record.status)
    return .object(object)
  }

  static func yaml(_ record: RecordReply) -> String {
    var object: JSONObject = [
      "apiVersion": "gatehouse.dev/v1", "kind": .string(record.kind),
      "metadata": ["name": .string(record.name)],
    ]
    if record.kind == RecordKind.policy.rawValue {
      object["text"] = record.text.map(JSONValue.string)
    } else {
      object["spec"] = .object(record.spec)
    }
    return YAMLText.text(.object(object))
  }
}

/// Records in columns.
enum RecordTable {
  static func text(_ records: [RecordReply], kind: RecordKind) -> String {
    guard !records.isEmpty else { return "there are none" }
    var table = TextTable(self.heading(kind))
    for record in records { table.add(self.row(record, kind)) }
    return table.text
  }

  private static func heading(_ kind: RecordKind) -> [String] {
    switch kind {
    case .workload: ["NAME", "SPIFFE ID", "OWNER", "ENVIRONMENT", "STATE"]
    case .service: ["NAME", "AUDIENCE", "EXPOSURE", "OWNER", "UPSTREAM"]
    case .policy: ["NAME", "REVISION", "BYTES"]
    }
  }

  private static func row(_ record: RecordReply, _ kind: RecordKind) -> [String] {
    func field(_ name: String) -> String { record.spec[name]?.stringValue ?? "" }
    switch kind {
    case .workload:
      let isSuspended = record.status["suspended"]?.boolValue ?? false
      return [
        record.name, record.status["spiffeId"]?.stringValue ?? field("path"), field("owner"),
        field("environment"), isSuspended ? "suspended" : "active",
      ]
    case .service:
      return [
        record.name, field("audience"), field("exposure"), field("owner"), field("upstream"),
      ]
    case .policy:
      return [record.name, String(record.revision), String(record.text?.utf8.count ?? 0)]
    }
  }
}
