import Audit
import Authorization
import Credentials
import PolicyReview
import StrictJSON
import Testing

@Suite("Explanations and reach")
struct ExplanationTests {
  private static let policies = """
    @id("shop")
    permit (principal in Gatehouse::Group::"shop", action, resource)
    when { context.scopes.contains("orders:read") };

    @id("no-removal")
    forbid (principal, action, resource == Gatehouse::Operation::"orders/remove")
    unless { context.tenant == "other" };
    """

  @Test("the policies that decided are named with file, line, and what each clause read")
  func denied() async throws {
    let fixture = try Fixture(["p": Self.policies])
    var event = call(
      "r1", "DELETE", "/orders/7", operation: "remove", permitted: false,
      policies: ["p/no-removal"])
    event.decision?.stage = "policy"
    try await fixture.record([event])
    let json = try #require(try await fixture.review.explanation(of: "r1"))
    let policy = try #require(json["policies"]?.arrayValue?.first?.objectValue)
    #expect(json["decision"] == "deny")
    #expect(policy["id"] == "p/no-removal")
    #expect(policy["file"] == "p.cedar")
    #expect(policy["line"]?.integerValue == 5)
    #expect(texts(policy, "clauses", "text") == ["context.tenant == \"other\""])
    #expect(texts(json, "facts", "name") == ["context.tenant"])
    #expect(texts(json, "facts", "value") == ["\"acme\""])
    let changes = json["wouldHaveToDiffer"]?.arrayValue?.first?.objectValue?["changes"]?.arrayValue
    #expect(changes?.contains { $0.stringValue?.contains("context.tenant") == true } == true)
  }

  @Test("where nothing permits, the permits that lack least say what they lack")
  func nothingPermits() async throws {
    let fixture = try Fixture(["p": Self.policies])
    try await fixture.record([call("r1", scopes: ["orders:write"], permitted: false)])
    let json = try #require(try await fixture.review.explanation(of: "r1"))
    #expect(json["policies"]?.arrayValue == [])
    let nearest = try #require(json["wouldHaveToDiffer"]?.arrayValue?.first?.objectValue)
    #expect(nearest["policy"] == "p/shop")
    #expect(nearest["needs"] == "all")
    let changes = nearest["changes"]?.arrayValue?.compactMap(\.stringValue) ?? []
    #expect(changes.count == 1)
    #expect(changes.first?.contains("`context.scopes` is `[\"orders:write\"]`") == true)
  }

  @Test("it is said when the policies of today decide otherwise than those of then")
  func changed() async throws {
    let fixture = try Fixture(["p": Self.policies])
    try await fixture.record([call("r1", permitted: false)])
    let json = try #require(try await fixture.review.explanation(of: "r1"))
    let notes = json["notes"]?.arrayValue?.compactMap(\.stringValue) ?? []
    #expect(notes.contains { $0.contains("decide otherwise") })
  }

  @Test("an id that no event has is not explained")
  func unknown() async throws {
    let fixture = try Fixture(["p": Self.policies])
    #expect(try await fixture.review.explanation(of: "r1") == nil)
  }

  @Test("reach lists what depends on the request with its conditions, and leaves out the rest")
  func reach() async throws {
    let fixture = try Fixture(["p": Self.policies])
    let json = try #require(try await fixture.review.reach(of: checkout))
    #expect(texts(json, "operations", "operation") == ["list"])
    let operation = try #require(json["operations"]?.arrayValue?.first?.objectValue)
    #expect(operation["verdict"] == "depends")
    #expect(operation["token"] == "depends")
    #expect(operation["conditions"] == ["context.scopes.contains(\"orders:read\")"])
    #expect(operation["method"] == "GET")
    #expect(try await fixture.review.reach(of: dashboard)?["operations"] == [])
    #expect(try await fixture.review.reach(of: "spiffe://example.org/nobody") == nil)
  }

  @Test("what is known of the workload settles what policies ask about it")
  func known() throws {
    let fixture = try Fixture([
      "p": """
      permit (principal, action, resource)
      when { context.environment == "prod" && context.tenant == "acme" };
      """
    ])
    let entries = try fixture.world.model.reach(of: checkout).entries
    #expect(entries.map(\.depends) == [false, false])
    #expect(try fixture.world.model.reach(of: dashboard).entries.isEmpty)
  }

  @Test("a change of policies is told as what it adds and removes")
  func change() throws {
    let fixture = try Fixture(["p": Self.policies])
    let none = try fixture.world.model.replacingPolicies(PolicyFile.merge([]))
    let added = try fixture.world.model.reachChange(since: none, limit: 1000)
    #expect(added.added.map(\.operation) == ["list"])
    #expect(added.added.map(\.environment) == ["prod"])
    #expect(added.removed.isEmpty && added.isComplete)
    let removed = try none.reachChange(since: fixture.world.model, limit: 1000)
    #expect(removed.removed == added.added)
    #expect(try !none.reachChange(since: fixture.world.model, limit: 1).isComplete)
  }
}
