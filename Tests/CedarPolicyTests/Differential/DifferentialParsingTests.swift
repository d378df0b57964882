import CedarPolicy
import Testing

/// Policies with tokens changed: what the reference takes is taken, what it refuses is refused.
@Suite("Differential test of parsing against cedarpy")
struct DifferentialParsingTests {
  private static let textsPerCase = 20

  @Test(
    "texts are taken or refused as by the reference",
    .enabled(if: ReferenceEngine.isAvailable, "cedarpy cannot be imported"),
    arguments: [DifferentialRun.asked])
  func parsing(run: DifferentialRun) throws {
    try compare(run, "texts", makeTexts: Self.texts) { (try? PolicySet(parsing: $0)) != nil }
  }

  @Test(
    "schemas are taken or refused as by the reference",
    .enabled(if: ReferenceEngine.isAvailable, "cedarpy cannot be imported"),
    arguments: [DifferentialRun.asked])
  func schemas(run: DifferentialRun) throws {
    try compare(run, "schemas", makeTexts: Self.schemas, isTaken: Self.isSchema)
  }

  @Test(
    "schemas in JSON are taken or refused as by the reference",
    .enabled(if: ReferenceEngine.isAvailable, "cedarpy cannot be imported"),
    arguments: [DifferentialRun.asked])
  func schemasJSON(run: DifferentialRun) throws {
    try compare(run, "schemasJSON", makeTexts: Self.schemasJSON) { text in
      (try? Schema(json: text)) != nil
    }
  }

  private func compare(
    _ run: DifferentialRun, _ kind: String, makeTexts: (Int) throws -> [String],
    isTaken: (String) -> Bool?
  ) throws {
    var (texts, taken) = (0, 0)
    for batch in run.batches {
      let cases = try batch.map(makeTexts)
      var own: [[Bool?]] = []
      let questions = cases.map { jsonObject([(kind, jsonArray($0.map(jsonLiteral)))]) }
      let answers = try ReferenceEngine.answers(to: questions) {
        own = cases.map { $0.map(isTaken) }
      }
      for ((seed, changed), (ours, answer)) in zip(zip(batch, cases), zip(own, answers)) {
        for (text, verdicts) in zip(changed, zip(ours, answer.taken ?? [])) {
          texts += 1
          taken += verdicts.1 ? 1 : 0
          if let ours = verdicts.0, ours != verdicts.1 {
            let repetition = DifferentialRun.repetition(of: seed)
            Issue.record("\(repetition): \(ours) here, \(verdicts.1) there: \(text)")
          }
        }
      }
    }
    print("CedarDifferential parsing: \(texts) \(kind), \(taken) of them taken")
  }

  private static func texts(seed: Int) throws -> [String] {
    let number = UInt64(truncatingIfNeeded: seed)
    let policies = try DifferentialCase(seed: number, requests: 0).policies
    var random = SplitMix64(seed: ~number)
    return (0..<textsPerCase).map { _ in random.changed(random.pick(policies)) }
  }

  /// Nil where the verdicts need not agree: the reference takes an attribute that is declared twice
  /// in one record, and means the later.
  private static func isSchema(_ text: String) -> Bool? {
    do throws(CedarParseError) {
      _ = try Schema(parsing: text)
      return true
    } catch {
      return error.message.contains("stands twice") ? nil : false
    }
  }

  private static func schemas(seed: Int) throws -> [String] {
    let number = UInt64(truncatingIfNeeded: seed)
    let schema = try DifferentialCase(seed: number, requests: 0).world.schemaText
    var random = SplitMix64(seed: ~number)
    return (0..<textsPerCase).map { _ in random.variation(ofSchema: schema) }
  }

  private static func schemasJSON(seed: Int) throws -> [String] {
    let number = UInt64(truncatingIfNeeded: seed)
    let schema = try DifferentialCase(seed: number, requests: 0).world.schemaJSON
    var random = SplitMix64(seed: ~number)
    return (0..<textsPerCase).map { _ in
      random.changed(schema, strangers: SplitMix64.schemaJSONStrangers)
    }
  }
}
