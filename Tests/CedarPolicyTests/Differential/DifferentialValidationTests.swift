import CedarPolicy
import Testing

/// Generated policy sets with the schema of their world, validated by this library and by cedarpy.
@Suite("Differential test of validation against cedarpy")
struct DifferentialValidationTests {
  @Test(
    "policies, entities and requests that are valid are those of the reference",
    .enabled(if: ReferenceEngine.isAvailable, "cedarpy cannot be imported"),
    arguments: [DifferentialRun.asked])
  func validation(run: DifferentialRun) throws {
    var tally = Tally()
    for batch in run.batches {
      let cases = try batch.map {
        try DifferentialCase(seed: UInt64(truncatingIfNeeded: $0), requests: 6, namesTypes: true)
      }
      var own: [SchemaOutcome] = []
      let answers = try ReferenceEngine.answers(to: cases.map(\.schemaQuestion)) {
        own = cases.map { SchemaOutcome(of: $0) }
      }
      for ((seed, test), (ours, answer)) in zip(zip(batch, cases), zip(own, answers)) {
        let theirs = SchemaOutcome(answer)
        tally.add(test, theirs)
        for difference in test.differences(of: ours, from: theirs) {
          Issue.record("\(DifferentialRun.repetition(of: seed)): \(difference)")
        }
      }
    }
    print("CedarDifferential validation: \(tally.summary)")
  }

  private struct Tally {
    private var counts: [String: Int] = [:]

    mutating func add(_ test: DifferentialCase, _ outcome: SchemaOutcome) {
      counts["policies", default: 0] += test.policies.count
      counts["invalid", default: 0] += outcome.invalid.count
      counts["stores", default: 0] += 1
      counts["conforming", default: 0] += outcome.refusedEntities == nil ? 1 : 0
      counts["requests", default: 0] += outcome.responses.count
      let refused = outcome.responses.filter { $0.decision == "refused" }.count
      counts["refused", default: 0] += refused
    }

    var summary: String {
      func count(_ name: String) -> Int { counts[name] ?? 0 }
      return "\(count("policies")) policies, \(count("invalid")) invalid; \(count("stores")) sets "
        + "of entities, \(count("conforming")) conforming; \(count("requests")) requests, "
        + "\(count("refused")) refused"
    }
  }
}
