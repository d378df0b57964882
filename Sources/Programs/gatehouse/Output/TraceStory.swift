import StrictJSON

/// The story of one credential for people, from what `trace -o json` prints.
struct TraceStory {
  private let trace: JSONObject

  init(_ trace: JSONObject) {
    self.trace = trace
  }

  var text: String {
    var parts = [
      self.section("Workload", self.trace["workload"]),
      self.section("Evidence", self.trace["evidence"]),
      self.section("Credential", self.trace["credential"]), self.requests,
      self.section("Revocation", self.trace["revocation"]),
    ]
    if let detections = self.trace["detections"] {
      parts.append(self.section("Detections", detections))
    }
    return parts.joined(separator: "\n")
  }

  private func section(_ title: String, _ value: JSONValue?) -> String {
    ([title] + FieldText.lines(value ?? .null).map { "  \($0)" }).joined(separator: "\n")
  }

  private var requests: String {
    let requests = self.trace["requests"]?.arrayValue ?? []
    guard !requests.isEmpty else { return "Requests\n  none" }
    return (["Requests"] + requests.compactMap(\.objectValue).flatMap(self.request))
      .joined(separator: "\n")
  }

  private func request(_ request: JSONObject) -> [String] {
    func field(_ name: String) -> String { FieldText.inline(request[name] ?? .null) }
    var head = "  \(field("time"))  \(field("decision"))  \(field("status"))  "
    head += "\(field("method")) \(field("path"))"
    var lines = [
      head,
      "    request \(field("requestId")), operation \(field("operation")), "
        + "stage \(field("stage")), \(field("bytesOut")) bytes out",
    ]
    // Callers choose trace ids, so one may have requests of several workloads.
    if let workload = request["workload"], workload != self.trace["workload"] {
      lines.append("    workload \(FieldText.inline(workload))")
    }
    for reason in request["reasons"]?.arrayValue ?? [] {
      lines.append("    because \(FieldText.inline(reason))")
    }
    return lines
  }
}

/// JSON as `name: value` lines for people.
enum FieldText {
  static func lines(_ value: JSONValue) -> [String] {
    switch value {
    case .object(let object) where !object.isEmpty:
      object.members.flatMap { self.member($0.name, $0.value) }
    case .array(let elements) where !elements.isEmpty:
      elements.flatMap { element in
        let lines = self.lines(element)
        return lines.prefix(1).map { "- \($0)" } + lines.dropFirst().map { "  \($0)" }
      }
    default: [self.inline(value)]
    }
  }

  private static func member(_ name: String, _ value: JSONValue) -> [String] {
    let name = Terminal.plain(name)
    if self.isFlat(value) { return ["\(name): \(self.inline(value))"] }
    return ["\(name):"] + self.lines(value).map { "  \($0)" }
  }

  /// Whether a value fits behind its name.
  private static func isFlat(_ value: JSONValue) -> Bool {
    switch value {
    case .object(let object): object.isEmpty
    case .array(let elements): elements.allSatisfy { $0.objectValue == nil && $0.arrayValue == nil }
    default: true
    }
  }

  static func inline(_ value: JSONValue) -> String {
    switch value {
    case .null: "none"
    case .bool(let truth): truth ? "yes" : "no"
    case .string(let text): text.isEmpty ? "-" : Terminal.plain(text)
    case .array(let elements):
      elements.isEmpty ? "none" : elements.map(self.inline).joined(separator: ", ")
    case .object(let object):
      object.isEmpty
        ? "none"
        : object.members.map { "\(Terminal.plain($0.name)) \(self.inline($0.value))" }
          .joined(separator: ", ")
    case .integer, .number: JSONText.compact(value)
    }
  }
}
