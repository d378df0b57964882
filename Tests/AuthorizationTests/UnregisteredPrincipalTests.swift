import Authorization
import CedarPolicy
import Credentials
import Testing

@Suite struct UnregisteredPrincipalTests {
  private func model(_ policies: String, admits: Bool = true) throws -> AuthorizationModel {
    try AuthorizationModel(
      policies: try PolicyFile(name: "p", text: policies).parse(),
      principals: [
        PrincipalFacts(
          spiffeID: "spiffe://a/known",
          facts: WorkloadFacts(owner: "team", environment: "prod", kind: "workload", groups: ["g"]))
      ],
      services: [
        ServiceFacts(name: "s", owner: "o", exposure: "internal", operations: ["read"])
      ], trustDomain: "a", admitsUnregistered: admits)
  }

  private func isAllowed(
    _ policies: String, _ principal: String?, admits: Bool = true
  ) throws -> Bool {
    try self.model(policies, admits: admits).mayCall(
      CallQuestion(
        spiffeID: principal, service: "s", operation: "read", scopes: ["x"], method: "GET",
        path: "/", parameters: [:], source: "127.0.0.1", now: 0)
    ).isAllowed
  }

  private static let others = ["spiffe://a/other", "https://id.example#alice", "unregistered"]

  @Test(arguments: Self.others)
  func isNamedByPolicies(principal: String) throws {
    let policy = #"permit(principal == Gatehouse::Workload::"\#(principal)", action, resource);"#
    #expect(try self.isAllowed(policy, principal))
    #expect(try !self.isAllowed(policy, "spiffe://a/somebody"))
    #expect(try !self.isAllowed(policy, "spiffe://a/known"))
    #expect(try !self.isAllowed(policy, nil))
    let inCondition = """
      permit(principal, action, resource)
      when { [Gatehouse::Workload::"\(principal)"].contains(principal) };
      """
    #expect(try self.isAllowed(inCondition, principal))
    #expect(try !self.isAllowed(inCondition, "spiffe://a/somebody"))
  }

  @Test(arguments: Self.others)
  func hasEmptyAttributesAndAKindOfItsOwn(principal: String) throws {
    let external = #"permit(principal, action, resource) when { principal.kind == "external" };"#
    #expect(try self.isAllowed(external, principal))
    #expect(try !self.isAllowed(external, "spiffe://a/known"))
    #expect(try !self.isAllowed(external, nil))
    let empty = """
      permit(principal, action, resource)
      when { principal.owner == "" && principal.environment == "" && context.environment == "" };
      """
    #expect(try self.isAllowed(empty, principal))
    #expect(try !self.isAllowed(empty, "spiffe://a/known"))
  }

  @Test(arguments: Self.others)
  func isInNoGroupAndNeedsAPermit(principal: String) throws {
    let group = #"permit(principal in Gatehouse::Group::"g", action, resource);"#
    #expect(try !self.isAllowed(group, principal))
    #expect(try self.isAllowed(group, "spiffe://a/known"))
    #expect(try !self.isAllowed("", principal))
    #expect(
      try self.isAllowed(
        #"permit(principal is Gatehouse::Workload, action, resource);"#, principal))
  }

  @Test func aForbidReachesThem() throws {
    let policies = """
      permit(principal, action, resource);
      forbid(principal, action, resource) unless { principal.owner == "team" };
      """
    for principal in Self.others { #expect(try !self.isAllowed(policies, principal)) }
    #expect(try self.isAllowed(policies, "spiffe://a/known"))
  }

  @Test func whoeverIsNamedStandsForNobodyElse() throws {
    // The name of the entity that stands for all others, named by a policy.
    let policy = #"permit(principal == Gatehouse::Workload::"unregistered", action, resource);"#
    #expect(try self.isAllowed(policy, "unregistered"))
    #expect(try !self.isAllowed(policy, "https://id.example#alice"))
  }

  @Test func withoutAdmissionNothingIsKnownOfThem() throws {
    let model = try self.model("", admits: false)
    #expect(model.facts(of: "spiffe://a/other") == nil)
    #expect(try self.model("").facts(of: "spiffe://a/other")?.kind == "external")
    let external = #"permit(principal, action, resource) when { principal.kind == "external" };"#
    #expect(try !self.isAllowed(external, "spiffe://a/other", admits: false))
  }

  @Test func namesOfOthersAreNoFindings() throws {
    let policy = """
      permit(
        principal == Gatehouse::Workload::"spiffe://a/x", action == Gatehouse::Action::"call",
        resource);
      """
    #expect(try PolicyLint.findings(in: self.model(policy)).isEmpty)
    #expect(try !PolicyLint.findings(in: self.model(policy, admits: false)).isEmpty)
  }
}
