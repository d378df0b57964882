package import StrictJSON

/// Why a request was not fulfilled (RFC 9457). Texts never repeat a token or a body.
package struct ProblemDetails: Hashable, Sendable {
  /// One thing that is wrong with a rejected change.
  package struct Fault: Hashable, Sendable {
    package var kind: String
    package var name: String
    /// A field's path such as `spec.evidence[0].match`, or `line:column` of a policy.
    package var location: String
    package var message: String

    package init(kind: String, name: String, location: String, message: String) {
      self.kind = kind
      self.name = name
      self.location = location
      self.message = message
    }
  }

  /// `<stage>/<name>`, the end of the problem type's URI.
  package var name: String
  package var title: String
  package var status: Int
  package var detail: String
  package var faults: [Fault]

  private static let prefix = "https://gatehouse.dev/problems/"

  package init(
    _ name: String, title: String, status: Int, detail: String, faults: [Fault] = []
  ) {
    self.name = name
    self.title = title
    self.status = status
    self.detail = detail
    self.faults = faults
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "type": .string(Self.prefix + self.name), "title": .string(self.title),
      "status": .integer(Int64(self.status)), "detail": .string(self.detail),
    ]
    if !self.faults.isEmpty { object["errors"] = .array(self.faults.map(\.json)) }
    return .object(object)
  }

  package init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: nil)
    let type = try reader.string("type")
    var faults: [Fault] = []
    for value in try reader.array("errors") { faults.append(try Fault(json: value)) }
    self.init(
      type.hasPrefix(Self.prefix) ? String(type.dropFirst(Self.prefix.count)) : type,
      title: try reader.string("title"), status: Int(clamping: try reader.integer("status")),
      detail: try reader.optionalString("detail") ?? "", faults: faults)
  }
}

extension ProblemDetails.Fault {
  var json: JSONValue {
    [
      "kind": .string(self.kind), "name": .string(self.name), "location": .string(self.location),
      "message": .string(self.message),
    ]
  }

  init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: nil)
    self.init(
      kind: try reader.string("kind"), name: try reader.string("name"),
      location: try reader.string("location"), message: try reader.string("message"))
  }
}
