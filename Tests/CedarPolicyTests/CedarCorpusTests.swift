import CedarPolicy
import Foundation
import Testing

/// Cases that the Cedar project's fuzzer made, each with eight requests and Cedar's answers.
///
/// All of them; `GATEHOUSE_CORPUS=sample` runs every tenth, for a quick look.
@Suite("Cedar's conformance corpus")
struct CedarCorpusTests {
  private static var step: Int {
    ProcessInfo.processInfo.environment["GATEHOUSE_CORPUS"] == "sample" ? 10 : 1
  }

  @Test(
    "validation, decisions, reasons and errors are those of the corpus",
    .enabled(if: VectorFolder.has("cedar-corpus.tar.gz"), "the corpus is not there"))
  func cedarCorpus() throws {
    let archive = try CorpusArchive()
    let names = try archive.caseNames()
    var tally = Tally()
    for (index, name) in names.enumerated() where index % Self.step == 0 {
      do {
        tally.run(try CorpusCase(named: name, in: archive), named: name)
      } catch {
        tally.fail("\(name): \(error)")
      }
    }
    print(tally.summary(of: names.count))
    #expect(tally.cases > 0)
    #expect(tally.mismatches.isEmpty)
  }

  private struct Tally {
    private(set) var cases = 0
    private(set) var mismatches: [String] = []
    private var requests = 0
    private var unvalidated = 0
    private var unread = 0

    mutating func run(_ corpusCase: CorpusCase, named name: String) {
      cases += 1
      let validation = Validator(corpusCase.schema).validate(corpusCase.policies)
      if validation.isValid != corpusCase.shouldValidate {
        mismatches.append("\(name): validation found \(validation.errors)")
      }
      let engine = CompiledPolicies(corpusCase.policies, entities: corpusCase.entities)
      for (index, expected) in corpusCase.expectations.enumerated() {
        check(engine.isAuthorized(expected.request), expected, "\(name) request \(index)")
      }
    }

    private mutating func check(
      _ response: Response, _ expected: CorpusCase.Expectation, _ place: String
    ) {
      requests += 1
      if !expected.isValid {
        unvalidated += 1
      } else if let refusal = expected.refusal {
        mismatches.append("\(place): \(refusal)")
      }
      let isEqual =
        response.decision == expected.decision
        && Set(response.reasons.map(\.text)) == expected.reasons
        && Set(response.errors.map(\.policyID.text)) == expected.errors
      if !isEqual { mismatches.append("\(place): \(response.decision) \(response.errors)") }
    }

    mutating func fail(_ reason: String) {
      unread += 1
      mismatches.append(reason)
    }

    func summary(of total: Int) -> String {
      "CedarCorpus: \(cases) cases of \(total) run with \(requests) requests, \(unread) left out, "
        + "\(mismatches.count) mismatches in validation of policies, entities and requests, "
        + "decisions, reasons and errors; \(unvalidated) requests without a word on validation"
    }
  }
}
