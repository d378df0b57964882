import CedarPolicy
import Testing

@Suite("Validation of hostile policies and schemas")
struct HostileValidationTests {
  @Test("the deepest expressions are validated on a small stack")
  func deepExpressions() throws {
    let schema = try SampleSchema.schema()
    let texts = Self.nested.map { "permit(principal, action, resource) when { \($0) };" }
    let sets = texts.compactMap { try? PolicySet(parsing: $0) }
    #expect(sets.count == texts.count)
    let counts = onSmallStack { sets.map { Validator(schema).validate($0).errors.count } }
    #expect(counts?.count == sets.count)
  }

  /// Each operator as deep as the parser allows.
  private static var nested: [String] {
    let wrappers: [(String, String)] = [
      ("(if true then ", " else false)"), ("(true && ", ")"), ("(false || ", ")"),
      ("{\"a\": ", "}.a"), ("(1 == 1) == (", ")"), ("[", "]"), ("context has a || (", ")"),
      ("(if ", " then true else false)"), ("(if true then 1 else ", ")"), ("!(", ")"),
      ("[true].contains(", ")"), ("[[", "].isEmpty()]"), ("1 + (1 * (", "))"),
      ("principal.hasTag(if ", " then \"a\" else \"b\")"), ("(true == ", ") != false"),
    ]
    return wrappers.map { before, after in
      var text = "true"
      while true {
        let next = before + text + after
        guard
          (try? PolicySet(parsing: "permit(principal, action, resource) when { \(next) };"))
            != nil
        else { return text }
        text = next
      }
    }
  }

  @Test("the deepest types are compared and described on a small stack")
  func deepTypes() throws {
    let depth = 60
    let type =
      String(repeating: "Set<", count: depth) + "Long" + String(repeating: ">", count: depth)
    let record =
      String(repeating: "{a: ", count: depth) + "Long" + String(repeating: "}", count: depth)
    let schema = try Schema(
      parsing: """
        entity E { s: \(type), r: \(record) };
        action a appliesTo { principal: E, resource: E };
        """)
    let policies = try PolicySet(
      parsing: """
        permit(principal, action, resource)
        when { principal.s == resource.s && principal.r == resource.r }
        when { principal.r == principal.s };
        """)
    let errors = onSmallStack { Validator(schema).validate(policies).errors.map(\.kind) }
    #expect(errors == [.incompatibleTypes])
  }

  @Test("a long chain of guards is validated")
  func longChains() throws {
    let chain = Array(repeating: "principal has age", count: 20_000).joined(separator: " && ")
    #expect(try SampleSchema.errors("\(chain) && principal.age == 1").isEmpty)
    let other = Array(repeating: "principal has age", count: 20_000).joined(separator: " || ")
    #expect(try SampleSchema.errors("(\(other)) && principal.age == 1").isEmpty)
  }

  @Test("of a policy with very many mistakes the first are reported")
  func manyMistakes() throws {
    let condition = (0..<5_000).map { "principal.x\($0) == 1" }.joined(separator: " || ")
    #expect(try SampleSchema.errors(condition).count == 100)
  }

  @Test("a very large type is described in part")
  func largeType() throws {
    let fields = (0..<2_000).map { "field\($0): Long" }.joined(separator: ", ")
    let schema = try Schema(
      parsing: "entity E { r: {\(fields)} }; action a appliesTo { principal: E, resource: E };")
    let policies = try PolicySet(
      parsing: "permit(principal, action, resource) when { principal.r == 1 };")
    let message = try #require(Validator(schema).validate(policies).errors.first?.message)
    #expect(message.utf8.count < 400)
  }

  @Test("a policy for too many combinations of types is refused, unless it does not look at them")
  func manyEnvironments() throws {
    let names = (0..<600).map { "E\($0)" }.joined(separator: ", ")
    let schema = try Schema(
      parsing: """
        entity \(names) { n: Long };
        action a appliesTo { principal: [\(names)], resource: [\(names)] };
        """)
    func kinds(_ policy: String) throws -> [ValidationIssue.Kind] {
      Validator(schema).validate(try PolicySet(parsing: policy)).errors.map(\.kind)
    }
    let condition = "principal.n == resource.n"
    #expect(
      try kinds("permit(principal, action, resource) when { \(condition) };")
        == [.tooManyEnvironments])
    #expect(try kinds("permit(principal is E1, action, resource) when { \(condition) };") == [])
    #expect(try kinds("permit(principal, action, resource) when { principal.n == 1 };") == [])
  }
}
