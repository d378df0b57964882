import Authorization
import CedarPolicy
import Testing

@Suite struct PolicyLintTests {
  private func findings(_ text: String, named: Bool = true) throws -> [PolicyFinding] {
    let model = try model()
    return PolicyLint.findings(
      in: try PolicyFile(name: "p", text: text).parse(), schema: try model.schema.schema(),
      model: named ? model : nil)
  }

  private let issue = "action == Gatehouse::Action::\"issue\""
  private let orders = "resource == Gatehouse::Service::\"orders\""

  @Test("policies that name what there is, and limit what they permit, are without a finding")
  func clean() throws {
    let texts = [
      "", "forbid(principal, action, resource);",
      "permit(principal in Gatehouse::Group::\"shop\", \(issue), \(orders));",
      "permit(principal == Gatehouse::Workload::\"\(shop)\", action, \(orders));",
      "permit(principal, \(issue), resource) when { context.evidence.attestor == \"unix\" };",
      "permit(principal, \(issue), resource) unless { context.scopes.contains(\"x\") };",
      "permit(principal, action == Gatehouse::Action::\"call\", resource);",
      """
      @mode("shadow")
      permit(principal == Gatehouse::Anonymous::"anonymous", action == Gatehouse::Action::"call",
        resource == Gatehouse::Operation::"orders/list");
      """,
      """
      permit(principal is Gatehouse::Workload in Gatehouse::Group::"edge", action, resource)
      when { resource in [Gatehouse::Service::"other", Gatehouse::Service::"orders"] };
      """,
      "forbid(principal, \(issue), resource == Gatehouse::TrustDomain::\"example.org\");",
      "permit(principal, action, resource == Gatehouse::Operation::\"orders/\");",
    ]
    for text in texts { #expect(try findings(text) == [], "\(text)") }
  }

  @Test(
    "a permit on issue that leaves open who or what is pointed out",
    arguments: [
      ("permit(principal, action, resource);", "every workload gets a token for every service"),
      (
        "permit(principal is Gatehouse::Workload, action, resource is Gatehouse::Service);",
        "every workload gets a token for every service"
      ),
      (
        "permit(principal, action == Gatehouse::Action::\"issue\", resource) when { true };",
        "every workload gets a token for every service"
      ),
      (
        "permit(principal, action in Gatehouse::Action::\"issue\", resource) unless { false };",
        "every workload gets a token for every service"
      ),
      (
        """
        permit(principal, action in [Gatehouse::Action::"call", Gatehouse::Action::"issue"],
          resource == Gatehouse::Service::"orders");
        """, "every workload gets a token for this"
      ),
      (
        "permit(principal in Gatehouse::Group::\"shop\", action, resource);",
        "services that are added later"
      ),
    ])
  func unconditional(text: String, said: String) throws {
    let found = try findings("\n  @id(\"x\") \(text)", named: false)
    #expect(found.map(\.policyID) == ["p/x"])
    #expect(found.first?.severity == .warning)
    #expect(found.first?.source == "p" && found.first?.location == "2:3")
    #expect(found.first?.message.contains(said) == true, "\(found)")
    #expect(found.first?.hint?.isEmpty == false)
  }

  @Test(
    "a name that no record has is pointed out, with the one that was probably meant",
    arguments: [
      ("Workload", "spiffe://example.org/shap", "spiffe://example.org/shop"),
      ("Group", "shpo", "shop"), ("Service", "order", "orders"),
      ("Operation", "orders/lists", "orders/list"), ("TrustDomain", "example.com", "example.org"),
      ("Anonymous", "anonymus", "anonymous"), ("Service", "something else entirely", nil),
      ("Group", "", nil),
    ] as [(String, String, String?)])
  func unknownName(type: String, name: String, meant: String?) throws {
    let text = """
      forbid(principal, action, resource)
      when {
        principal == Gatehouse::\(type)::"\(name)" || resource in [Gatehouse::\(type)::"\(name)"] };
      """
    // What the schema says of such a condition is said as well.
    let schematic = try Set(findings(text, named: false))
    let found = try findings(text).filter {
      $0.severity == .warning && $0.line == 3 && !schematic.contains($0)
    }
    #expect(found.count == 1, "said once: \(found)")
    #expect(found.first?.location == "3:16")
    #expect(found.first?.message.contains("`\(name)`") == true)
    #expect(found.first?.hint == meant.map { "did you mean `\($0)`?" })
    #expect(!schematic.contains { $0.message.contains("`\(name)`") })
  }

  @Test("names in the scope are looked at too")
  func scope() throws {
    let found = try findings(
      "permit(principal in Gatehouse::Group::\"shpo\", \(issue), \(orders));")
    #expect(found.map(\.message) == ["no workload is in the group `shpo`"])
    let operation = try findings(
      """
      forbid(principal == Gatehouse::Workload::"spiffe://x/y", action,
        resource == Gatehouse::Operation::"gone/op");
      """)
    #expect(operation.count == 2)
  }

  @Test("hostile names stay on one line, and are cut short")
  func hostile() throws {
    let name = #"a\nb\u{1b}[31m"# + String(repeating: "x", count: 100_000)
    let found = try findings(
      "permit(principal in Gatehouse::Group::\"\(name)\", \(issue), \(orders));")
    let message = try #require(found.first?.message)
    #expect(message.utf8.count < 1000)
    #expect(message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
  }

  @Test(
    "an annotation that looks like the mode and is not is pointed out",
    arguments: ["@Mode(\"shadow\")", "@moed(\"shadow\")", "@mod(\"Shadow\")", "@MODE(\"x\")"])
  func misspeltMode(annotation: String) throws {
    let found = try findings(
      "\(annotation) permit(principal in Gatehouse::Group::\"shop\", \(issue), \(orders));")
    #expect(found.count == 1)
    #expect(found.first?.message.contains("it is in force") == true)
    #expect(
      try findings("@note(\"x\") @owner(\"y\") forbid(principal, action, resource);") == [])
  }

  @Test(
    "a test for what no context has is pointed out, with what was probably meant",
    arguments: [
      ("context.posture has firewal", "`context.posture` never has `firewal`", "firewall"),
      ("context has posture.firewal", "`context.posture` never has `firewal`", "firewall"),
      ("context.posture has firewall.valeu", "`context.posture.firewall` never has", "value"),
      ("context.evidence has sha265", "`context.evidence` never has `sha265`", "sha256"),
      ("context has evidnce", "`context` never has `evidnce`", "evidence"),
      ("context.request.parameters has id", "`context.request.parameters` never has `id`", nil),
    ] as [(String, String, String?)])
  func impossibleTest(condition: String, said: String, meant: String?) throws {
    let text = """
      forbid(principal, action, resource) when {
        principal.owner == "x" ||
        (\(condition)) };
      """
    let found = try findings(text).filter { $0.message.contains("always false") }
    #expect(found.map(\.line) == [3])
    #expect(found.first?.message.hasPrefix(said) == true, "\(found)")
    #expect(found.first?.hint == meant.map { "did you mean `\($0)`?" })
  }

  @Test(
    "a test for what some context has is without a finding",
    arguments: [
      "context has evidence", "context.posture has firewall", "context has posture.firewall.age",
      "context.evidence has supplementary_gid", "principal has owner", "context has request.path",
      "{a: 1} has b",
    ])
  func possibleTest(condition: String) throws {
    let found = try findings("forbid(principal, action, resource) when { \(condition) };")
    #expect(found.filter { $0.message.contains("always false") } == [])
  }

  @Test("a policy that can never apply is pointed out, and what that means")
  func impossible() throws {
    for (effect, meaning) in [("permit", "permitted"), ("forbid", "forbidden")] {
      let found = try findings(
        "\(effect)(principal, action, \(orders)) when { context.now > 0 && false };")
      #expect(found.map(\.message) == ["this policy can never apply"])
      #expect(found.first?.severity == .warning)
      #expect(found.first?.hint == "nothing is \(meaning) by it")
    }
  }

  @Test("what cannot be is an error, with its place, and errors come before warnings")
  func invalid() throws {
    let found = try findings(
      """
      permit(principal, action, resource)
      when { principal.ownr == "x" };
      """)
    #expect(found.first?.severity == .error)
    #expect(found.first?.location == "2:8")
    #expect(found.first?.source == "p" && found.first?.policyID == "p/0")
  }
}
