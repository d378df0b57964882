import CedarPolicy
import Testing

/// Sets of up to 50 generated policies and templates, of which the index leaves most out.
@Suite("Compiled policies on generated sets")
struct CompiledGenerationTests {
  @Test("the index and the compiled form change no outcome", arguments: [0, 1, 2, 3])
  func generatedSets(part: UInt64) throws {
    for seed in (part * 60)..<(part * 60 + 60) {
      let test = try DifferentialCase(seed: seed, requests: 12)
      guard let policies = try? test.policySet(),
        let entities = try? Entities(test.entities.map { try $0.entity() })
      else { continue }
      let compiled = CompiledPolicies(policies, entities: entities)
      for request in test.requests {
        let request = try request.request()
        let difference = compiled.difference(from: policies, entities, request)
        #expect(difference == nil, "seed \(seed), \(request)")
      }
    }
  }

  @Test("conditions without a scope have the values of the walk", arguments: [0, 1, 2, 3])
  func generatedConditions(part: UInt64) throws {
    for seed in (part * 30)..<(part * 30 + 30) {
      let test = try DifferentialCase(seed: ~seed, conditions: 40, requests: 4)
      guard let policies = try? test.policySet(),
        let entities = try? Entities(test.entities.map { try $0.entity() })
      else { continue }
      let compiled = CompiledPolicies(policies, entities: entities)
      for request in test.requests {
        let difference = compiled.difference(from: policies, entities, try request.request())
        #expect(difference == nil, "seed \(~seed)")
      }
    }
  }
}
