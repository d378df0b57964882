import Testing

@testable import CedarPolicy

@Suite("Compiled policies")
struct CompiledPoliciesTests {
  @Test("many threads get the answers that one gets")
  func concurrentUse() async throws {
    let test = try DifferentialCase(seed: 11, requests: 40)
    let compiled = CompiledPolicies(
      try test.policySet(), entities: try Entities(test.entities.map { try $0.entity() }))
    let requests = try test.requests.map { try $0.request() }
    let expected = requests.map { compiled.isAuthorized($0) }
    let different = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<16 {
        group.addTask {
          var different = 0
          for _ in 0..<20 {
            different += zip(requests, expected).count { compiled.isAuthorized($0) != $1 }
          }
          return different
        }
      }
      return await group.reduce(0, +)
    }
    #expect(different == 0)
  }

  @Test("a snapshot does not see later changes of the set that it was made of")
  func snapshot() throws {
    var policies = try PolicySet(parsing: "permit(principal, action, resource);")
    let compiled = CompiledPolicies(policies, entities: try Sample.entities())
    try policies.merge(
      PolicySet(parsing: "forbid(principal, action, resource);") { _, _ in "later" })
    #expect(compiled.isAuthorized(try Sample.request()).decision == .allow)
    #expect(compiled.policies.policies.count == 1)
  }

  @Test("without policies or entities everything is denied")
  func empty() throws {
    let compiled = CompiledPolicies(PolicySet(), entities: Entities())
    let request = try Sample.request()
    #expect(compiled.isAuthorized(request) == Response([]))
    #expect(compiled.outcomes(request).isEmpty)
  }

  @Test("names, ids and texts are told apart by code points")
  func codePoints() throws {
    let (composed, decomposed) = ("\u{E9}", "e\u{301}")
    let entities = try Entities([
      Entity(
        uid: EntityUID(type: EntityTypeName("User"), id: composed),
        attributes: [composed: 1, "text": .string(composed), "set": [.string(composed)]],
        tags: [composed: 1])
    ])
    for spelling in [composed, decomposed] {
      let isSame = spelling.unicodeScalars.count == 1
      for condition in [
        "principal has \"\(spelling)\"", "principal.text == \"\(spelling)\"",
        "principal.set.contains(\"\(spelling)\")", "principal.hasTag(\"\(spelling)\")",
        "principal == User::\"\(spelling)\"", "context.text == \"\(spelling)\"",
        "context has \"\(spelling)\"", "principal.text like \"\(spelling)\"",
        "principal.set.contains(context.\(isSame ? "text" : "other"))",
      ] {
        let policies = try PolicySet(
          parsing: "permit(principal, action, resource) when { \(condition) };")
        let request = Request(
          principal: EntityUID(type: try EntityTypeName("User"), id: composed),
          action: try Sample.uid(#"Action::"read""#), resource: try Sample.uid(#"Doc::"one""#),
          context: [
            "text": .string(composed), composed: 1, "other": .string(decomposed),
          ])
        let compiled = CompiledPolicies(policies, entities: entities)
        #expect(
          compiled.isAuthorized(request).decision == (isSame ? .allow : .deny), "\(condition)")
        #expect(compiled.difference(from: policies, entities, request) == nil, "\(condition)")
      }
    }
  }

  @Test("a context of many attributes is read as one of few")
  func largeContext() throws {
    let names = (0..<100).map { "name\($0 * 7919 % 1000)" }
    let context = Dictionary(uniqueKeysWithValues: names.map { ($0, CedarValue.string($0)) })
    let text = names.map { "context.\($0) == \"\($0)\"" }.joined(separator: " && ")
    let policies = try PolicySet(
      parsing: "permit(principal, action, resource) when { \(text) && !(context has other) };")
    let sample = try Sample.request()
    let request = Request(
      principal: sample.principal, action: sample.action, resource: sample.resource,
      context: context)
    let compiled = CompiledPolicies(policies, entities: Entities())
    #expect(compiled.isAuthorized(request).decision == .allow)
  }

  @Test("patterns match bytes where they match code points")
  func patterns() {
    var random = SplitMix64(seed: 5)
    let scalars: [Unicode.Scalar] = ["a", "b", "\u{E9}", "\u{1F600}", "\u{301}"]
    for _ in 0..<20_000 {
      let pattern = Pattern(
        (0..<random.int(0...6)).map { _ in
          random.chance(40) ? .wildcard : .scalar(random.pick(scalars))
        })
      var text = ""
      for _ in 0..<random.int(0...8) { text.unicodeScalars.append(random.pick(scalars)) }
      #expect(
        CompiledPattern(pattern).matches(text) == pattern.matches(text), "\(pattern) \(text)")
    }
  }

  @Test("a pattern with many wildcards takes no exponential time")
  func hostilePattern() {
    let pattern = CompiledPattern(
      Pattern((0..<200).flatMap { _ in [.wildcard, .scalar("a")] } + [.scalar("b")]))
    #expect(!pattern.matches(String(repeating: "a", count: 3000)))
  }

  @Test("texts are the same if their bytes are, whatever their length")
  func sameTexts() {
    for length in 0..<40 {
      let text = String(repeating: "x", count: length)
      #expect(sameCodePoints(text, text) && !sameCodePoints(text, text + "x"))
      for place in 0..<length {
        let other = String(text.enumerated().map { $0.offset == place ? "y" : $0.element })
        #expect(!sameCodePoints(text, other))
      }
    }
    #expect(!sameCodePoints("\u{E9}a", "e\u{301}"))
  }
}
