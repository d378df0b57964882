import CedarPolicy
import Testing

@Suite("Validation of scopes")
struct ScopeValidationTests {
  private func kinds(_ scope: String) throws -> [ValidationIssue.Kind] {
    try SampleSchema.validate("permit(\(scope));").errors.map(\.kind)
  }

  @Test(
    "a scope that some request can meet is valid",
    arguments: [
      "principal, action, resource", #"principal == User::"a", action, resource"#,
      #"principal in Org::"a", action in Action::"view", resource in Org::"b""#,
      #"principal is User in Team::"t", action == Action::"write", resource is Doc"#,
      #"principal == ?principal, action, resource in ?resource"#,
      #"principal is Bot in ?principal, action == Action::"read", resource == ?resource"#,
      #"principal, action in [Action::"read", Action::"write"], resource"#,
      #"principal, action == Shop::Action::"pay", resource is Shop::Order"#,
    ])
  func valid(scope: String) throws {
    #expect(try kinds(scope) == [])
  }

  @Test(
    "a scope that no request can meet, or with unknown names, is a mistake",
    arguments: [
      (#"principal == Doc::"a", action, resource"#, [.noApplicableAction]),
      (#"principal, action == Action::"view", resource"#, [.noApplicableAction]),
      (#"principal is Bot, action == Action::"write", resource"#, [.noApplicableAction]),
      (#"principal is User in Doc::"x", action, resource"#, [.noApplicableAction]),
      ("principal, action in [], resource", [.noApplicableAction]),
      (#"principal, action == Action::"raed", resource"#, [.unknownAction, .noApplicableAction]),
      ("principal is Usr, action, resource", [.unknownEntityType, .noApplicableAction]),
      (
        #"principal in Mood::"god", action, resource"#, [.unknownEnumeratedID, .noApplicableAction]
      ),
      (
        #"principal, action in [Action::"read", Shop::Action::"pay"], resource"#,
        [.incompatibleTypes]
      ),
    ] as [(String, [ValidationIssue.Kind])])
  func invalid(scope: String, expected: [ValidationIssue.Kind]) throws {
    #expect(try kinds(scope) == expected)
  }

  @Test("a link is checked for what it adds to its template, which is checked itself")
  func links() throws {
    var policies = try PolicySet(
      parsing: "permit(principal == ?principal, action, resource) when { principal.nope == 1 };",
      naming: { _, _ in "template" })
    for (id, uid) in [("good", #"User::"a""#), ("lost", #"Doc::"a""#), ("typo", #"Usr::"a""#)] {
      try policies.link(
        "template", as: PolicyID(id), values: [.principal: EntityUID(parsing: uid)])
    }
    let errors = Validator(try SampleSchema.schema()).validate(policies).errors
    #expect(errors.filter { $0.policyID == "template" }.map(\.kind) == [.unknownAttribute])
    #expect(errors.filter { $0.policyID == "good" }.isEmpty)
    #expect(errors.filter { $0.policyID == "lost" }.map(\.kind) == [.noApplicableAction])
    #expect(
      errors.filter { $0.policyID == "typo" }.map(\.kind)
        == [.unknownEntityType, .noApplicableAction])
  }

  @Test("a linked policy without its template is checked whole")
  func linkAlone() throws {
    let templates = try PolicySet(
      parsing: "permit(principal == ?principal, action, resource) when { principal.nope == 1 };")
    let template = try #require(templates.templates.first)
    var policies = PolicySet()
    try policies.add(
      template.linked(as: "alone", values: [.principal: EntityUID(parsing: #"User::"a""#)]))
    let errors = Validator(try SampleSchema.schema()).validate(policies).errors
    #expect(errors.map(\.kind) == [.unknownAttribute])
  }
}
