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
    "decisions, reasons and errors are those of the corpus",
    .enabled(if: VectorFolder.has("cedar-corpus.tar.gz"), "the corpus is not there"))
  func cedarCorpus() throws {
    let archive = try CorpusArchive()
    let names = try archive.caseNames()
    var tally = Tally()
    for (index, name) in names.enumerated() where index % Self.step == 0 {
      do {
        tally.run(try CorpusCase(named: name, in: archive), named: name)
      } catch let error as CorpusCase.Unsupported {
        tally.leaveOut(error.reason)
      }
    }
    print(tally.summary(of: names.count))
    #expect(tally.mismatches.isEmpty)
  }

  private struct Tally {
    var cases = 0
    var requests = 0
    var leftOut: [String: Int] = [:]
    var mismatches: [String] = []

    mutating func run(_ corpusCase: CorpusCase, named name: String) {
      cases += 1
      for (index, expected) in corpusCase.expectations.enumerated() {
        requests += 1
        let response = Authorizer().isAuthorized(
          expected.request, policies: corpusCase.policies, entities: corpusCase.entities)
        let isEqual =
          response.decision == expected.decision
          && Set(response.reasons.map(\.text)) == Set(expected.reasons)
          && Set(response.errors.map(\.policyID.text)) == Set(expected.errors)
        if !isEqual {
          mismatches.append("\(name) request \(index): \(response.decision) \(response.errors)")
        }
      }
    }

    mutating func leaveOut(_ reason: String) {
      leftOut[reason, default: 0] += 1
    }

    func summary(of total: Int) -> String {
      let reasons = leftOut.sorted { $0.key < $1.key }.map { ", \($0.value) for \($0.key)" }
      return "CedarCorpus: \(cases) cases of \(total) run with \(requests) requests, "
        + "\(leftOut.values.reduce(0, +)) left out\(reasons.joined()), "
        + "\(mismatches.count) mismatches; not checked: validation (needs schemas)"
    }
  }
}
