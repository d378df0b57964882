import Audit
import ControlPlane
import Credentials
import Distribution
import OAuth
import SPIFFE
import StrictJSON
import Testing

/// What is reported of a workload's condition, and what policies make of it.
@Suite struct PostureTests {
  private typealias Fixture = PlaneFixture
  private static let workload = "spiffe://example.org/shop/checkout"

  private func report(
    _ fixture: Fixture, _ facts: [String: String?], of workload: String = Self.workload,
    at seconds: Int64? = nil
  ) async throws -> AppliedChange {
    try await fixture.plane.administration.report(
      PostureReport(
        workload: SPIFFEID(parsing: workload), facts: facts,
        observedAt: seconds.map { Instant(seconds: $0) }),
      by: Fixture.administrator)
  }

  private func refusal(
    _ fixture: Fixture, _ facts: [String: String?], of workload: String = Self.workload,
    at seconds: Int64? = nil
  ) async -> AdministrationError? {
    await failure(AdministrationError.self) {
      _ = try await self.report(fixture, facts, of: workload, at: seconds)
    }
  }

  private func stored(_ fixture: Fixture) async throws -> [PostureFact] {
    try await fixture.records("posture")[Self.workload].map {
      try PostureRecord(bytes: $0).facts
    } ?? []
  }

  @Test("a reported fact is recorded, shown, and seen by the next decision")
  func reported() async throws {
    let fixture = try await Fixture()
    try await fixture.apply(policies: [
      "orders": """
      permit(principal in Gatehouse::Group::"shop", action == Gatehouse::Action::"issue",
        resource == Gatehouse::Service::"orders")
      when { context.posture has firewall && context.posture.firewall.value == "on"
        && context.posture.firewall.age < 60 };
      """
    ])
    await #expect(throws: OAuthError.self) {
      _ = try await fixture.exchange(try await fixture.jwtSVID())
    }
    let change = try await self.report(fixture, ["firewall": "on", "patchLevel": "12"])
    #expect(change.items == [.init(kind: "Posture", name: Self.workload, action: .created)])
    _ = try await fixture.exchange(try await fixture.jwtSVID())
    let now = fixture.clock.now()
    let shown = try await fixture.plane.administration.records(.workload, named: "checkout")
    #expect(
      shown.first?.status["posture"] == [
        "firewall": ["value": "on", "observedAt": .string(now.description)],
        "patchLevel": ["value": "12", "observedAt": .string(now.description)],
      ])
    let issued = try #require(fixture.audit.events(.credentialIssued).last)
    #expect(issued.workloadFacts?.posture.map(\.name) == ["firewall", "patchLevel"])
    #expect(issued.workloadFacts?.environment == "prod")
    #expect(issued.issue == .init(service: "orders", scopes: ["orders.read"]))
    // An old fact is the policy's to judge.
    fixture.clock.advance(bySeconds: 60)
    await #expect(throws: OAuthError.self) {
      _ = try await fixture.exchange(try await fixture.jwtSVID())
    }
    let again = try await self.report(fixture, ["firewall": "on"])
    #expect(again.items.map(\.action) == [.updated])
    _ = try await fixture.exchange(try await fixture.jwtSVID())
  }

  @Test("the log says who reported which facts, and never their values")
  func recorded() async throws {
    let fixture = try await Fixture()
    _ = try await self.report(fixture, ["riskLevel": "s3cret", "firewall": "s3cret"])
    let event = try #require(fixture.audit.events(.recordChanged).last)
    #expect(event.subject?.kind == "posture" && event.subject?.name == Self.workload)
    #expect(event.subject?.change == "created")
    #expect(event.subject?.reason == "firewall, riskLevel")
    #expect(event.workload == Self.workload && event.actor.id == "uid:0")
    #expect(!String(decoding: event.encoded(), as: UTF8.self).contains("s3cret"))
  }

  @Test("nothing is recorded of a report that cannot be logged")
  func logFails() async throws {
    let fixture = try await Fixture()
    fixture.audit.fail()
    await #expect(throws: (any Error).self) {
      _ = try await self.report(fixture, ["firewall": "on"])
    }
    #expect(try await self.stored(fixture).isEmpty)
  }

  @Test("the newest observation wins, whenever it arrives")
  func newest() async throws {
    let fixture = try await Fixture()
    let now = fixture.clock.now().seconds
    _ = try await self.report(fixture, ["firewall": "on"], at: now - 10)
    let late = try await self.report(
      fixture, ["firewall": "off", "patchLevel": "1"], at: now - 20)
    #expect(late.items.first?.action == .updated)
    #expect(late.items.first?.notes.count == 1)
    #expect(try await self.stored(fixture).map(\.value) == ["on", "1"])
    let earlier = try await self.report(fixture, ["firewall": nil], at: now - 11)
    #expect(earlier.items.first?.action == .unchanged)
    let same = try await self.report(fixture, ["firewall": "off"], at: now - 10)
    #expect(same.items.first?.action == .updated && same.items.first?.notes == [])
    #expect(try await self.stored(fixture).map(\.value) == ["off", "1"])
  }

  @Test("facts are taken back one by one, and the record goes with the last")
  func takenBack() async throws {
    let fixture = try await Fixture()
    _ = try await self.report(fixture, ["firewall": "on", "patchLevel": "1"])
    _ = try await self.report(fixture, ["firewall": nil, "neverReported": nil])
    #expect(try await self.stored(fixture).map(\.name) == ["patchLevel"])
    let last = try await self.report(fixture, ["patchLevel": nil])
    #expect(last.items.map(\.action) == [.deleted])
    #expect(try await fixture.records("posture").isEmpty)
    let nothing = try await self.report(fixture, ["patchLevel": nil])
    #expect(nothing.items.map(\.action) == [.unchanged])
  }

  @Test(
    "a workload that nobody registered has no condition",
    arguments: [
      "spiffe://example.org/nobody", "spiffe://example.com/shop/checkout", "spiffe://example.org",
      "spiffe://example.org/gatehouse/gateway",
    ])
  func unknown(workload: String) async throws {
    let fixture = try await Fixture()
    let refusal = await self.refusal(fixture, ["firewall": "on"], of: workload)
    #expect(refusal?.code == .notFound)
    #expect(refusal?.description.contains(workload) == true)
    #expect(try await fixture.records("posture").isEmpty)
  }

  @Test("what is no fact is refused whole")
  func invalid() async throws {
    let fixture = try await Fixture()
    let names = [
      "", "1a", "a-b", "a.b", "a b", "\u{E9}", "a\u{0}", "a\"", String(repeating: "a", count: 65),
    ]
    let values = [
      "\u{0}", "a\nb", "a\u{7F}", "\u{85}", "\u{1B}[31m", String(repeating: "\u{E9}", count: 129),
      String(repeating: "a", count: 5_000_000),
    ]
    for facts in [[:]] + names.map({ [$0: "x"] }) + values.map({ ["good": "x", "bad": $0] })
      as [[String: String?]]
    {
      let refusal = await self.refusal(fixture, facts)
      #expect(refusal?.code == .invalid, "\(facts.keys)")
      #expect(refusal?.description.utf8.count ?? 0 < 300)
    }
    #expect(try await fixture.records("posture").isEmpty)
    _ = try await self.report(
      fixture, ["_a1": "\u{E9}\u{1F600}\"\\", "b": "", "c": String(repeating: "x", count: 256)])
  }

  @Test("a workload has 64 facts at most, over all reports")
  func tooMany() async throws {
    let fixture = try await Fixture()
    func facts(_ numbers: Range<Int>) -> [String: String?] {
      Dictionary(uniqueKeysWithValues: numbers.map { ("fact\($0)", "x") })
    }
    #expect(await self.refusal(fixture, facts(0..<65))?.code == .invalid)
    _ = try await self.report(fixture, facts(0..<64))
    #expect(await self.refusal(fixture, ["one": "more"])?.code == .invalid)
    _ = try await self.report(fixture, ["fact0": nil, "one": "more"])
    #expect(try await self.stored(fixture).count == 64)
  }

  @Test("nothing is found in the future, a small difference of clocks apart")
  func future() async throws {
    let fixture = try await Fixture()
    let now = fixture.clock.now().seconds
    for seconds in [now + 61, now + 100_000_000] {
      #expect(await self.refusal(fixture, ["firewall": "on"], at: seconds)?.code == .invalid)
    }
    _ = try await self.report(fixture, ["firewall": "on"], at: now + 60)
    _ = try await self.report(fixture, ["patchLevel": "on"], at: 0)
  }

  @Test("what was found of a workload goes with it, and stays when only its name changes")
  func deleted() async throws {
    let fixture = try await Fixture()
    _ = try await self.report(fixture, ["firewall": "on"])
    try await fixture.apply(
      [Fixture.workload("renamed", path: "/shop/checkout"), Fixture.service("orders")],
      policies: ["orders": Fixture.permit], prunes: true)
    #expect(try await self.stored(fixture).map(\.name) == ["firewall"])
    try await fixture.apply([Fixture.workload("renamed", path: "/shop/elsewhere")])
    #expect(try await fixture.records("posture").isEmpty)
    try await fixture.apply([Fixture.workload("renamed", path: "/shop/checkout")])
    _ = try await self.report(fixture, ["firewall": "on"])
    _ = try await fixture.plane.administration.delete(
      .workload, named: "renamed", by: Fixture.administrator)
    #expect(try await fixture.records("posture").isEmpty)
  }

  @Test("a report is told to gateways, and says which of them know it")
  func gateways() async throws {
    let fixture = try await Fixture()
    try await fixture.withGateway { gateway in
      await gateway.acknowledgeNext()
      async let change = self.report(fixture, ["firewall": "on"])
      guard case .changes(let items, let revision)? = await gateway.hear() else {
        Issue.record("nothing was told")
        return
      }
      #expect(items.contains { $0.kind == "posture" && $0.name == Self.workload })
      gateway.say(.acknowledged(revision: revision))
      let outcome = try await change
      #expect(outcome.gateways == .init(acknowledged: [Fixture.gatewayID], missing: []))
    }
  }

  @Test("a restart knows what was found")
  func restart() async throws {
    let fixture = try await Fixture()
    _ = try await self.report(fixture, ["firewall": "on"])
    let again = PlaneFixture(state: fixture.state, plane: try await fixture.state.start(seed: 9))
    let shown = try await again.plane.administration.records(.workload, named: "checkout")
    #expect(shown.first?.status["posture"]?.objectValue?.members.count == 1)
  }
}
