import ControlPlane
import Distribution
import Testing

/// Putting a `forbid` into shadow opens what it closes, and takes a right of its own.
@Suite struct ShadowRightTests {
  private typealias Fixture = PlaneFixture
  private static let ordinary = Administrator(uid: 1000, rights: [])

  private static let forbid = """
    @id("no-dev")
    forbid(principal, action, resource) when { principal.environment == "dev" };
    """
  private static let shadowed = "@mode(\"shadow\")\n" + Self.forbid
  private static let shadowedPermit = "@mode(\"shadow\")\n" + Fixture.permit

  private func apply(
    _ fixture: Fixture, _ policies: [String: String], isDryRun: Bool = false,
    prunes: Bool = false, by administrator: Administrator = Self.ordinary
  ) async throws -> AppliedChange {
    try await fixture.plane.administration.apply(
      ProposedChange(
        documents: prunes
          ? [Fixture.workload("checkout", path: "/shop/checkout"), Fixture.service("orders")] : [],
        policies: policies.map { PolicyDocument(name: $0.key, text: $0.value) },
        isDryRun: isDryRun, prunes: prunes),
      by: administrator)
  }

  private func refuse(
    _ fixture: Fixture, _ policies: [String: String], prunes: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let before = try await fixture.records("policy")
    for isDryRun in [true, false] {
      let refusal = await failure(AdministrationError.self) {
        _ = try await self.apply(fixture, policies, isDryRun: isDryRun, prunes: prunes)
      }
      #expect(refusal?.code == .forbidden, sourceLocation: sourceLocation)
      #expect(refusal?.description.contains("/no-dev`") == true, sourceLocation: sourceLocation)
      #expect(
        refusal?.description.contains("--admin-right shadow-forbid") == true,
        sourceLocation: sourceLocation)
    }
    #expect(try await fixture.records("policy") == before, sourceLocation: sourceLocation)
  }

  @Test("a new forbid in shadow is refused without the right, in a dry run too")
  func new() async throws {
    let fixture = try await Fixture()
    try await self.refuse(fixture, ["guard": Self.shadowed])
    try await self.refuse(fixture, ["guard": Fixture.permit + Self.shadowed])
    let right = Administrator(uid: 1000, rights: [.shadowForbid])
    _ = try await self.apply(fixture, ["guard": Self.shadowed], by: right)
    #expect(try await fixture.records("policy").keys.contains("guard"))
  }

  @Test("a forbid in force cannot be put into shadow without the right")
  func enforced() async throws {
    let fixture = try await Fixture()
    _ = try await self.apply(fixture, ["guard": Self.forbid])
    try await self.refuse(fixture, ["guard": Self.shadowed])
    try await self.refuse(fixture, ["guard": "// moved", "other": Self.shadowed])
  }

  @Test("neither renaming its file nor changing its text gets around the right")
  func changed() async throws {
    let fixture = try await Fixture()
    _ = try await self.apply(
      fixture, ["guard": Self.shadowed], by: Fixture.administrator)
    try await self.refuse(fixture, ["guard": Self.shadowed + "\n// comment"])
    try await self.refuse(fixture, ["guard": Self.shadowed + Fixture.permit])
    try await self.refuse(
      fixture, ["renamed": Self.shadowed, "orders": Fixture.permit], prunes: true)
  }

  @Test("what is there already stays, and can be enforced or deleted by anybody")
  func harmless() async throws {
    let fixture = try await Fixture()
    _ = try await self.apply(fixture, ["guard": Self.shadowed], by: Fixture.administrator)
    // Unchanged, and changes elsewhere.
    _ = try await self.apply(fixture, ["guard": Self.shadowed])
    _ = try await self.apply(fixture, ["more": Fixture.permit])
    _ = try await self.apply(fixture, ["guard": Self.forbid])
    _ = try await fixture.plane.administration.delete(
      .policy, named: "guard", by: Self.ordinary)
  }

  @Test("a permit in shadow opens nothing, and takes no right")
  func permit() async throws {
    let fixture = try await Fixture()
    _ = try await self.apply(fixture, ["more": Self.shadowedPermit])
    _ = try await self.apply(fixture, ["orders": Self.shadowedPermit])
  }

  @Test(
    "a mode that there is not is refused, in whatever spelling",
    arguments: ["", "Shadow", "shadow ", "SHADOW", "off", "enforce", "sh\\u{61}dow "])
  func unknownMode(mode: String) async throws {
    let fixture = try await Fixture()
    let rejection = await failure(RejectedChange.self) {
      _ = try await self.apply(
        fixture, ["guard": "\n@mode(\"\(mode)\")\n\(Self.forbid)"], by: Fixture.administrator)
    }
    #expect(rejection?.problems.map(\.name) == ["guard"])
    #expect(rejection?.problems.first?.location == "2:1")
    #expect(rejection?.description.contains("@mode(\"shadow\")") == true)
  }

  @Test("an escaped spelling of shadow is shadow, and takes the right")
  func escaped() async throws {
    let fixture = try await Fixture()
    try await self.refuse(fixture, ["guard": "@mode(\"sh\\u{61}dow\")\n" + Self.forbid])
  }
}
