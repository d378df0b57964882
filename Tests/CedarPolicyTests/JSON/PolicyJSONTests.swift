import CedarPolicy
import Testing

@Suite("Policies as JSON")
struct PolicyJSONTests {
  static let texts = [
    #"permit (principal, action, resource);"#,
    #"@id("a") @empty forbid (principal == U::"x", action in [Action::"a"], resource is D in F::"f");"#,
    #"permit (principal is U, action == N::Action::"a", resource in F::"f") when { true } unless { 1 < 2 };"#,
    #"permit (principal, action, resource) when { principal has "a b" && context has a.b.c };"#,
    #"permit (principal, action, resource) when { 1 + 2 - 3 * -4 == -principal.x || !(2 >= 1) };"#,
    #"permit (principal, action, resource) when { "x*" like "a*\*b" && resource is D in [F::"f"] };"#,
    #"permit (principal, action, resource) when { ip("10.0.0.1").isInRange(ip("10.0.0.0/8")) };"#,
    #"permit (principal, action, resource) when { {a: [1, "é"], "b c": {}}["b c"] == {} };"#,
    #"permit (principal, action, resource) when { principal.hasTag("k") && principal.getTag("k").isEmpty() };"#,
    #"permit (principal, action, resource) when { if [1].contains(1) then true else [].containsAny([2]) };"#,
    #"permit (principal, action, resource) when { -(5) == -5 && -(-5) == 5 && (1 - (2 - 3)) == 2 };"#,
    #"permit (principal, action, resource) when { (true || false) && (true && (false && true)) };"#,
    #"permit (principal, action, resource) when { context["in"]["like"] == (if true then 1 else 2) + 1 };"#,
  ]

  @Test("what is written as JSON is read as the same policy", arguments: texts)
  func roundTrip(text: String) throws {
    let set = try PolicySet(parsing: text)
    let again = try PolicySet(json: set.json)
    #expect(again.json == set.json)
    #expect(again.policies.first?.annotations == set.policies.first?.annotations)
  }

  @Test("what is printed is read as the same policy", arguments: texts)
  func printing(text: String) throws {
    let set = try PolicySet(parsing: text)
    let again = try PolicySet(parsing: set.description)
    #expect(again.json == set.json, "\(set)")
  }

  @Test("templates and links are written and read, and a link prints as the policy it became")
  func links() throws {
    var set = try PolicySet(
      parsing: "permit (principal == ?principal, action, resource in ?resource);")
    let user = try EntityUID(parsing: #"U::"x""#)
    try set.link(
      "policy0", as: "link", values: [.principal: user, .resource: EntityUID(parsing: #"F::"f""#)])
    let again = try PolicySet(json: set.json)
    #expect(again.json == set.json)
    #expect(again["link"]?.templateID == "policy0")
    #expect(again["link"]?.description.contains(#"principal == U::"x""#) == true)
    #expect(again.templates.first?.description.contains("?principal") == true)
  }

  @Test("a chain as long as JSON can nest is no deep expression")
  func chains() throws {
    var body = #"{"Value":true}"#
    for _ in 0..<200 { body = #"{"&&":{"left":\#(body),"right":{"Value":true}}}"# }
    let text = Self.policy(body)
    #expect(try PolicySet(json: text).policies.count == 1)
  }

  @Test(
    "a mistake is refused with its place",
    arguments: [
      (#"{"Var":"princpal"}"#, "`princpal`"), (#"{"Valu":1}"#, "did you mean `Value`?"),
      (#"{"Value":1,"Var":"principal"}"#, "one member"), (#"{"Value":1.5}"#, "64-bit"),
      (#"{"Slot":"?principal"}"#, "slots stand in the scope only"),
      (#"{"&&":{"left":{"Value":true}}}"#, "`right`"), (#"{"Value":null}"#, "null"),
      (#"{".":{"left":{"Var":"context"}}}"#, "`attr`"), ("[]", "an expression"),
    ])
  func mistakes(body: String, said: String) throws {
    let error = #expect(throws: CedarParseError.self) {
      try PolicySet(json: Self.policy(body), source: "p.json")
    }
    #expect(error?.description.contains(said) == true, "\(String(describing: error))")
    #expect(error?.description.hasPrefix("p.json:1:") == true)
  }

  @Test("a set with a policy twice, or with a template among the policies, is refused")
  func sets() throws {
    let policy = Self.policyObject(#"{"Value":true}"#)
    #expect(throws: CedarParseError.self) {
      try PolicySet(json: #"{"staticPolicies":{"a":\#(policy),"a":\#(policy)}}"#)
    }
    let slotted = policy.replacing(
      #""principal":{"op":"All"}"#, with: #""principal":{"op":"==","slot":"?principal"}"#)
    #expect(throws: CedarParseError.self) {
      try PolicySet(json: #"{"staticPolicies":{"a":\#(slotted)}}"#)
    }
    #expect(throws: CedarParseError.self) {
      try PolicySet(
        json: #"{"templateLinks":[{"templateId":"no","newId":"x","values":{}}]}"#)
    }
  }

  private static func policy(_ body: String) -> String {
    #"{"staticPolicies":{"a":\#(policyObject(body))}}"#
  }

  private static func policyObject(_ body: String) -> String {
    #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"#
      + #""conditions":[{"kind":"when","body":\#(body)}]}"#
  }
}
