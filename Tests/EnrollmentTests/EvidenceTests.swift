import Enrollment
import SPIFFE
import StrictJSON
import Testing

@Suite struct EvidenceTests {
  private func evidence(
    _ facts: [String: Set<String>], attestor: String = "unix"
  ) -> Evidence {
    Evidence(attestor: attestor, facts: facts, node: "node")
  }

  @Test("all facts of a rule must hold, and one of several values is enough")
  func matching() throws {
    let rule = try EvidenceRule(
      attestor: "unix", match: ["uid": "1000", "supplementary_group": "shop"])
    #expect(
      rule.isSatisfied(by: self.evidence(["uid": ["1000"], "supplementary_group": ["a", "shop"]])))
    #expect(!rule.isSatisfied(by: self.evidence(["uid": ["1000"], "supplementary_group": ["a"]])))
    #expect(!rule.isSatisfied(by: self.evidence(["uid": ["1000"]])))
    #expect(!rule.isSatisfied(by: self.evidence([:])))
    #expect(!rule.isSatisfied(by: self.evidence(["uid": [], "supplementary_group": ["shop"]])))
    #expect(
      !rule.isSatisfied(
        by: self.evidence(["uid": ["1000"], "supplementary_group": ["shop"]], attestor: "oidc")))
  }

  @Test("a value matches whole, never as a part")
  func wholeValues() throws {
    let rule = try EvidenceRule(attestor: "unix", match: ["path": "/usr/bin/a"])
    for path in ["/usr/bin/ab", "/usr/bin", "usr/bin/a", "/usr/bin/A", "/usr/bin/a "] {
      #expect(!rule.isSatisfied(by: self.evidence(["path": [path]])))
    }
  }

  @Test("a rule that names nothing does not exist")
  func emptyRule() {
    #expect(throws: InvalidEvidenceRule.self) { _ = try EvidenceRule(attestor: "unix", match: [:]) }
  }

  @Test("any one of a workload's rules earns it")
  func anyRule() throws {
    let workload = try workload([
      "evidence": [
        ["attestor": "unix", "match": ["uid": "1"]], ["attestor": "unix", "match": ["uid": "2"]],
      ]
    ])
    #expect(workload.isEarned(by: self.evidence(["uid": ["2"]])))
    #expect(!workload.isEarned(by: self.evidence(["uid": ["3"]])))
  }

  @Test("the registry gives what evidence earns on the embedded agent, by name")
  func registry() throws {
    let one: JSONValue = [["attestor": "unix", "match": ["uid": "1"]]]
    let registry = try WorkloadRegistry([
      workload(["path": "/b", "evidence": .some(one)], name: "b"),
      workload(["path": "/a", "evidence": .some(one)], name: "a"),
      workload(["path": "/c", "evidence": .some(one), "nodes": ["prod"]], name: "c"),
      workload(["path": "/d"], name: "d"),
    ])
    let evidence = self.evidence(["uid": ["1"]])
    #expect(registry.workloads(earnedBy: evidence).map(\.name) == ["a", "b"])
    #expect(registry.all.map(\.name) == ["a", "b", "c", "d"])
    #expect(registry.workload(named: "c")?.id.description == "spiffe://example.org/c")
    #expect(registry.workload(named: "x") == nil)
    func id(_ name: String) throws -> SPIFFEID {
      try SPIFFEID(parsing: "spiffe://example.org/\(name)")
    }
    #expect(try registry.workload(id: id("d"))?.name == "d")
    #expect(try registry.isEarned(id("a"), by: evidence))
    #expect(try !registry.isEarned(id("c"), by: evidence), "bound to node groups")
    #expect(try !registry.isEarned(id("d"), by: evidence))
    #expect(try !registry.isEarned(id("x"), by: evidence))
  }

  @Test("two workloads cannot have one path")
  func samePath() throws {
    let error = manifestError {
      _ = try WorkloadRegistry([workload(name: "a"), workload(name: "b")])
    }
    #expect(error?.field == "spec.path")
    #expect(error?.message.contains("`a`") == true && error?.message.contains("`b`") == true)
  }
}
