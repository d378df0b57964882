import Audit
import Credentials
import PolicyReview
import StrictJSON
import Testing

private let permitShop = """
  permit (principal in Gatehouse::Group::"shop", action, resource in Gatehouse::Service::"orders");
  """

private func page(
  _ candidate: String, since: Instant? = nil, cursor: String? = nil, limit: Int = 1000
) -> ReplayPage {
  ReplayPage(candidate: [("new", candidate)], since: since, cursor: cursor, limit: limit)
}

@Suite("Replay of recorded decisions")
struct ReplayTests {
  @Test("the policies that decided change nothing")
  func same() async throws {
    let fixture = try Fixture(["p": permitShop])
    try await fixture.record([
      call("r1"), issue("c1"), call("r2", "DELETE", "/orders/7", operation: "remove"),
    ])
    let json = try await fixture.review.replay(page(permitShop))
    #expect(json["examined"]?.integerValue == 3)
    #expect(json["total"]?.integerValue == 3)
    #expect(json["changes"]?.arrayValue == [])
    #expect(json["notReplayable"]?.arrayValue == [])
    #expect(json["next"]?.isNull == true)
  }

  @Test("each decision that a candidate changes is listed, with the policies that make it")
  func changes() async throws {
    let fixture = try Fixture(["p": permitShop])
    try await fixture.record([
      call("r1"), call("r2", "DELETE", "/orders/7", operation: "remove"), issue("c1"),
    ])
    let candidate =
      permitShop + """

        @id("no-removal")
        forbid (principal, action, resource == Gatehouse::Operation::"orders/remove")
        when { context.request.parameters has orderId && context.request.parameters.orderId == "7" };
        """
    let json = try await fixture.review.replay(page(candidate))
    let change = try #require(json["changes"]?.arrayValue?.first?.objectValue)
    #expect(json["changes"]?.arrayValue?.count == 1)
    #expect(change["id"]?.stringValue == "r2")
    #expect(change["recorded"]?.stringValue == "allow")
    #expect(change["candidate"]?.stringValue == "deny")
    #expect(change["policies"]?.arrayValue == ["new/no-removal"])
    #expect(change["resource"]?.stringValue == "orders/remove")
  }

  @Test("what a candidate opens is listed too")
  func opens() async throws {
    let fixture = try Fixture([:])
    try await fixture.record([call("r1", permitted: false)])
    let json = try await fixture.review.replay(page(permitShop))
    #expect(texts(json, "changes", "candidate") == ["allow"])
  }

  @Test("a workload is decided about as what it was then")
  func past() async throws {
    let fixture = try Fixture(["p": permitShop])
    var former = Fixture.shopFacts
    former.groups = []
    try await fixture.record([
      call("r1", facts: former), call("r2"), call("r3", facts: former), call("r4"),
    ])
    let json = try await fixture.review.replay(page(permitShop))
    #expect(texts(json, "changes", "id") == ["r1", "r3"])
  }

  @Test("posture has the age that it had then")
  func posture() async throws {
    let fixture = try Fixture([:])
    var facts = Fixture.shopFacts
    facts.posture = [PostureFact(name: "firewall", value: "on", observedAt: start - 100)]
    try await fixture.record([
      call("r1", facts: facts, at: start), call("r2", facts: facts, at: start + 400),
    ])
    let json = try await fixture.review.replay(
      page(
        """
        permit (principal, action, resource)
        when { context.posture has firewall && context.posture.firewall.age < 300 };
        """))
    #expect(texts(json, "changes", "id") == ["r2"])
  }

  @Test("evidence, scopes and time of an issue are those of its event")
  func issues() async throws {
    let fixture = try Fixture([:])
    try await fixture.record([issue("c1"), issue("c2", scopes: ["orders:write"])])
    let json = try await fixture.review.replay(
      page(
        """
        permit (principal, action == Gatehouse::Action::"issue", resource)
        when {
          context.scopes == ["orders:read"] && context.evidence.attestor == "unix" &&
          context.evidence.uid == "1000" && context.evidence.supplementary_gid.contains("7") &&
          context.now == \(start) && context.tenant == "acme"
        };
        """))
    #expect(texts(json, "changes", "id") == ["c2"])
  }

  @Test("what was not recorded is reported, with the reason")
  func notReplayable() async throws {
    let fixture = try Fixture(["p": permitShop])
    var short = call("short")
    short.request?.path = nil
    var gone = call("gone")
    gone.request?.service = "former"
    let moved = call("moved", "GET", "/orders", operation: "search")
    let cut = call("cut", by: nil, "GET", "/" + String(repeating: "a", count: 255), operation: nil)
    let factless = call("factless", facts: nil)
    try await fixture.record([short, gone, moved, cut, factless])
    let json = try await fixture.review.replay(page(permitShop))
    #expect(texts(json, "notReplayable", "id") == ["short", "gone", "moved", "cut", "factless"])
    #expect(Set(texts(json, "notReplayable", "reason")).count == 5)
    #expect(json["changes"]?.arrayValue == [])
  }

  @Test("what the policies were not asked about is no decision of theirs")
  func notAsked() async throws {
    let fixture = try Fixture(["p": permitShop])
    var refused = call("r1", permitted: false)
    refused.decision?.policyOutcome = nil
    try await fixture.record([refused])
    let json = try await fixture.review.replay(page(permitShop))
    #expect(json["changes"]?.arrayValue == [])
    #expect(json["notReplayable"]?.arrayValue == [])
  }

  @Test("what a service let pass in shadow is compared with what the policies said")
  func serviceInShadow() async throws {
    let fixture = try Fixture([:])
    try await fixture.record([call("r1", permitted: false, allowed: true)])
    let json = try await fixture.review.replay(page("forbid (principal, action, resource);"))
    #expect(json["changes"]?.arrayValue == [])
  }

  @Test("pages go on where the one before ended, whatever their size", arguments: [1, 2, 3, 7])
  func pages(limit: Int) async throws {
    let fixture = try Fixture(["p": permitShop])
    // Several events of one moment, so that a page may end among them.
    try await fixture.record((0..<7).map { call("r\($0)", at: start + Int64($0 / 3)) })
    var seen: [String] = []
    var cursor: String?
    var rounds = 0
    repeat {
      let json = try await fixture.review.replay(page("", cursor: cursor, limit: limit))
      seen += texts(json, "changes", "id")
      cursor = json["next"]?.stringValue
      rounds += 1
    } while cursor != nil && rounds < 20
    #expect(seen == (0..<7).map { "r\($0)" })
  }

  @Test("only what happened since is replayed")
  func since() async throws {
    let fixture = try Fixture(["p": permitShop])
    try await fixture.record([call("r1", at: start), call("r2", at: start + 10)])
    let json = try await fixture.review.replay(
      page("", since: Instant(seconds: start + 10)))
    #expect(texts(json, "changes", "id") == ["r2"])
    #expect(json["total"]?.integerValue == 1)
  }

  @Test(
    "a candidate that is no policy is refused",
    arguments: [
      "permit", "permit (principal == ?principal, action, resource);",
      "@mode(\"x\") permit (principal, action, resource);",
    ])
  func invalid(candidate: String) async throws {
    let fixture = try Fixture([:])
    try await fixture.record([call("r1")])
    await #expect(throws: PolicyReviewError.self) {
      try await fixture.review.replay(page(candidate))
    }
  }

  @Test(
    "a cursor that no page gave is refused",
    arguments: ["", "x", "-1", "1/2", "9999999999999999999999"])
  func cursor(text: String) async throws {
    let fixture = try Fixture([:])
    await #expect(throws: PolicyReviewError.self) {
      try await fixture.review.replay(page("", cursor: text))
    }
  }

  @Test("policies in shadow do not decide a replay")
  func shadowCandidate() async throws {
    let fixture = try Fixture(["p": permitShop])
    try await fixture.record([call("r1")])
    let candidate = permitShop + "\n@mode(\"shadow\") forbid (principal, action, resource);"
    let json = try await fixture.review.replay(page(candidate))
    #expect(json["changes"]?.arrayValue == [])
  }
}
