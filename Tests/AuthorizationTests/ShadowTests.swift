import Authorization
import CedarPolicy
import Credentials
import Testing

private let permitAll = "permit(principal, action, resource);"
private let forbidAll = "forbid(principal, action, resource);"
private let shadow = "@mode(\"shadow\") "

@Suite struct ShadowTests {
  @Test("a policy in shadow decides nothing, and what it would have changed is said")
  func outcomes() throws {
    for (policies, isAllowed, other) in [
      ([shadow + permitAll], false, true), ([permitAll, shadow + forbidAll], true, false),
      ([permitAll, shadow + permitAll], true, nil), ([shadow + forbidAll], false, nil),
      ([forbidAll, shadow + permitAll], false, nil),
      ([shadow + permitAll, shadow + forbidAll], false, nil),
      ([permitAll, shadow + "forbid(principal, action, resource) when { false };"], true, nil),
      (
        [permitAll, shadow + "forbid(principal, action, resource) when { context.x };"], true, false
      ),
      ([permitAll], true, nil), ([], false, nil),
    ] as [([String], Bool, Bool?)] {
      let files = policies.enumerated().map { PolicyFile(name: "p\($0)", text: $1) }
      let model = try model().replacingPolicies(PolicyFile.merge(files))
      let decision = try model.mayCall(call())
      #expect(decision.isAllowed == isAllowed, "\(policies)")
      #expect(decision.shadow?.isAllowed == other, "\(policies)")
      let shadows = policies.indices.filter { policies[$0].hasPrefix(shadow) }.map { "p\($0)/0" }
      #expect(Set(decision.policies).isDisjoint(with: shadows))
      if other != nil { #expect(decision.shadow?.policies == shadows.suffix(1)) }
    }
  }

  @Test("an SVID is not taken away by a forbid in shadow")
  func svid() throws {
    let decision = try model(shadow + forbidAll).mayIssueSVID(issue(scopes: []))
    #expect(decision.isAllowed)
    #expect(decision.shadow == ShadowOutcome(isAllowed: false, policies: ["p0/0"]))
  }

  @Test("shadows are found, and forbids among them")
  func modes() throws {
    let set = try PolicyFile(
      name: "p", text: "\(shadow)\(permitAll) \(shadow)\(forbidAll) \(forbidAll)"
    ).parse()
    let modes = try PolicyModes(set)
    #expect(modes.hasShadows)
    #expect(modes.enforced.policies.map(\.id) == ["p/2"])
    #expect(modes.shadows.map(\.id) == ["p/0", "p/1"])
    #expect(modes.shadowedForbids.map(\.id) == ["p/1"])
  }

  @Test("a mode that there is not is refused with its place", arguments: ["", "on", "Shadow"])
  func unknownMode(mode: String) throws {
    let text = "\n  @mode(\"\(mode)\") \(permitAll)"
    do {
      _ = try PolicyFile(name: "p", text: text).parse()
      Issue.record("accepted")
    } catch {
      #expect(error.location == "2:3" && error.description.contains("`p/0`"))
    }
    let set = try PolicySet(parsing: text)
    #expect(throws: InvalidPolicyFile.self) { _ = try PolicyModes(set) }
    #expect(throws: InvalidPolicyFile.self) { _ = try model().replacingPolicies(set) }
  }
}

@Suite struct WorkloadFactsTests {
  private func model(
    _ policy: String, _ facts: WorkloadFacts
  ) throws -> AuthorizationModel {
    try Authorization.AuthorizationModel(
      policies: PolicyFile(name: "p", text: policy).parse(),
      principals: [PrincipalFacts(spiffeID: shop, facts: facts)],
      services: [
        ServiceFacts(
          name: "orders", owner: "", exposure: "internal", operations: ["list"],
          parameters: ["id"])
      ],
      trustDomain: "example.org")
  }

  @Test("policies see environment, tenant and posture with its age, in both questions")
  func context() throws {
    let facts = WorkloadFacts(
      environment: "prod", tenant: "acme",
      posture: [
        PostureFact(name: "firewall", value: "on", observedAt: 1_799_999_900),
        PostureFact(name: "later", value: "", observedAt: 1_900_000_000),
      ])
    let conditions = [
      "context.environment == \"prod\"", "context.tenant == \"acme\"",
      "context.posture.firewall.value == \"on\"", "context.posture.firewall.age == 100",
      "context.posture.later.age == 0", "!(context.posture has secureBoot)",
    ]
    for condition in conditions {
      let model = try model("permit(principal, action, resource) when { \(condition) };", facts)
      #expect(try model.mayCall(call()).isAllowed, "\(condition)")
      #expect(try model.mayIssueToken(issue(), for: "orders").isAllowed, "\(condition)")
      #expect(try model.mayCall(call()).workload == facts)
    }
  }

  @Test("of somebody who is not registered nothing is known")
  func unknown() throws {
    let model = try model(
      """
      permit(principal, action, resource) when {
        context.environment == "" && context.tenant == "" && context.posture == {} };
      """, WorkloadFacts(environment: "prod"))
    for caller in [nil, "spiffe://example.org/x"] {
      let decision = try model.mayCall(call(by: caller))
      #expect(decision.isAllowed && decision.workload == nil)
    }
    #expect(try !model.mayCall(call()).isAllowed)
  }

  @Test("every policy that the schema calls valid can be asked without an error")
  func schema() throws {
    let facts = WorkloadFacts(
      posture: [PostureFact(name: "kernel", value: "6", observedAt: 0)])
    let text = """
      permit(principal, action == Gatehouse::Action::"call", resource) when {
        context.posture has kernel && context.posture.kernel.age >= 0
        && !(context.request.parameters has id) && !(context.posture has firewall) };
      """
    let model = try model(text, facts)
    let findings = PolicyLint.findings(
      in: model.policies, schema: try model.schema.schema(), model: model)
    #expect(findings == [])
    #expect(try model.mayCall(call()).isAllowed)
  }

  @Test(
    "a schema can be read whatever contracts call their parameters",
    arguments: [
      "id", "", " ", "a b", "a\"b", "a\\b", "\u{0}", "\n", "\u{7F}", "\u{2028}", "\u{E9}",
      "e\u{301}",
      "}", "}; namespace X {", "//", "in", "__cedar", "\u{1F600}", "?",
    ])
  func hostileParameters(name: String) throws {
    let schema = try WorldSchema(parameters: [name, "other"], posture: ["a"]).schema()
    let action = try #require(schema.actions[Vocabulary.action("call")])
    guard case .record(let request)? = action.context["request"]?.type,
      case .record(let parameters)? = request["parameters"]?.type
    else {
      Issue.record("no parameters")
      return
    }
    #expect(parameters[name]?.isRequired == false && parameters.fields.count == 2)
  }

  @Test("a schema with ten thousand parameters can be read")
  func manyParameters() throws {
    let names = Set((0..<10_000).map { "p\($0)" })
    #expect(try WorldSchema(parameters: names).schema().actions.count == 2)
  }
}
