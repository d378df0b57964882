import Authorization
import CedarPolicy
import Credentials
import Testing

/// A world of one trust domain, two workloads and one service.
func model(_ policies: String...) throws -> AuthorizationModel {
  let files = policies.enumerated().map { PolicyFile(name: "p\($0.offset)", text: $0.element) }
  return try AuthorizationModel(
    policies: PolicyFile.merge(files),
    principals: [
      PrincipalFacts(
        spiffeID: shop,
        facts: WorkloadFacts(
          owner: "shop-team", environment: "prod", kind: "workload", groups: ["shop", "edge"])),
      PrincipalFacts(
        spiffeID: agent,
        facts: WorkloadFacts(owner: "ai-team", environment: "dev", kind: "ai-agent")),
    ],
    services: [
      ServiceFacts(
        name: "orders", owner: "orders-team", exposure: "internal", operations: ["list", "create"]),
      ServiceFacts(name: "other", owner: "x", exposure: "public", operations: ["list"]),
    ],
    trustDomain: "example.org")
}

let shop = "spiffe://example.org/shop"
let agent = "spiffe://example.org/agent"

func call(
  by spiffeID: String? = shop, _ operation: String = "list", of service: String = "orders",
  scopes: [String] = ["orders.read"], parameters: [String: String] = [:]
) -> CallQuestion {
  CallQuestion(
    spiffeID: spiffeID, service: service, operation: operation, scopes: scopes, method: "GET",
    path: "/orders", parameters: parameters, source: "127.0.0.1", now: 1_800_000_000)
}

func issue(
  to spiffeID: String = shop, scopes: [String] = ["orders.read"],
  facts: [String: Set<String>] = ["uid": ["1000"], "supplementary_gid": ["7"]]
) -> IssueQuestion {
  IssueQuestion(
    spiffeID: spiffeID, scopes: scopes, attestor: "unix", node: "node-1", facts: facts,
    now: 1_800_000_000)
}

private let permitAll = "permit(principal, action, resource);"

@Suite struct CallTests {
  @Test("without a policy nobody may call")
  func noPolicy() throws {
    let decision = try model().mayCall(call())
    #expect(!decision.isAllowed)
    #expect(decision.policies == [])
    #expect(decision.explanation == "no policy permits this")
  }

  @Test("a permit allows and is named by file and position or id")
  func permitted() throws {
    let decision = try model(
      "permit(principal, action == Gatehouse::Action::\"issue\", resource);",
      "permit(principal is Nobody, action, resource);\n@id(\"all\") \(permitAll)"
    ).mayCall(call())
    #expect(decision.isAllowed)
    #expect(decision.policies == ["p1/all"])
  }

  @Test("a forbid wins over every permit")
  func forbidden() throws {
    let decision = try model(permitAll, "forbid(principal, action, resource);").mayCall(call())
    #expect(!decision.isAllowed)
    #expect(decision.policies == ["p1/0"])
    #expect(decision.explanation == "a policy forbids this")
  }

  @Test("a permit that errs grants nothing")
  func erringPermit() throws {
    let decision = try model(
      "permit(principal, action, resource) when { context.missing == 1 };"
    ).mayCall(call())
    #expect(!decision.isAllowed && decision.policies == [])
  }

  @Test("a permit that errs takes nothing from another that holds, and is told")
  func erringPermitBesideAnother() throws {
    let decision = try model(
      permitAll, "permit(principal, action, resource) when { context.missing == 1 };"
    ).mayCall(call())
    #expect(decision.isAllowed && decision.policies == ["p0/0"])
    #expect(decision.errors.count == 1)
  }

  @Test(
    "a forbid that errs denies, however it errs",
    arguments: [
      "context.missing", "principal.nothing == \"x\"", "context.now + 9223372036854775807 > 0",
      "context.scopes like \"x\"",
      "resource.owner == \"x\" && context.request.parameters.id == \"1\"",
      "ip(context.request.path).isLoopback()",
    ])
  func erringForbid(condition: String) throws {
    let decision = try model(
      permitAll, "@id(\"guard\") forbid(principal, action, resource) when { \(condition) };"
    ).mayCall(call())
    #expect(!decision.isAllowed)
    #expect(decision.policies == ["p1/guard"])
    #expect(decision.errors.count == 1)
    #expect(decision.explanation == "a policy that forbids could not be evaluated")
  }

  @Test("a forbid that errs for another action is no obstacle")
  func erringForbidElsewhere() throws {
    let decision = try model(
      permitAll,
      "forbid(principal, action == Gatehouse::Action::\"issue\", resource) when { context.missing };"
    ).mayCall(call())
    #expect(decision.isAllowed)
  }

  @Test("policies see groups, attributes, operations in their service, scopes and the request")
  func vocabulary() throws {
    let conditions = [
      "principal in Gatehouse::Group::\"shop\"", "principal in Gatehouse::Group::\"edge\"",
      "principal is Gatehouse::Workload", "principal.owner == \"shop-team\"",
      "principal.environment == \"prod\"", "principal.kind == \"workload\"",
      "resource == Gatehouse::Operation::\"orders/list\"",
      "resource in Gatehouse::Service::\"orders\"", "context.scopes.contains(\"orders.read\")",
      "context.request.method == \"GET\"", "context.request.path == \"/orders\"",
      "context.request.source == \"127.0.0.1\"", "context.request.parameters[\"a b\"] == \"c\"",
      "context.now == 1800000000", "action == Gatehouse::Action::\"call\"",
      "!(principal in Gatehouse::Group::\"other\")", "!(resource in Gatehouse::Service::\"other\")",
    ]
    for condition in conditions {
      let model = try model("permit(principal, action, resource) when { \(condition) };")
      #expect(try model.mayCall(call(parameters: ["a b": "c"])).isAllowed, "\(condition)")
    }
  }

  @Test("nobody in particular is Anonymous, with the same attributes, empty")
  func anonymous() throws {
    let model = try model(
      """
      permit(principal == Gatehouse::Anonymous::"anonymous", action, resource)
      when { principal.owner == "" && principal.environment == "" && principal.kind == "" };
      """)
    #expect(try model.mayCall(call(by: nil)).isAllowed)
    #expect(try !model.mayCall(call(by: shop)).isAllowed)
  }

  @Test("a policy for workloads says nothing about nobody in particular")
  func notAWorkload() throws {
    let model = try model("permit(principal is Gatehouse::Workload, action, resource);")
    #expect(try model.mayCall(call()).isAllowed)
    #expect(try !model.mayCall(call(by: nil)).isAllowed)
  }

  @Test(
    "a workload that is not registered has no groups and no attributes: forbids about them deny")
  func unregistered() throws {
    let unknown = "spiffe://example.org/unknown"
    #expect(
      try !model("permit(principal in Gatehouse::Group::\"shop\", action, resource);")
        .mayCall(call(by: unknown)).isAllowed)
    #expect(
      try !model(
        permitAll, "forbid(principal, action, resource) when { principal.environment == \"dev\" };"
      ).mayCall(call(by: unknown)).isAllowed)
  }

  @Test("hostile names are just names", arguments: ["", "\"", "\\", "a\u{0}b", "::", "x\"::y"])
  func hostileNames(name: String) throws {
    let model = try model("permit(principal in Gatehouse::Group::\"shop\", action, resource);")
    #expect(try !model.mayCall(call(by: name, parameters: [name: name])).isAllowed)
    #expect(try model.mayCall(call(name, of: name, parameters: [name: name])).isAllowed)
  }
}

@Suite struct IssueTests {
  @Test("a token needs a permit")
  func token() throws {
    #expect(try !model().mayIssueToken(issue(), for: "orders").isAllowed)
    let permit = """
      permit(principal, action == Gatehouse::Action::"issue", resource == Gatehouse::Service::"orders");
      """
    #expect(try model(permit).mayIssueToken(issue(), for: "orders").isAllowed)
    #expect(try !model(permit).mayIssueToken(issue(), for: "other").isAllowed)
  }

  @Test("an SVID is issued unless a forbid applies")
  func svid() throws {
    #expect(try model().mayIssueSVID(issue(scopes: [])).isAllowed)
    let forbid = """
      @id("no-agents") forbid(principal, action == Gatehouse::Action::"issue",
        resource == Gatehouse::TrustDomain::"example.org") when { principal.kind == "ai-agent" };
      """
    #expect(try model(forbid).mayIssueSVID(issue(scopes: [])).isAllowed)
    let decision = try model(forbid).mayIssueSVID(
      issue(to: agent, scopes: []))
    #expect(!decision.isAllowed && decision.policies == ["p0/no-agents"])
  }

  @Test("a forbid that errs denies an SVID and a token too")
  func erringForbid() throws {
    let model = try model(
      permitAll, "forbid(principal, action, resource) when { context.evidence.tpm == \"x\" };")
    #expect(try !model.mayIssueSVID(issue(scopes: [])).isAllowed)
    let decision = try model.mayIssueToken(issue(), for: "orders")
    #expect(!decision.isAllowed && decision.policies == ["p1/0"])
  }

  @Test("a permit that errs grants no token, and takes no SVID away")
  func erringPermit() throws {
    let model = try model("permit(principal, action, resource) when { context.missing };")
    #expect(try !model.mayIssueToken(issue(), for: "orders").isAllowed)
    #expect(try model.mayIssueSVID(issue(scopes: [])).isAllowed)
  }

  @Test("policies see the evidence: one value as a string, groups always as a set")
  func evidence() throws {
    let conditions = [
      "context.evidence.attestor == \"unix\"", "context.evidence.node == \"node-1\"",
      "context.evidence.uid == \"1000\"", "context.evidence.supplementary_gid.contains(\"7\")",
      "context.scopes.contains(\"orders.read\")", "context.scopes == [\"orders.read\"]",
      "!(context.evidence has sha256)",
    ]
    for condition in conditions {
      let model = try model("permit(principal, action, resource) when { \(condition) };")
      #expect(try model.mayIssueToken(issue(), for: "orders").isAllowed, "\(condition)")
    }
  }

  @Test("no attested fact takes the place of the attestor and the node")
  func shadowingFacts() throws {
    let model = try model(
      """
      permit(principal, action, resource)
      when { context.evidence.node == "node-1" && context.evidence.attestor == "unix" };
      """)
    let question = issue(facts: ["node": ["trusted"], "attestor": ["tpm"]])
    #expect(try model.mayIssueToken(question, for: "orders").isAllowed)
  }
}

@Suite struct PolicyFileTests {
  @Test("policies are known by file and annotation, or position")
  func ids() throws {
    let set = try PolicyFile(
      name: "orders", text: "\(permitAll)\n@id(\"named\")\n\(permitAll)\n\(permitAll)"
    ).parse()
    #expect(Set(set.policies.map(\.id.description)) == ["orders/0", "orders/named", "orders/2"])
  }

  @Test("an id that stands twice is refused, also when it looks like a position")
  func repeated() {
    for text in [
      "@id(\"a\") \(permitAll) @id(\"a\") \(permitAll)", "\(permitAll) @id(\"0\") \(permitAll)",
    ] {
      #expect(throws: InvalidPolicyFile.self) { _ = try PolicyFile(name: "x", text: text).parse() }
    }
  }

  @Test("a template is refused: it would look like a rule and never apply")
  func template() {
    for text in [
      "forbid(principal == ?principal, action, resource);",
      "\(permitAll) permit(principal, action, resource in ?resource);",
    ] {
      #expect(throws: InvalidPolicyFile.self) { _ = try PolicyFile(name: "x", text: text).parse() }
    }
  }

  @Test("what cannot be parsed is refused with its place")
  func malformed() {
    for text in [
      "permit", "permit(principal, action, resource)", "{",
      "permit(principal, action, resource) when { };",
      "permit(principal, action, resource) when { foo(1) };", "\u{0}",
      String(repeating: "(", count: 100_000),
    ] {
      do {
        _ = try PolicyFile(name: "x", text: "\n" + text).parse()
        Issue.record("parsed: \(text.prefix(40))")
      } catch {
        #expect(error.location.hasPrefix("2:") || error.location.hasPrefix("1:"))
        #expect(!error.description.isEmpty)
      }
    }
  }

  @Test("an empty file holds no policies")
  func empty() throws {
    #expect(try PolicyFile(name: "x", text: "// nothing\n").parse().policies.isEmpty)
  }
}
