import Audit
import Authorization
import CedarPolicy
import Credentials
import PolicyReview
import StrictJSON
import Testing

@Suite("Reports about policies")
struct ReportTests {
  private let permits = """
    @id("reads") permit (principal in Gatehouse::Group::"shop", action, resource);
    @id("never") forbid (principal == Gatehouse::Anonymous::"anonymous", action, resource);
    @id("trial") @mode("shadow")
    forbid (principal, action, resource == Gatehouse::Operation::"orders/remove");
    """

  @Test("the shadow report sums up what each policy would have changed")
  func shadowReport() async throws {
    let fixture = try Fixture(["p": self.permits])
    let would = ShadowOutcome(isAllowed: false, policies: ["p/trial"])
    try await fixture.record([
      call("r1"), call("r2", shadow: would, at: start + 5),
      call("r3", shadow: would, at: start + 9),
    ])
    let json = try await fixture.review.report(.shadow, since: nil)
    let policy = try #require(json["policies"]?.arrayValue?.first?.objectValue)
    #expect(json["policies"]?.arrayValue?.count == 1)
    #expect(json["decisions"]?.integerValue == 2)
    #expect(json["examined"]?.integerValue == 3)
    #expect(json["isComplete"]?.boolValue == true)
    #expect(policy["id"]?.stringValue == "p/trial")
    #expect(policy["effect"]?.stringValue == "forbid")
    #expect(policy["wouldDeny"]?.integerValue == 2)
    #expect(policy["wouldAllow"]?.integerValue == 0)
    #expect(policy["firstSeen"]?.stringValue == Instant(seconds: start + 5).description)
    #expect(policy["lastSeen"]?.stringValue == Instant(seconds: start + 9).description)
    #expect(texts(policy, "examples", "requestId") == ["r2", "r3"])
  }

  @Test("policies that made no decision are listed with file and line")
  func unused() async throws {
    let fixture = try Fixture(["p": self.permits])
    try await fixture.record([call("r1", policies: ["p/reads"])])
    let json = try await fixture.review.report(.unused, since: nil)
    #expect(texts(json, "policies", "id") == ["p/never", "p/trial"])
    #expect(texts(json, "policies", "mode") == ["enforced", "shadow"])
    #expect(texts(json, "policies", "file") == ["p.cedar", "p.cedar"])
    let lines = (json["policies"]?.arrayValue ?? []).map { $0.objectValue?["line"]?.integerValue }
    #expect(lines == [2, 3])
  }

  @Test("a decision of long ago does not count")
  func unusedSince() async throws {
    let fixture = try Fixture(["p": self.permits])
    try await fixture.record([call("r1", policies: ["p/reads"], at: start)])
    let json = try await fixture.review.report(.unused, since: Instant(seconds: start + 1))
    #expect(texts(json, "policies", "id").contains("p/reads"))
  }

  @Test("suggested policies, alone in force, permit what was used and nothing else")
  func suggestions() async throws {
    let fixture = try Fixture(["p": self.permits])
    try await fixture.record([
      call("r1"), call("r2"), issue("c1", scopes: ["orders:read"]),
      call("denied", "DELETE", "/orders/7", operation: "remove", permitted: false),
      call("open", by: nil, "GET", "/orders", operation: "list"),
    ])
    let json = try await fixture.review.report(.suggestions(for: nil), since: nil)
    #expect(texts(json, "policies", "name") == ["suggested-anonymous", "suggested-shop-checkout"])
    let files = zip(texts(json, "policies", "name"), texts(json, "policies", "text"))
    let model = try fixture.world.model.replacingPolicies(
      PolicyFile.merge(files.map { PolicyFile(name: $0, text: $1) }))
    func mayCall(_ workload: String?, _ operation: String) throws -> Bool {
      try model.mayCall(
        CallQuestion(
          spiffeID: workload, service: "orders", operation: operation, scopes: [], method: "GET",
          path: "/orders", parameters: [:], source: "", now: start)
      ).isAllowed
    }
    func mayHave(_ scopes: [String]) throws -> Bool {
      try model.mayIssueToken(
        IssueQuestion(
          spiffeID: checkout, scopes: scopes, attestor: "unix", node: "n", facts: [:], now: start),
        for: "orders"
      ).isAllowed
    }
    #expect(try mayCall(checkout, "list"))
    #expect(try mayCall(nil, "list"))
    #expect(try !mayCall(checkout, "remove"))
    #expect(try !mayCall(dashboard, "list"))
    #expect(try mayHave(["orders:read"]))
    #expect(try !mayHave(["orders:read", "orders:write"]))
  }

  @Test("traffic that a service in shadow let pass counts as used")
  func shadowTraffic() async throws {
    let fixture = try Fixture([:])
    try await fixture.record([call("r1", permitted: false, allowed: true)])
    let json = try await fixture.review.report(.suggestions(for: checkout), since: nil)
    #expect(texts(json, "policies", "text").first?.contains("orders/list") == true)
  }

  @Test("suggestions for one workload leave the others out")
  func oneWorkload() async throws {
    let fixture = try Fixture([:])
    try await fixture.record([call("r1"), call("r2", by: dashboard)])
    let json = try await fixture.review.report(.suggestions(for: dashboard), since: nil)
    #expect(texts(json, "policies", "workload") == [dashboard])
  }

  @Test("a hostile name of an operation stays within its string")
  func hostileNames() async throws {
    let fixture = try Fixture([:])
    var event = call("r1")
    event.request?.operation = "x\"; permit (principal, action, resource); //\\"
    try await fixture.record([event])
    let json = try await fixture.review.report(.suggestions(for: nil), since: nil)
    let text = try #require(texts(json, "policies", "text").first)
    #expect(try PolicyFile(name: "p", text: text).parse().policies.count == 1)
  }

  @Test("suggested policies are valid under the schema")
  func suggestionsAreValid() async throws {
    let fixture = try Fixture([:])
    try await fixture.record([call("r1"), issue("c1"), issue("c2", scopes: [])])
    let json = try await fixture.review.report(.suggestions(for: nil), since: nil)
    let text = try #require(texts(json, "policies", "text").first)
    let policies = try PolicyFile(name: "p", text: text).parse()
    let findings = try PolicyLint.findings(
      in: policies, schema: fixture.world.model.schema.schema(), model: fixture.world.model)
    #expect(findings.filter { $0.severity == .error }.isEmpty)
  }
}
