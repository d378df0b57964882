import CedarPolicy
import Testing

@Suite("Policy sets")
struct PolicySetTests {
  private static let policy = "permit(principal, action, resource);"

  @Test("a naming closure gives ids from index and annotations")
  func naming() throws {
    let set = try PolicySet(parsing: "@id(\"first\")\(Self.policy) \(Self.policy)") {
      index, notes in
      notes["id"].map { PolicyID("shop/\($0)-\(index)") }
    }
    #expect(set.policies.map(\.id) == ["shop/first-0", "policy1"])
  }

  @Test("two policies of one id are refused where the second stands")
  func duplicateNames() throws {
    do throws(CedarParseError) {
      _ = try PolicySet(parsing: "\(Self.policy)\n\(Self.policy)") { _, _ in "same" }
      Issue.record("the set was accepted")
    } catch {
      #expect(error.span.line == 2 && error.message == "the policy id `same` stands twice")
    }
  }

  @Test("merging sets with a common id changes nothing")
  func merging() throws {
    var set = try PolicySet(parsing: Self.policy)
    let other = try PolicySet(parsing: Self.policy) { index, _ in PolicyID("other\(index)") }
    try set.merge(other)
    #expect(set.policies.map(\.id) == ["policy0", "other0"])
    #expect(throws: PolicySetError.duplicateID("other0")) { try set.merge(other) }
    #expect(set.policies.count == 2)
    #expect(throws: PolicySetError.duplicateID("policy0")) { try set.add(set.policies[0]) }
  }

  @Test("a template decides nothing until it is linked")
  func templates() throws {
    var set = try PolicySet(
      parsing: "permit(principal == ?principal, action, resource in ?resource) when { true };")
    let (ann, doc) = (try Sample.uid(#"User::"ann""#), try Sample.uid(#"Doc::"one""#))
    #expect(set.policies.isEmpty)
    #expect(set.templates.first?.slots == [.principal, .resource])
    try set.link("policy0", as: "ann", values: [.principal: ann, .resource: doc])
    #expect(set["ann"]?.templateID == "policy0")
    #expect(set["ann"]?.principal == .equal(ann))
    let response = Authorizer().isAuthorized(
      try Sample.request(), policies: set, entities: try Sample.entities())
    #expect(response.reasons == ["ann"])
  }

  @Test("a link must fill exactly the slots of a known template under a new id")
  func links() throws {
    var set = try PolicySet(parsing: "permit(principal == ?principal, action, resource);")
    let ann = try Sample.uid(#"User::"ann""#)
    #expect(throws: PolicySetError.missingSlot(.principal, template: "policy0")) {
      try set.link("policy0", as: "a", values: [:])
    }
    #expect(throws: PolicySetError.unknownSlot(.resource, template: "policy0")) {
      try set.link("policy0", as: "a", values: [.principal: ann, .resource: ann])
    }
    #expect(throws: PolicySetError.unknownTemplate("none")) {
      try set.link("none", as: "a", values: [:])
    }
    #expect(throws: PolicySetError.duplicateID("policy0")) {
      try set.link("policy0", as: "policy0", values: [.principal: ann])
    }
  }
}
