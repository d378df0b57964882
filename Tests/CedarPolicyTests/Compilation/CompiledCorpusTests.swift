import CedarPolicy
import Testing

/// The cases of Cedar's corpus, asked of the compiled form and compared with the walk: outcomes
/// with failures and their places, and not only what the corpus lists.
@Suite("Compiled policies on Cedar's conformance corpus")
struct CompiledCorpusTests {
  @Test(
    "compiled policies say what a walk through each policy says",
    .enabled(if: VectorFolder.has("cedar-corpus.tar.gz"), "the corpus is not there"))
  func cedarCorpusCompiled() throws {
    let archive = try CorpusArchive()
    var requests = 0
    for name in try archive.caseNames() {
      let test = try CorpusCase(named: name, in: archive)
      let compiled = CompiledPolicies(test.policies, entities: test.entities)
      for expected in test.expectations {
        requests += 1
        let difference = compiled.difference(
          from: test.policies, test.entities, expected.request)
        #expect(difference == nil, "\(name)")
      }
    }
    print("CedarCorpus: \(requests) requests to compiled policies, no case left out")
  }
}
