import CedarPolicy
import Testing

@Suite("Authorisation")
struct AuthorizationTests {
  private func respond(_ text: String) throws -> Response {
    Authorizer().isAuthorized(
      try Sample.request(), policies: try PolicySet(parsing: text), entities: try Sample.entities())
  }

  @Test("without policies everything is denied, without reasons")
  func denyByDefault() throws {
    let response = try respond("")
    #expect(response.decision == .deny && response.reasons.isEmpty && response.errors.isEmpty)
  }

  @Test("a forbid overrides permits, and the reasons are those of the decision")
  func forbidOverrides() throws {
    let permits = "permit(principal,action,resource);permit(principal is User,action,resource);"
    let allowed = try respond(permits + #"forbid(principal,action,resource == Doc::"two");"#)
    #expect(allowed.decision == .allow && allowed.reasons == ["policy0", "policy1"])
    let denied = try respond(permits + #"forbid(principal in Org::"acme",action,resource);"#)
    #expect(denied.decision == .deny && denied.reasons == ["policy2"])
  }

  @Test("a policy that fails is skipped and reported with its effect")
  func failuresAreReported() throws {
    let response = try respond(
      """
      permit(principal,action,resource);
      forbid(principal,action,resource) when { principal.missing };
      permit(principal,action,resource) when { 1 };
      """)
    #expect(response.decision == .allow && response.reasons == ["policy0"])
    #expect(response.errors.map(\.policyID) == ["policy1", "policy2"])
    #expect(response.errors.map(\.effect) == [.forbid, .permit])
    #expect(
      response.errors.first?.description
        == #"policy `policy1` at 2:42: `User::"ann"` has no attribute `missing`"#)
  }

  @Test("the outcomes let a caller decide by a rule of its own")
  func outcomes() throws {
    let policies = try PolicySet(
      parsing: """
        permit(principal,action,resource);
        forbid(principal,action,resource) when { 1 };
        forbid(principal,action,resource) unless { true };
        """)
    let outcomes = Authorizer().outcomes(
      try Sample.request(), policies: policies, entities: try Sample.entities())
    #expect(outcomes.map(\.policyID) == ["policy0", "policy1", "policy2"])
    #expect(outcomes.first?.result == .satisfied && outcomes.last?.result == .notSatisfied)
    let strict = outcomes.map { outcome in
      if case .failed = outcome.result, outcome.effect == .forbid {
        PolicyOutcome(policyID: outcome.policyID, effect: .forbid, result: .satisfied)
      } else {
        outcome
      }
    }
    #expect(Response(strict).decision == .deny)
  }

  @Test("a condition after a false one is not evaluated")
  func conditionsStop() throws {
    let response = try respond(
      "permit(principal,action,resource) when { false } when { 1 } unless { 2 };")
    #expect(response.errors.isEmpty && response.decision == .deny)
  }

  @Test("the scope decides by equality, hierarchy and type")
  func scopes() throws {
    for (scope, isMatching) in [
      (#"principal == User::"ann", action, resource"#, true),
      (#"principal in Org::"acme", action in [Action::"write", Action::"read"], resource"#, true),
      (#"principal is User in Team::"blue", action == Action::"read", resource is Doc"#, true),
      (#"principal is Team in Team::"blue", action, resource"#, false),
      (#"principal, action in [], resource"#, false),
      (#"principal, action in Action::"write", resource"#, false),
      (#"principal, action, resource in Org::"acme""#, false),
    ] {
      let decision = try respond("permit(\(scope));").decision
      #expect(decision == (isMatching ? .allow : .deny), "\(scope)")
    }
  }
}

@Suite("Entities")
struct EntitiesTests {
  @Test("ancestors go through any number of parents, also those not in the store")
  func ancestors() throws {
    let entities = try Sample.entities()
    let ann = try Sample.uid(#"User::"ann""#)
    #expect(entities.ancestors(of: ann).map(\.id).sorted() == ["acme", "blue"])
    #expect(entities.count == 3 && entities[ann]?.attributes["age"] == 30)
  }

  @Test("two entities of one name are refused")
  func duplicates() throws {
    let uid = try Sample.uid(#"User::"ann""#)
    #expect(throws: Entities.Failure.duplicate(uid)) {
      try Entities([Entity(uid: uid), Entity(uid: uid)])
    }
  }

  @Test("a cycle of parents is refused, whoever is below it")
  func cycles() throws {
    let type = try EntityTypeName("T")
    let uids = (0..<5).map { EntityUID(type: type, id: "\($0)") }
    #expect(throws: Entities.Failure.cycle(uids[0])) {
      try Entities([Entity(uid: uids[0], parents: [uids[0]])])
    }
    let ring = (0..<4).map { Entity(uid: uids[$0], parents: [uids[($0 + 1) % 4]]) }
    #expect(throws: Entities.Failure.self) {
      try Entities(ring + [Entity(uid: uids[4], parents: [uids[0]])])
    }
  }

  @Test("a long chain of parents is no recursion")
  func longChain() throws {
    let type = try EntityTypeName("T")
    let uids = (0..<500).map { EntityUID(type: type, id: "\($0)") }
    let entities = try Entities(
      zip(uids, uids.dropFirst()).map { Entity(uid: $0, parents: [$1]) })
    #expect(entities.isEntity(uids[0], in: uids[499]))
    #expect(!entities.isEntity(uids[499], in: uids[0]))
  }
}
