import CedarPolicy
import Testing

/// Generated policy sets that are written as JSON and as text: ours read by cedarpy, its own read
/// by us.
@Suite("Differential test of written policies against cedarpy")
struct DifferentialJSONTests {
  @Test(
    "the JSON of a set means to the reference what the set means here",
    .enabled(if: ReferenceEngine.isAvailable, "cedarpy cannot be imported"),
    arguments: [DifferentialRun.asked])
  func written(run: DifferentialRun) throws {
    try compare(run) { test in test.json(est: try test.policySet().json) }
  }

  @Test(
    "the text of a set means to the reference what the set means here",
    .enabled(if: ReferenceEngine.isAvailable, "cedarpy cannot be imported"),
    arguments: [DifferentialRun.asked])
  func printed(run: DifferentialRun) throws {
    try compare(run) { test in
      let set = try test.policySet()
      let texts = test.policies.indices.map { index -> String in
        let id = PolicyID("policy\(index)")
        return set[id]?.description
          ?? set.templates.first { $0.id == id }?.description ?? "nothing"
      }
      return test.json(policies: texts.joined(separator: "\n"))
    }
  }

  @Test(
    "the JSON that the reference writes means here what the set means",
    .enabled(if: ReferenceEngine.isAvailable, "cedarpy cannot be imported"),
    arguments: [DifferentialRun.asked])
  func read(run: DifferentialRun) throws {
    for batch in run.batches {
      let cases = try batch.map(Self.makeCase)
      let questions = cases.map { jsonObject([("convert", jsonLiteral($0.policyText))]) }
      let answers = try ReferenceEngine.answers(to: questions)
      for ((seed, test), answer) in zip(zip(batch, cases), answers) {
        let outcome = test.outcome { try PolicySet(json: answer.json ?? answer.failure ?? "") }
        if let difference = test.difference(of: outcome, from: test.outcome) {
          Issue.record("\(DifferentialRun.repetition(of: seed)): \(difference)")
        }
      }
    }
  }

  /// Asks the reference what a set means that this library has written.
  private func compare(
    _ run: DifferentialRun, asking question: (DifferentialCase) throws -> String
  ) throws {
    for batch in run.batches {
      let cases = try batch.map(Self.makeCase)
      var own: [DifferentialOutcome] = []
      let answers = try ReferenceEngine.answers(to: cases.map(question)) {
        own = cases.map(\.outcome)
      }
      for ((seed, test), (outcome, answer)) in zip(zip(batch, cases), zip(own, answers)) {
        if let difference = test.difference(of: outcome, from: DifferentialOutcome(answer)) {
          Issue.record("\(DifferentialRun.repetition(of: seed)): \(difference)")
        }
      }
    }
  }

  private static func makeCase(seed: Int) throws -> DifferentialCase {
    try DifferentialCase(seed: UInt64(truncatingIfNeeded: seed), requests: 4)
  }
}
