import CedarPolicy
import Testing

/// Generated policy sets, entities and requests, answered by this library and by cedarpy.
@Suite("Differential test against cedarpy")
struct DifferentialTests {
  @Test(
    "decisions, reasons and erring policies are those of the reference",
    .enabled(if: ReferenceEngine.isAvailable, "cedarpy cannot be imported"),
    arguments: [DifferentialRun.asked])
  func decisions(run: DifferentialRun) throws {
    let mix = try compare(run) { seed in
      try DifferentialCase(seed: seed, requests: DifferentialRun.requestsPerCase)
    }
    print("CedarDifferential: \(mix.summary)")
  }

  @Test(
    "conditions are true, false or fail as for the reference",
    .enabled(if: ReferenceEngine.isAvailable, "cedarpy cannot be imported"),
    arguments: [DifferentialRun.asked])
  func conditions(run: DifferentialRun) throws {
    let mix = try compare(run) { try DifferentialCase(seed: ~$0, conditions: 40, requests: 2) }
    print("CedarDifferential conditions: \(mix.conditionSummary)")
  }

  private func compare(
    _ run: DifferentialRun, making makeCase: (UInt64) throws -> DifferentialCase
  ) throws -> DifferentialMix {
    var mix = DifferentialMix()
    for batch in run.batches {
      let cases = try batch.map { try makeCase(UInt64(truncatingIfNeeded: $0)) }
      var own: [DifferentialOutcome] = []
      let answers = try ReferenceEngine.answers(to: cases.map(\.json)) {
        own = cases.map(\.outcome)
      }
      for ((seed, test), (outcome, answer)) in zip(zip(batch, cases), zip(own, answers)) {
        let reference = DifferentialOutcome(answer)
        mix.count(test, reference)
        if let difference = test.difference(of: outcome, from: reference) {
          Issue.record("\(DifferentialRun.repetition(of: seed)): \(difference)")
        }
      }
    }
    return mix
  }
}
