import CedarPolicy
import Testing

@Suite("What validation reports")
struct ValidationReportTests {
  @Test("an error says where, what was expected and what may have been meant")
  func texts() throws {
    let result = try SampleSchema.validate(
      """
      permit(principal, action == Action::"write", resource)
      when { principal.nmae == "x" }
      when { context.reason > 3 };
      """)
    #expect(
      result.errors.map(\.description) == [
        "sample.cedar:2:8: an entity of the type `User` has no attribute `nmae` "
          + "(did you mean `name`?)",
        "sample.cedar:3:8: expected a `Long`, `datetime` or `duration`, found `String`",
      ])
    #expect(result.errors.allSatisfy { $0.policyID == "policy0" })
  }

  @Test("an unguarded optional attribute comes with the guard to write")
  func guardHint() throws {
    let hint = try SampleSchema.errors("principal.age > 1").first?.hint
    #expect(hint == "test for it before, as in `x has age && x.age`")
  }

  @Test("a name without its namespace comes with the whole name")
  func namespaceHint() throws {
    let hint = try SampleSchema.errors("resource is Order").first?.hint
    #expect(hint == "did you mean `Shop::Order`?")
  }

  @Test("a mistake is reported once, with how many more types show it")
  func onePerMistake() throws {
    let errors = try SampleSchema.validate(
      "permit(principal, action, resource) when { principal.unheard == 1 };"
    ).errors
    #expect(errors.map(\.kind) == [.unknownAttribute])
    #expect(errors.first?.hint == "the same for 1 more type")
  }

  @Test("a policy that no request can satisfy gives a warning and no error")
  func impossible() throws {
    let result = try SampleSchema.validate(
      #"permit(principal, action == Action::"write", resource) when { principal is Bot };"#)
    #expect(result.isValid)
    #expect(result.warnings.map(\.kind) == [.impossiblePolicy])
    #expect(result.warnings.first?.hint == "what stands at 1:63 is always false")
  }

  @Test("a policy with mistakes gives no warnings")
  func mistakesFirst() throws {
    let result = try SampleSchema.validate(
      #"permit(principal, action, resource) when { 1 + "a" == 2 && false };"#)
    #expect(!result.isValid)
    #expect(result.warnings.isEmpty)
  }

  @Test("a condition that is the same for all requests gives a warning at its place")
  func constants() throws {
    let warnings = try SampleSchema.warnings(
      #"principal is User && (resource is Bot || context.reason == "x")"#)
    #expect(
      warnings.map(\.message) == [
        "the condition is true for every valid request",
        "the condition is false for every valid request",
      ])
    #expect(warnings.map(\.span.column) == [63, 85])
  }

  @Test("a condition that depends on the type of the principal gives no warning")
  func dependingOnType() throws {
    let result = try SampleSchema.validate(
      #"permit(principal, action == Action::"read", resource) when { principal is User };"#)
    #expect(result.isValid)
    #expect(result.warnings.isEmpty)
  }

  @Test("a constant that is written as one gives no warning")
  func writtenConstants() throws {
    #expect(try SampleSchema.warnings("true").isEmpty)
  }

  @Test("the order of the findings is that of the policies, and the same each time")
  func order() throws {
    let text = (0..<20).map { index in
      "@id(\"\(index)\") permit(principal, action, resource) when { principal.nope\(index) == 1 };"
    }.joined(separator: "\n")
    let policies = try PolicySet(parsing: text)
    let schema = try SampleSchema.schema()
    let first = Validator(schema).validate(policies).errors
    #expect(first.map(\.policyID.text) == (0..<20).map { "policy\($0)" })
    #expect(Validator(schema).validate(policies).errors == first)
  }
}
