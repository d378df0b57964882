import CedarPolicy
import Testing

@Suite("Entities whose place is known")
struct LocatedEntityTests {
  private static let policies = """
    permit(principal in Team::"blue", action == Action::"read", resource);
    permit(principal == User::"bob", action, resource) when { resource == principal };
    forbid(principal, action, resource) when { action == principal };
    forbid(principal, action, resource) when { resource.owner == principal };
    """

  @Test("a request gets the same response by names, by places, and by the places of others")
  func responses() throws {
    let compiled = CompiledPolicies(
      try PolicySet(parsing: Self.policies), entities: try Sample.entities())
    // The same names in other places, and more of them.
    let foreign = CompiledPolicies(
      try PolicySet(
        parsing: """
          permit(principal == Doc::"one", action in [Action::"read", Action::"x"], resource);
          permit(principal == User::"zed", action, resource == User::"ann");
          """), entities: try Entities([]))
    let names = [
      #"User::"ann""#, #"User::"bob""#, #"User::"zed""#, #"Action::"read""#, #"Doc::"one""#,
      #"Team::"blue""#, #"Nothing::"""#,
    ]
    let uids = try names.map(Sample.uid)
    var decisions: Set<Decision> = []
    for principal in uids {
      for action in uids {
        for resource in uids {
          let response = compiled.isAuthorized(
            Request(principal: principal, action: action, resource: resource))
          decisions.insert(response.decision)
          for locate in [compiled.located, foreign.located, { LocatedEntity($0) }] {
            let request = LocatedRequest(
              principal: locate(principal), action: locate(action), resource: locate(resource),
              context: [:])
            #expect(compiled.isAuthorized(request) == response)
          }
        }
      }
    }
    #expect(decisions.count == 2)
  }
}

@Suite("Records made of entries in order and in disorder")
struct RecordOrderTests {
  @Test("the order in which entries come does not matter, but which of two is the last does")
  func order() {
    let entries: [(String, CedarValue)] = [
      ("", 1), ("a", 2), ("ab", 3), ("b", 4), ("e\u{301}", 5), ("é", 6), ("👩", 7),
    ]
    let record = CedarRecord(keepingLast: entries)
    #expect(record.count == entries.count)
    #expect(CedarRecord(keepingLast: entries.reversed()) == record)
    #expect(CedarRecord(keepingLast: [("a", 9)] + entries) == record)
    #expect(CedarRecord(keepingLast: entries + [("a", 9)])["a"] == 9)
    #expect(throws: CedarRecord.DuplicateName.self) {
      try CedarRecord([("a", 1), ("b", 2), ("a", 3)])
    }
    #expect(throws: CedarRecord.DuplicateName.self) { try CedarRecord([("a", 1), ("a", 1)]) }
  }
}
