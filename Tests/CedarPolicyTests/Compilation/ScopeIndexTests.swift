import CedarPolicy
import Testing

/// Generated scopes over hierarchies of users, documents and many actions.
@Suite("Index over scopes")
struct ScopeIndexTests {
  @Test("the index leaves out no policy that matches and finds none twice", arguments: 0..<24)
  func generatedScopes(seed: Int) throws {
    var world = ScopeWorld(seed: UInt64(seed))
    let entities = try Entities(world.entities())
    let policies = try PolicySet(parsing: world.policies(count: [3, 40, 300][seed % 3]))
    let compiled = CompiledPolicies(policies, entities: entities)
    for _ in 0..<200 {
      let request = try world.request()
      let difference = compiled.difference(from: policies, entities, request)
      #expect(difference == nil, "seed \(seed), \(request)")
    }
  }

  @Test("a policy for more actions than have an index of their own is found")
  func manyActions() throws {
    let actions = (0..<40).map { "Action::\"a\($0)\"" }
    let policies = try PolicySet(
      parsing: "permit(principal, action in [\(actions.joined(separator: ", "))], resource);")
    let compiled = CompiledPolicies(policies, entities: Entities())
    for (action, decision) in [("a0", Decision.allow), ("a39", .allow), ("a40", .deny)] {
      let request = Request(
        principal: try Sample.uid(#"User::"ann""#),
        action: try Sample.uid("Action::\"\(action)\""), resource: try Sample.uid(#"Doc::"one""#))
      #expect(compiled.isAuthorized(request).decision == decision)
    }
  }

  @Test("a policy whose scope does not match never fails")
  func failuresWithinScopeOnly() throws {
    let policies = try PolicySet(
      parsing: """
        permit(principal, action, resource == Doc::"two") when { 1 };
        permit(principal is Team, action, resource) when { principal.missing };
        permit(principal, action == Action::"read", resource == Doc::"one") when { 1 };
        """)
    let compiled = CompiledPolicies(policies, entities: try Sample.entities())
    #expect(compiled.isAuthorized(try Sample.request()).errors.map(\.policyID) == ["policy2"])
  }

  @Test("outcomes are those of satisfied and failed policies, in the order of the set")
  func orderOfOutcomes() throws {
    let policies = try PolicySet(
      parsing: """
        permit(principal, action, resource == Doc::"one");
        forbid(principal in Org::"acme", action, resource) when { 1 };
        permit(principal, action, resource) when { false };
        permit(principal == User::"ann", action, resource);
        permit(principal is User, action in [Action::"read"], resource is Doc);
        permit(principal, action, resource);
        """)
    let compiled = CompiledPolicies(policies, entities: try Sample.entities())
    let request = try Sample.request()
    #expect(
      compiled.outcomes(request).map(\.policyID)
        == ["policy0", "policy1", "policy3", "policy4", "policy5"])
    #expect(
      compiled.isAuthorized(request).reasons == ["policy0", "policy3", "policy4", "policy5"])
  }

  @Test("entities that nothing names have their types and are equal to themselves")
  func unknownEntities() throws {
    let policies = try PolicySet(
      parsing: """
        permit(principal is Ghost, action, resource);
        permit(principal, action, resource) when { principal == resource };
        permit(principal, action, resource) when { context.who == principal };
        permit(principal, action, resource) when { [principal].contains(context.who) };
        permit(principal, action, resource) when { principal in resource };
        permit(principal, action, resource) when { principal is Ghost in context.who };
        permit(principal, action, resource) when { principal has name };
        permit(principal, action, resource) when { principal.name == "" };
        """)
    let ghost = try Sample.uid(#"Ghost::"x""#)
    for resource in [ghost, try Sample.uid(#"Ghost::"y""#), try Sample.uid(#"Doc::"one""#)] {
      for entities in [Entities(), try Sample.entities()] {
        let request = Request(
          principal: ghost, action: try Sample.uid(#"Action::"read""#), resource: resource,
          context: ["who": .entity(ghost)])
        let compiled = CompiledPolicies(policies, entities: entities)
        #expect(compiled.difference(from: policies, entities, request) == nil)
        #expect(compiled.isAuthorized(request).reasons.first == "policy0")
        #expect(compiled.isAuthorized(request).reasons.contains("policy1") == (resource == ghost))
      }
    }
  }
}

/// Entities with groups within groups, and policies whose scopes speak of them.
private struct ScopeWorld {
  private var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  private static let types = ["User", "Group", "Doc", "Folder"]

  private mutating func name(_ types: [String] = Self.types) -> String {
    "\(random.pick(types))::\"\(random.int(0...11))\""
  }

  private mutating func action() -> String { "Action::\"\(random.int(0...29))\"" }

  /// Each entity may be in ones of a higher number, so there is no cycle. Some are missing.
  mutating func entities() throws -> [Entity] {
    var entities: [Entity] = []
    for (members, containers) in [("User", "Group"), ("Group", "Group"), ("Doc", "Folder")] {
      for number in 0...11 where random.chance(80) {
        var parents: Set<EntityUID> = []
        for above in (number + 1)..<max(number + 2, 12) where random.chance(25) {
          parents.insert(try Sample.uid("\(containers)::\"\(above)\""))
        }
        entities.append(Entity(uid: try Sample.uid("\(members)::\"\(number)\""), parents: parents))
      }
    }
    for number in 0..<25 {
      let parents = number < 20 ? Set([try Sample.uid("Action::\"\(25 + number % 3)\"")]) : []
      entities.append(Entity(uid: try Sample.uid("Action::\"\(number)\""), parents: parents))
    }
    return entities
  }

  mutating func policies(count: Int) -> String {
    (0..<count).map { _ in
      let effect = random.chance(70) ? "permit" : "forbid"
      let condition = random.chance(20) ? " when { principal == resource || 1 }" : ""
      return "\(effect)(\(side("principal")), \(actionScope()), \(side("resource")))\(condition);"
    }.joined(separator: "\n")
  }

  private mutating func side(_ variable: String) -> String {
    switch random.int(0...5) {
    case 0: variable
    case 1: "\(variable) == \(name())"
    case 2, 3: "\(variable) in \(name())"
    case 4: "\(variable) is \(random.pick(Self.types))"
    default: "\(variable) is \(random.pick(Self.types)) in \(name())"
    }
  }

  private mutating func actionScope() -> String {
    switch random.int(0...4) {
    case 0: return "action"
    case 1: return "action in \(action())"
    case 2:
      let actions = (0..<random.int(0...20)).map { _ in action() }
      return "action in [\(actions.joined(separator: ", "))]"
    default: return "action == \(action())"
    }
  }

  mutating func request() throws -> Request {
    let principal = try Sample.uid(name(["User", "User", "Group", "Ghost"]))
    let resource = random.chance(10) ? principal : try Sample.uid(name(["Doc", "Folder", "Ghost"]))
    return Request(principal: principal, action: try Sample.uid(action()), resource: resource)
  }
}
