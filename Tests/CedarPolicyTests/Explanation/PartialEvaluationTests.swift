import CedarPolicy
import Testing

@Suite("Decisions while the context is unknown")
struct PartialEvaluationTests {
  private static func verdict(
    _ policies: String, known: CedarRecord = [:]
  ) throws -> PartialVerdict {
    let request = try Sample.request()
    return PartialAuthorizer(
      policies: try PolicySet(parsing: policies), entities: try Sample.entities()
    ).verdict(
      PartialRequest(
        principal: request.principal, action: request.action, resource: request.resource,
        knownContext: known))
  }

  @Test("what does not ask about the context is decided")
  func decided() throws {
    guard
      case .allowed(["policy0"]) = try Self.verdict(
        "permit (principal, action, resource) when { principal.age == 30 };")
    else {
      Issue.record("not allowed")
      return
    }
    guard
      case .denied([]) = try Self.verdict(
        "permit (principal, action, resource) when { principal.age == 31 };")
    else {
      Issue.record("not denied")
      return
    }
    guard
      case .denied(["policy1"]) = try Self.verdict(
        """
        permit (principal, action, resource) when { context.port == 1 };
        forbid (principal, action, resource);
        """)
    else {
      Issue.record("not denied by the forbid")
      return
    }
  }

  @Test("what is left to ask is printed, with known parts filled in")
  func residue() throws {
    let policies = """
      permit (principal, action, resource)
      when { principal.age == 30 && context.scopes.contains(principal.name) }
      unless { context has port && context.port == resource.owner.age };
      """
    guard case .depends(let outcomes) = try Self.verdict(policies),
      case .depends(let open)? = outcomes.first?.result
    else {
      Issue.record("does not depend")
      return
    }
    #expect(
      open.map(\.description) == [
        #"context.scopes.contains("Ann")"#, "!(context has port && context.port == 30)",
      ])
  }

  @Test("known parts of the context are used")
  func known() throws {
    let policy =
      "permit (principal, action, resource) when { context has a.b && context.a.b == 1 };"
    guard case .allowed = try Self.verdict(policy, known: ["a": ["b": 1]]) else {
      Issue.record("not allowed")
      return
    }
    guard case .denied = try Self.verdict(policy, known: ["a": ["c": 1]]) else {
      Issue.record("not denied")
      return
    }
    guard case .depends = try Self.verdict(policy, known: ["c": 1]) else {
      Issue.record("does not depend")
      return
    }
  }

  @Test("whatever the context becomes, the decision is the one that was foretold")
  func completions() throws {
    let parts = [
      "context.n < 3", "context has m", "context has m && context.m == 1",
      #"context.s.contains("a")"#, "principal.age == 30", "principal.age > 99",
      #"(if context.n == 1 then principal.age == 30 else context.s.isEmpty())"#,
      #"principal is User"#, #"resource is User && context.n == 2"#,
    ]
    for (index, one) in parts.enumerated() {
      for other in parts {
        let policies = """
          permit (principal, action, resource) when { \(one) || \(other) };
          forbid (principal, action, resource) when { \(other) && !(\(one)) } unless { context.n == 0 };
          """
        try Self.compare(policies, seed: index)
      }
    }
  }

  private static func compare(_ policies: String, seed: Int) throws {
    let request = try Sample.request()
    let set = try PolicySet(parsing: policies)
    let compiled = CompiledPolicies(set, entities: try Sample.entities())
    let verdict = try Self.verdict(policies)
    for n in 0..<4 {
      for m in [nil, 1, 2] as [Int64?] {
        for s in [["a"], ["b"], []] as [[CedarValue]] {
          var context: [String: CedarValue] = ["n": .long(Int64(n)), "s": .set(Set(s))]
          context["m"] = m.map { .long($0) }
          let decision = compiled.decision(
            Request(
              principal: request.principal, action: request.action, resource: request.resource,
              context: context))
          switch verdict {
          case .allowed: #expect(decision == .allow, "\(policies) \(context)")
          case .denied: #expect(decision == .deny, "\(policies) \(context)")
          case .depends: continue
          }
        }
      }
    }
  }
}

@Suite("Explanations of policies")
struct PolicyExplanationTests {
  private static func explain(_ text: String) throws -> PolicyExplanation {
    let policy = try #require(try PolicySet(parsing: text).policies.first)
    return PolicyExplanation(policy, try Sample.request(), entities: try Sample.entities())
  }

  @Test("each clause says what it read and whether it held")
  func clauses() throws {
    let explanation = try Self.explain(
      """
      permit (principal in Team::"blue", action, resource)
      when { principal.age > 40 && context.port == 443 }
      unless { context.scopes.contains("c") || resource.owner == principal };
      """)
    #expect(explanation.outcome == .notSatisfied)
    #expect(explanation.scope.map(\.matches) == [true, true, true])
    #expect(explanation.clauses.map(\.isMet) == [false, true, true, false])
    #expect(
      explanation.facts.map(\.name) == [
        "principal.age", "context.port", "context.scopes", "resource.owner", "principal",
      ])
    #expect(explanation.unmetCount == 2)
    #expect(
      explanation.obstacles.first
        == "`principal.age > 40` would have to hold; `principal.age` is `30`")
  }

  @Test("a part of the scope that does not match says what it wants")
  func scope() throws {
    let explanation = try Self.explain(
      #"permit (principal == User::"bob", action, resource is User);"#)
    #expect(explanation.unmetCount == 2)
    #expect(explanation.clauses.isEmpty)
    #expect(explanation.obstacles.first?.contains(#"User::"bob""#) == true)
  }

  @Test("what is guarded by an unmet clause is not called a failure")
  func guarded() throws {
    let explanation = try Self.explain(
      "permit (principal, action, resource) when { context has nope && context.nope == 1 };")
    #expect(explanation.clauses.map(\.result) == [.didNotHold, .notReached])
    let failing = try Self.explain(
      "permit (principal, action, resource) when { context.nope == 1 };")
    #expect(failing.obstacles.first?.contains("could not be evaluated") == true)
  }

  @Test("a policy that applies says what would take it away")
  func escapes() throws {
    let explanation = try Self.explain(
      #"forbid (principal in Org::"acme", action, resource) when { principal.name like "A*" };"#)
    #expect(explanation.outcome == .satisfied)
    #expect(explanation.escapes.count == 2)
    #expect(explanation.escapes.last?.contains(#"`principal.name` is `"Ann"`"#) == true)
  }
}
