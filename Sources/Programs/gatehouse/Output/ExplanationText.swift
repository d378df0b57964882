import StrictJSON

/// An explained decision for people, from what `policy explain -o json` prints.
struct ExplanationText {
  private let json: JSONObject

  init(_ json: JSONObject) {
    self.json = json
  }

  var lines: [String] {
    self.heading + self.policies + self.differences
      + self.texts("notes").map { "note: \($0)" }
  }

  private func field(_ name: String, in object: JSONObject? = nil) -> String {
    FieldText.inline((object ?? self.json)[name] ?? .null)
  }

  private func objects(_ name: String, in object: JSONObject? = nil) -> [JSONObject] {
    ((object ?? self.json)[name]?.arrayValue ?? []).compactMap(\.objectValue)
  }

  private func texts(_ name: String, in object: JSONObject? = nil) -> [String] {
    ((object ?? self.json)[name]?.arrayValue ?? []).map { FieldText.inline($0) }
  }

  private var heading: [String] {
    let stage = self.json["stage"]?.stringValue.map { " at the stage \(Terminal.plain($0))" } ?? ""
    var lines = [
      "\(self.field("decision"))\(stage), \(self.field("time"))",
      "  \(self.field("workload")) \(self.field("action")) \(self.field("resource"))",
    ]
    if let shadow = self.json["shadow"]?.objectValue {
      lines.append(
        "  with the policies in shadow: \(self.field("outcome", in: shadow)) "
          + "by \(self.field("policies", in: shadow))")
    }
    return lines
  }

  private var policies: [String] {
    let policies = self.objects("policies")
    guard !policies.isEmpty else { return ["no policy made the decision"] }
    return policies.flatMap { policy -> [String] in
      let head =
        "\(self.field("effect", in: policy)) \(self.field("id", in: policy)) "
        + "(\(self.field("file", in: policy)):\(self.field("line", in: policy))) "
        + self.field("outcome", in: policy)
      return [head] + self.objects("clauses", in: policy).flatMap(self.clause)
    }
  }

  private func clause(_ clause: JSONObject) -> [String] {
    let head =
      "  line \(self.field("line", in: clause)): \(self.field("text", in: clause)): "
      + self.field("result", in: clause)
    return [head]
      + self.objects("facts", in: clause).map { fact in
        "    \(self.field("name", in: fact)) is \(self.field("value", in: fact))"
      }
  }

  private var differences: [String] {
    let differences = self.objects("wouldHaveToDiffer")
    guard !differences.isEmpty else { return [] }
    return ["what would have to differ"]
      + differences.flatMap { difference -> [String] in
        let needs = self.field("needs", in: difference)
        let applies = needs == "any" ? "would not apply, if any of" : "would apply, if all of"
        return ["  \(self.field("policy", in: difference)) \(applies)"]
          + self.texts("changes", in: difference).map { "    \($0)" }
      }
  }
}
