import StrictJSON

/// Reports about policies for people.
enum ReviewText {
  static func shadow(_ json: JSONObject) -> [String] {
    let policies = self.objects(json, "policies")
    let decisions = self.field("decisions", json)
    guard !policies.isEmpty else {
      return ["no policy in shadow would have changed a decision"] + self.incomplete(json)
    }
    var table = TextTable(["POLICY", "WOULD DENY", "WOULD ALLOW", "FIRST SEEN", "LAST SEEN"])
    for policy in policies {
      table.add(
        ["id", "wouldDeny", "wouldAllow", "firstSeen", "lastSeen"].map { self.field($0, policy) })
    }
    let examples = policies.flatMap { self.objects($0, "examples") }.map { example in
      "  for example \(self.field("workload", example)) \(self.field("action", example)) "
        + "\(self.field("resource", example))  \(self.field("requestId", example))"
    }
    return [table.text] + examples + ["\(decisions) decisions would have changed"]
      + self.incomplete(json)
  }

  static func unused(_ json: JSONObject) -> [String] {
    let policies = self.objects(json, "policies")
    guard !policies.isEmpty else {
      return ["every policy made a decision"] + self.incomplete(json)
    }
    var table = TextTable(["POLICY", "EFFECT", "MODE", "PLACE"])
    for policy in policies {
      table.add([
        self.field("id", policy), self.field("effect", policy), self.field("mode", policy),
        "\(self.field("file", policy)):\(self.field("line", policy))",
      ])
    }
    return [table.text, "\(self.field("examined", json)) events examined"]
      + self.incomplete(json)
  }

  /// Cedar, so that the output can be kept as it is.
  static func suggestions(_ json: JSONObject) -> [String] {
    let texts = self.objects(json, "policies").compactMap { $0["text"]?.stringValue }
    guard !texts.isEmpty else { return ["// nothing was used"] }
    let lines = texts.joined(separator: "\n").split(
      separator: "\n", omittingEmptySubsequences: false)
    return lines.map { Terminal.plain(String($0)) } + self.incomplete(json).map { "// \($0)" }
  }

  private static func incomplete(_ json: JSONObject) -> [String] {
    json["isComplete"]?.boolValue == false
      ? ["there are more events than were examined: ask for a shorter time with --since"] : []
  }

  private static func field(_ name: String, _ object: JSONObject) -> String {
    FieldText.inline(object[name] ?? .null)
  }

  private static func objects(_ object: JSONObject, _ name: String) -> [JSONObject] {
    (object[name]?.arrayValue ?? []).compactMap(\.objectValue)
  }
}
