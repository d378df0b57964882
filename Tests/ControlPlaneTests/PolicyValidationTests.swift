import ControlPlane
import Credentials
import Distribution
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import Testing

/// What administrators change is held to the schema of Gatehouse's world.
@Suite struct PolicyValidationTests {
  private typealias Fixture = PlaneFixture

  private static let contract = Fixture.contract.replacing(
    "  /orders:",
    with: """
        /orders/{order-id}:
          get:
            operationId: getOrder
            parameters: [{name: order-id, in: path, required: true, schema: {type: string}}]
            responses: {"200": {description: ok}}
        /orders:
      """)

  private func rejection(
    _ fixture: Fixture, _ text: String, isDryRun: Bool = false
  ) async -> RejectedChange? {
    await failure(RejectedChange.self) {
      try await fixture.apply(policies: ["guard": text], isDryRun: isDryRun)
    }
  }

  private static func on(_ action: String, _ condition: String) -> String {
    """
    forbid(principal, action == Gatehouse::Action::"\(action)", resource)
    when {
      \(condition)
    };
    """
  }

  @Test(
    "a policy that speaks of what cannot be is refused whole, with its place",
    arguments: [
      on("call", "context.noSuchThing == 1"), on("issue", "context.request.method == \"GET\""),
      on("call", "context.evidence.uid == \"0\""), on("call", "principal.environmnet == \"dev\""),
      on("call", "principal.owner == 7"), on("call", "context.now < \"noon\""),
      on("call", "context.scopes.contains(7)"), on("issue", "context.evidence.uid == \"0\""),
      on("issue", "context.evidence has uid && context.evidence.uid == 0"),
      on("call", "context.posture.firewall.value == \"on\""),
      on("call", "context.posture has firewall && context.posture.firewall == \"on\""),
      on("call", "context.request.parameters.gone == \"\""),
      on("call", "principal in Gatehouse::Team::\"a\""),
      on("call", "resource in Service::\"orders\""),
      on("call", "principal is Gatehouse::User"), on("call", "resource.owner == \"x\""),
      on("read", "true"), on("call", "[] == context.scopes"), on("call", "context.request"),
    ])
  func invalid(text: String) async throws {
    let fixture = try await Fixture()
    let before = try await fixture.state.store.snapshot()
    for isDryRun in [true, false] {
      let rejection = await self.rejection(fixture, text, isDryRun: isDryRun)
      let problem = try #require(rejection?.problems.first, "accepted: \(text)")
      #expect(problem.kind == "Policy" && problem.name == "guard")
      #expect(["1", "3"].contains(problem.location.split(separator: ":").first), "\(problem)")
      #expect(problem.message.contains("`guard/0`"))
    }
    #expect(try await fixture.state.store.snapshot() == before)
  }

  @Test("every problem of every file is said at once")
  func several() async throws {
    let fixture = try await Fixture()
    let rejection = await failure(RejectedChange.self) {
      try await fixture.apply(policies: [
        "a": Self.on("call", "context.x == 1 || context.y == 2"),
        "b": "\n\n" + Self.on("call", "context.z == 1"), "good": Fixture.permit,
      ])
    }
    #expect(Set(rejection?.problems.map(\.name) ?? []) == ["a", "b"])
    #expect(rejection?.problems.contains { $0.name == "b" && $0.location == "5:3" } == true)
  }

  @Test("what the schema knows is accepted")
  func valid() async throws {
    let fixture = try await Fixture()
    try await fixture.apply([Fixture.service("orders", contract: Self.contract)])
    let conditions = [
      ("call", "principal.environment == \"dev\" && principal.kind like \"ai-*\""),
      ("call", "context.request.method == \"DELETE\" && context.request.path like \"/admin/*\""),
      ("call", "context.request.parameters has \"order-id\""),
      ("call", "context.scopes.containsAny([\"a\", \"b\"]) && context.now > 0"),
      ("call", "context.environment == \"prod\" && context.tenant != \"\""),
      ("issue", "context.evidence.attestor == \"unix\" && context.evidence.node == \"n\""),
      ("issue", "context.evidence has sha256 && context.evidence.sha256 == \"x\""),
      ("issue", "context.posture has diskEncryption && context.posture.diskEncryption.age > 3600"),
      ("issue", "resource is Gatehouse::TrustDomain && principal.owner == \"\""),
      ("call", "principal is Gatehouse::Anonymous"),
    ]
    for (action, condition) in conditions {
      try await fixture.apply(policies: ["guard": Self.on(action, condition)])
    }
  }

  @Test("a change elsewhere after which a policy never applies says so, where it was made")
  func elsewhere() async throws {
    let fixture = try await Fixture()
    try await fixture.apply(
      [Fixture.service("orders", contract: Self.contract)],
      policies: [
        "guard": Self.on(
          "call",
          "context.request.parameters has \"order-id\" "
            + "&& context.request.parameters[\"order-id\"] == \"7\""),
        "names": "forbid(principal == Gatehouse::Workload::\"spiffe://example.org/b\", "
          + "action == Gatehouse::Action::\"call\", resource);",
      ])
    let dead =
      "policy guard:1:1: `guard/0`: this policy can never apply; nothing is forbidden by it"
    for isDryRun in [true, false] {
      let change = try await fixture.apply(
        [Fixture.workload("b", path: "/b"), Fixture.service("orders")], isDryRun: isDryRun)
      #expect(change.items.first?.notes.contains(dead) == true)
      #expect(change.items.last?.notes.isEmpty == true)
    }
    // What was so before is not the doing of the next change.
    let next = try await fixture.apply([Fixture.workload("c", path: "/c")])
    #expect(next.items.flatMap(\.notes).isEmpty)
    let deleted = try await fixture.plane.administration.delete(
      .workload, named: "b", by: Fixture.administrator)
    #expect(
      deleted.items.first?.notes.last?.hasPrefix("policy names:1:1: `names/0`: no workload has")
        == true)
  }

  @Test("a policy about a fact that nobody reported never applies, and a note says so")
  func postureNames() async throws {
    let fixture = try await Fixture()
    let text = Self.on(
      "call", "context.posture has kernl && context.posture.kernl.value == \"old\"")
    let unknown = try await fixture.apply(policies: ["guard": text])
    #expect(
      unknown.items.first?.notes == [
        "1:1: `guard/0`: this policy can never apply; nothing is forbidden by it",
        "3:3: `guard/0`: `context.posture` never has `kernl`: this is always false",
      ])
    func report(_ facts: [String: String?]) async throws -> AppliedChange {
      try await fixture.plane.administration.report(
        PostureReport(workload: fixture.checkout.id, facts: facts, observedAt: nil),
        by: Fixture.administrator)
    }
    _ = try await report(["kernel": "new"])
    let close = try await fixture.apply(policies: ["guard": text], isDryRun: true)
    #expect(close.items.first?.notes.last?.hasSuffix("did you mean `kernel`?") == true)
    _ = try await report(["kernl": "new"])
    #expect(try await fixture.apply(policies: ["guard": text]).items.first?.notes == [])
  }

  @Test("a fact on which a policy relies without asking for it cannot be taken back")
  func reliedUpon() async throws {
    let fixture = try await Fixture()
    let workload = try fixture.checkout.id
    func report(_ facts: [String: String?]) async throws {
      _ = try await fixture.plane.administration.report(
        PostureReport(workload: workload, facts: facts, observedAt: nil),
        by: Fixture.administrator)
    }
    try await report(["kernel": "new"])
    let text = Self.on(
      "call",
      "principal.owner == \"\" || (context.posture has kernel "
        + "&& context.posture.kernel.value == \"old\")")
    try await fixture.apply(policies: ["guard": text])
    // The test is false without the fact, and the policy is still valid.
    try await report(["kernel": nil])
    try await fixture.apply(policies: ["guard": text])
  }

  @Test("policies that were accepted before stay in force, though they are not valid any more")
  func olderPolicies() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    // As an older program may have accepted it.
    var older = RecordTransaction()
    let text = "forbid(principal, action, resource) when { principal.clearance < 3 };"
    older.put(
      try #require(RecordKey.of("policy", "older")),
      ManifestRecord(spec: [:], text: text).bytes)
    _ = try await fixture.state.store.commit(older)
    let again = PlaneFixture(state: fixture.state, plane: try await fixture.state.start(seed: 9))
    // It errs, and an erring forbid denies.
    await #expect(throws: OAuthError.self) { _ = try await again.exchange(subject) }
    let rejection = await failure(RejectedChange.self) {
      try await again.apply([Fixture.workload("b", path: "/b")])
    }
    #expect(Set(rejection?.problems.map(\.name) ?? []) == ["older"])
    // Revoking does not wait for anybody to mend policies.
    _ = try await again.revoke(.workload(again.checkout.id))
    _ = try await again.plane.revocation.restore(again.checkout.id, by: Fixture.administrator)
    _ = try await again.plane.administration.delete(
      .policy, named: "older", by: Fixture.administrator)
    try await again.apply([Fixture.workload("b", path: "/b")])
  }

  @Test("notes say what deserves a look, also of what is unchanged, and only of the files named")
  func notes() async throws {
    let fixture = try await Fixture()
    let policies = [
      "wide": "permit(principal, action, resource);",
      "never": Self.on("call", "context.now < 0 && false"),
      "names": """
      permit(principal in Gatehouse::Group::"shpo", action == Gatehouse::Action::"issue",
        resource == Gatehouse::Service::"orders");
      """,
    ]
    for isDryRun in [true, false, false] {
      let change = try await fixture.apply(policies: policies, isDryRun: isDryRun)
      func notes(_ name: String) -> [String] {
        change.items.first { $0.name == name }?.notes ?? []
      }
      #expect(notes("wide").count == 1)
      #expect(notes("wide").first?.hasPrefix("1:1: `wide/0`: ") == true)
      #expect(notes("wide").first?.contains("every workload gets a token") == true)
      #expect(notes("never").count == 1)
      #expect(
        notes("names") == [
          "1:1: `names/0`: no workload is in the group `shpo`; did you mean `shop`?"
        ])
    }
    let other = try await fixture.apply(policies: ["orders": Fixture.permit])
    #expect(other.items.flatMap(\.notes).isEmpty)
    let deleted = try await fixture.plane.administration.delete(
      .policy, named: "wide", by: Fixture.administrator)
    #expect(deleted.items.flatMap(\.notes).isEmpty)
  }
}
