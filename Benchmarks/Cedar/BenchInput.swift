import CedarPolicy
import FoundationEssentials

/// The files that `Benchmarks/cedar_comparison.py` writes, read into values of the library.
struct BenchInput {
  let policies: PolicySet
  let entities: Entities
  let requests: [Request]

  init(folder: String) throws {
    policies = try Self.policies(folder)
    entities = try Entities(json: Self.text("\(folder)/entities.json"))
    requests = try Self.text("\(folder)/requests.jsonl").split(separator: "\n").map {
      try Request(json: String($0))
    }
  }

  /// `policies-0.cedar` and so on, each named by the number of its first policy.
  private static func policies(_ folder: String) throws -> PolicySet {
    var all = PolicySet()
    while true {
      let first = all.policies.count
      guard let text = try? text("\(folder)/policies-\(first).cedar") else { return all }
      try all.merge(PolicySet(parsing: text) { index, _ in PolicyID("policy\(first + index)") })
    }
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}
