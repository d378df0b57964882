import CedarPolicy
import Testing

@Suite("Evaluation")
struct EvaluationTests {
  @Test(
    "conditions that hold",
    arguments: [
      "1 != \"a\"", "false || true", "true || 1 == 1 + true", "!false", "if true then true else 1",
      "principal has n.m || principal has address.city", "principal.address.city == \"Graz\"",
      #"principal.address has "city""#, #"!(User::"x" has a)"#, #"!(principal has a.b)"#,
      #"principal in Team::"blue""#, #"principal in Org::"acme""#, "principal in principal",
      #"Zed::"x" in Zed::"x""#, #"principal in [Zed::"x", Org::"acme"]"#, "!(principal in [])",
      #"principal is User in Org::"acme""#, #"!(principal is Team in 1)"#, "!(resource is User)",
      "resource.owner == principal", #"principal.hasTag("level")"#,
      #"principal.getTag("level") == 3"#,
      #"!(User::"x".hasTag("a"))"#, "context.scopes.contains(\"a\")", "context.port + 1 == 444",
      "context.scopes.containsAll([\"a\"])", "context.scopes.containsAny([\"z\", \"b\"])",
      "[].isEmpty()", "[1, 1, 2] == [2, 1]", "[[]].contains([])", "[1, \"a\"].contains(\"a\")",
      "{a: 1, b: 2} == {b: 2, a: 1}", "{} != []", "-(-5) == 5", "----1 == 1", "1 - 2 - 3 == -4",
      "2 * 3 * -4 == -24", "1 + 2 * 3 == 7", "9223372036854775807 - 1 < 9223372036854775807",
      "- 9223372036854775808 < 0", "1 <= 1", "2 > 1", "1 >= 1", "!(1 < 1)",
      #""ab" like "a*""#, #""a*b" like "*\*b""#, #""" like "*""#, #""aXbXc" like "a*b*c""#,
      #"!("abc" like "a*b")"#, #"!("é" like "?")"#, #""\u{41}\x42\n" == "AB\#n""#,
      "if principal.age > 18 then context.port == 443 else 1",
    ])
  func holding(condition: String) throws {
    #expect(try Sample.holds(condition) == true)
  }

  @Test(
    "conditions that fail",
    arguments: [
      "1", "true && 1", "false || 1", "1 || true", "if 1 then true else false", "!1", "-true == 1",
      "true < false", #""a" < "b""#, #"decimal("1.0") < decimal("2.0")"#, "1 < \"a\"",
      "9223372036854775807 + 1 == 1", "-9223372036854775808 - 1 == 1",
      "9223372036854775807 * 2 == 1", "--9223372036854775808 == 1", "1 + \"a\" == 2",
      "principal.missing == 1", "{}.a == 1", #"User::"x".a == 1"#, #"User::"x".getTag("a") == 1"#,
      #"principal.getTag("none") == 1"#, "principal.hasTag(1)", "action.hasTag(1)", "1 has a",
      "principal has age.b",
      #""x" in principal"#, "principal in 1", "principal in [principal, 1]", "1 is User",
      "principal is User in 1", "1.contains(1)", "[1].containsAll(1)", "1.isEmpty()",
      "1 like \"a\"", "true.foo", #"ip("1.1.1.1", "a")"#, #""a".isIpv4()"#, "ip(1)",
    ])
  func failing(condition: String) throws {
    #expect(try Sample.holds(condition) == nil)
  }

  @Test("strings are compared code point by code point")
  func codePoints() throws {
    #expect(try Sample.holds(#""e\u{301}" == "\u{e9}""#) == false)
    #expect(try Sample.holds(#"["e\u{301}", "\u{e9}"] == ["\u{e9}"]"#) == false)
    #expect(try Sample.holds(#"{"e\u{301}": 1, "\u{e9}": 2}["e\u{301}"] == 1"#) == true)
    #expect(try Sample.holds(#"User::"e\u{301}" == User::"\u{e9}""#) == false)
    #expect(try Sample.holds(#""e\u{301}" like "\u{e9}""#) == false)
    #expect(try Sample.holds(#""e\u{301}" like "e*""#) == true)
    let names: [(String, CedarValue)] = [("e\u{301}", 1), ("\u{e9}", 2)]
    #expect(try CedarRecord(names).count == 2)
    #expect(throws: CedarRecord.DuplicateName.self) {
      try CedarRecord([("a", CedarValue.long(1)), ("a", .long(2))])
    }
  }

  @Test("a failure names the place and the types, not the values")
  func failureTexts() throws {
    guard
      case .failed(let failure) = try Sample.outcome(
        ofPolicy: "permit(principal, action, resource)\nwhen { principal.name < 5 };")
    else {
      Issue.record("the policy did not fail")
      return
    }
    #expect(
      failure.description
        == "expected a value of the type long, datetime or duration, found string")
    #expect(failure.span.line == 2 && failure.span.column == 8)
  }

  @Test("a wildcard pattern does not take exponential time")
  func patternTime() {
    let pattern = Pattern((0..<200).flatMap { _ in [.wildcard, .scalar("a")] } + [.scalar("b")])
    #expect(!pattern.matches(String(repeating: "a", count: 3000)))
  }

  @Test("a nested `is … in` does not evaluate its operand twice")
  func isInOnce() throws {
    var text = "principal"
    for _ in 0..<15 { text = "(if \(text) is User in principal then principal else action)" }
    #expect(try Sample.holds("\(text) == principal") == true)
  }
}
