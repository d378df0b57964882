import ControlPlane
import Distribution
import OAuth
import RecordStore
import StrictJSON
import Testing

/// An invalid or missing policy never opens a door: the last good set stays in force.
@Suite struct BrokenPolicyTests {
  private typealias Fixture = PlaneFixture

  struct Broken: Sendable, CustomTestStringConvertible {
    let what: String
    let text: String
    var testDescription: String { self.what }
  }

  private static let permitAll = "permit(principal, action, resource);\n"
  private static let forbidAll = "forbid(principal, action, resource);\n"

  /// Every text also holds a permit for everything, which must not count.
  static let broken: [Broken] =
    [
      ("no end", "permit(principal, action, resource)"),
      ("half of it", "permit(principal, act"), ("no effect", "(principal, action, resource);"),
      ("an unknown effect", "allow(principal, action, resource);"),
      ("an effect in capitals", "FORBID(principal, action, resource);"),
      ("no resource", "permit(principal, action);"),
      ("an empty condition", "forbid(principal, action, resource) when { };"),
      ("an unknown clause", "forbid(principal, action, resource) if { true };"),
      ("an unknown function", "forbid(principal, action, resource) when { f(1) };"),
      ("an unknown variable", "forbid(principal, action, resource) when { user == 1 };"),
      (
        "a number too large",
        "forbid(principal, action, resource) when { 9223372036854775808 == 1 };"
      ),
      ("an unknown escape", #"forbid(principal, action, resource) when { "\q" == "" };"#),
      ("an open string", #"forbid(principal, action, resource) when { "a };"#),
      ("an assignment", "forbid(principal, action, resource) when { context.now = 1 };"),
      ("NUL", "\u{0}"), ("another text", "<html>"), ("a byte-order mark within", "\u{FEFF};"),
      ("JSON", #"{"effect": "permit"}"#), ("YAML", "kind: Policy"),
      ("a template", "forbid(principal == ?principal, action, resource);"),
      ("a template of a resource", "forbid(principal, action, resource in ?resource);"),
      ("an id that stands twice", "@id(\"a\") \(forbidAll) @id(\"a\") \(forbidAll)"),
      ("an id that is another's position", "@id(\"0\") \(forbidAll)"),
      ("an annotation that stands twice", "@id(\"a\") @id(\"b\") \(forbidAll)"),
      ("an unknown mode", "@mode(\"audit\") \(forbidAll)"),
      ("a mode without a value", "@mode \(forbidAll)"),
      ("deep brackets", String(repeating: "(", count: 100_000)),
      (
        "deep negation",
        "forbid(principal, action, resource) when { \(String(repeating: "!", count: 10_000))true };"
      ),
      ("5 MB that begin well", String(repeating: "// comment\n", count: 480_000)),
      (
        "5 MB of one condition",
        "forbid(principal, action, resource) when { "
          + String(repeating: "context.now == 1 || ", count: 260_000) + "true };"
      ),
    ].map { Broken(what: $0, text: permitAll + $1) }

  /// What the fixture's policies say: reading is permitted, writing is not.
  private func expectLastGoodPolicies(_ fixture: Fixture) async throws {
    let subject = try await fixture.jwtSVID()
    _ = try await fixture.exchange(subject)
    await #expect(throws: OAuthError.self) {
      _ = try await fixture.exchange(subject, scope: "orders.write")
    }
  }

  @Test("what is no set of policies is refused whole, and nothing changes", arguments: broken)
  func refused(_ broken: Broken) async throws {
    let fixture = try await Fixture()
    let before = try await fixture.state.store.snapshot()
    for name in ["orders", "new"] {
      for isDryRun in [true, false] {
        await #expect(throws: (any Error).self) {
          try await fixture.apply(
            [Fixture.workload("b", path: "/b")],
            policies: [name: broken.text, "fine": Self.permitAll], isDryRun: isDryRun)
        }
      }
    }
    #expect(try await fixture.state.store.snapshot() == before)
    try await self.expectLastGoodPolicies(fixture)
    // What is refused leaves nothing behind that would refuse the next change.
    try await fixture.apply([Fixture.workload("b", path: "/b")])
    try await self.expectLastGoodPolicies(fixture)
  }

  @Test("an empty file permits nothing", arguments: ["", "\n\n", "// nothing\n", "\u{FEFF}"])
  func empty(text: String) async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    do {
      try await fixture.apply(policies: ["orders": text])
    } catch is RejectedChange {
      try await self.expectLastGoodPolicies(fixture)
      return
    }
    await #expect(throws: OAuthError.self) { _ = try await fixture.exchange(subject) }
  }

  @Test("without any policy no token is issued, and SVIDs are")
  func deleted() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    _ = try await fixture.plane.administration.delete(
      .policy, named: "orders", by: Fixture.administrator)
    await #expect(throws: OAuthError.self) { _ = try await fixture.exchange(subject) }
    _ = try await fixture.jwtSVID()
    let again = PlaneFixture(state: fixture.state, plane: try await fixture.state.start(seed: 9))
    await #expect(throws: OAuthError.self) { _ = try await again.exchange(subject) }
  }

  @Test("pruning with a folder that lost its policies leaves none, and permits nothing")
  func pruned() async throws {
    let fixture = try await Fixture()
    try await fixture.apply(
      [Fixture.workload("checkout", path: "/shop/checkout"), Fixture.service("orders")],
      prunes: true)
    await #expect(throws: OAuthError.self) {
      _ = try await fixture.exchange(try await fixture.jwtSVID())
    }
  }

  /// Records that no administrator can have applied.
  static let damaged: [Broken] =
    broken.map { broken in
      Broken(
        what: broken.what,
        text: String(
          decoding: ManifestRecord(spec: [:], text: broken.text).bytes, as: UTF8.self))
    }
    + [
      ("nothing", ""), ("half a record", #"{"spec":{},"te"#), ("no object", "[]"),
      ("no text", #"{"spec":{}}"#), ("a text that is none", #"{"spec":{},"text":7}"#),
      ("no spec", #"{"text":""}"#), ("a member twice", #"{"spec":{},"text":"","text":""}"#),
    ].map { Broken(what: $0, text: $1) }

  @Test(
    "a damaged policy in the store stops the start, and never a running server",
    arguments: damaged)
  func damagedRecord(_ record: Broken) async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    let bytes = Array(record.text.utf8)
    // The store takes no larger ones, from anybody.
    guard bytes.count <= RecordLimits.valueBytes else { return }
    for name in ["orders", "new"] {
      let good = try await fixture.records("policy")[name]
      let key = try #require(RecordKey.of("policy", name))
      var damage = RecordTransaction()
      damage.put(key, bytes)
      _ = try await fixture.state.store.commit(damage)
      let refusal = await failure(RejectedChange.self) {
        _ = try await fixture.state.start(seed: 9)
      }
      #expect(refusal?.problems.first.map { [name, "all"].contains($0.name) } == true)
      #expect(try await fixture.records("policy")[name] == bytes)
      // The one that runs goes on by what it knew, and takes no change on top of the damage.
      _ = try await fixture.exchange(subject)
      await #expect(throws: OAuthError.self) {
        _ = try await fixture.exchange(subject, scope: "orders.write")
      }
      await #expect(throws: RejectedChange.self) {
        try await fixture.apply([Fixture.workload("b", path: "/b")])
      }
      var repair = RecordTransaction()
      if let good { repair.put(key, good) } else { repair.delete(key) }
      _ = try await fixture.state.store.commit(repair)
      try await fixture.apply([Fixture.workload("b\(name)", path: "/b\(name)")])
    }
    try await self.expectLastGoodPolicies(fixture)
  }

  @Test(
    "a damaged posture stops the start too: a forbid may depend on it",
    arguments: [
      "", "{", "{}", #"{"facts":[]}"#, #"{"facts":{"a":1}}"#, #"{"facts":{"a":{"value":"x"}}}"#,
      #"{"facts":{"a b":{"value":"x","observedAt":1}}}"#,
      #"{"facts":{"a":{"value":1,"observedAt":1}}}"#,
    ])
  func damagedPosture(text: String) async throws {
    let fixture = try await Fixture()
    var damage = RecordTransaction()
    damage.put(
      try #require(RecordKey.of("posture", "spiffe://example.org/shop/checkout")), Array(text.utf8))
    _ = try await fixture.state.store.commit(damage)
    await #expect(throws: RejectedChange.self) { _ = try await fixture.state.start(seed: 9) }
    try await self.expectLastGoodPolicies(fixture)
  }

  @Test("a policy that errs while it is asked opens nothing", arguments: ["permit", "forbid"])
  func erring(effect: String) async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    try await fixture.apply(policies: [
      "guard": """
      \(effect)(principal, action == Gatehouse::Action::"issue", resource)
      when { context.now + 9223372036854775807 > 0 };
      """
    ])
    await #expect(throws: OAuthError.self) {
      _ = try await fixture.exchange(subject, scope: "orders.write")
    }
    if effect == "forbid" {
      await #expect(throws: OAuthError.self) { _ = try await fixture.exchange(subject) }
    } else {
      _ = try await fixture.exchange(subject)
    }
  }
}
