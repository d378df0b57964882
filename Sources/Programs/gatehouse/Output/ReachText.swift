import ControlPlaneAPI
import StrictJSON

/// What workloads may call, for people.
enum ReachText {
  /// So many of the operations that a change adds or removes are listed.
  private static let shown = 20

  /// `reach: +312 operations, 4 in prod; -2 operations`, and the first of them.
  static func lines(_ reach: ReachReply) -> [String] {
    guard reach.isComplete else {
      return ["reach: too many workloads and operations to compare"]
    }
    let parts = [("+", reach.added), ("-", reach.removed)].filter { !$0.1.isEmpty }
    guard !parts.isEmpty else { return ["reach: no change"] }
    let summary = parts.map { self.summary($0.0, $0.1) }.joined(separator: "; ")
    return ["reach: \(summary)"] + parts.flatMap { self.list($0.0, $0.1) }
  }

  private static func summary(_ sign: String, _ places: [ReachReply.Place]) -> String {
    let counts = Dictionary(grouping: places, by: \.environment).mapValues(\.count)
    let environments = counts.sorted { $0.key < $1.key }.map { "\($0.value) in \($0.key)" }
    let noun = places.count == 1 ? "operation" : "operations"
    return Terminal.plain(
      "\(sign)\(places.count) \(noun), \(environments.joined(separator: ", "))")
  }

  private static func list(_ sign: String, _ places: [ReachReply.Place]) -> [String] {
    let lines = places.prefix(Self.shown).map { place in
      Terminal.plain("  \(sign) \(place.workload) \(place.service)/\(place.operation)")
    }
    let left = places.count - Self.shown
    return lines + (left > 0 ? ["  \(sign) and \(left) more"] : [])
  }

  /// What `gatehouse reach` prints.
  static func table(_ json: JSONObject) -> [String] {
    let operations = (json["operations"]?.arrayValue ?? []).compactMap(\.objectValue)
    guard !operations.isEmpty else { return ["policies let it call nothing"] }
    func field(_ name: String, _ object: JSONObject) -> String {
      FieldText.inline(object[name] ?? .null)
    }
    var table = TextTable(["SERVICE", "OPERATION", "REQUEST", "VERDICT", "TOKEN", "POLICIES"])
    for operation in operations {
      table.add([
        field("service", operation), field("operation", operation),
        "\(field("method", operation)) \(field("path", operation))", field("verdict", operation),
        field("token", operation), field("policies", operation),
      ])
    }
    let conditions = operations.flatMap { operation in
      (operation["conditions"]?.arrayValue ?? []).map { condition in
        "\(field("service", operation))/\(field("operation", operation)) depends on: "
          + FieldText.inline(condition)
      }
    }
    return [table.text] + conditions
  }
}
