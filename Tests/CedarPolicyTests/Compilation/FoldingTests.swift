import CedarPolicy
import Testing

/// What is computed when policies are compiled must not show.
@Suite("Folding of constants")
struct FoldingTests {
  /// Conditions with constant parts, and whether they hold; nil for a failure.
  static let conditions: [(text: String, holds: Bool?)] = [
    ("1 + 2 * 3 == 7", true), (#"1 + "a" == 2"#, nil), ("9223372036854775807 + 1 > 0", nil),
    ("-9223372036854775808 * -1 > 0", nil), (#"ip("x").isIpv4()"#, nil),
    (#"ip("::1").isIpv6()"#, true),
    (#"true || ip("x").isIpv4()"#, true), (#"false || ip("x").isIpv4()"#, nil),
    (#"false && ip("x").isIpv4()"#, false), (#"ip("x").isIpv4() && false"#, nil),
    (#"context.port == 443 || ip("x").isIpv4()"#, true),
    (#"context.port == 1 || ip("x").isIpv4()"#, nil),
    (#"context.port == 1 && ip("x").isIpv4()"#, false),
    (#"context.port == 443 && ip("x").isIpv4()"#, nil), ("context.port == 443 && 1", nil),
    ("1 && context.port == 443", nil), ("true && context.port", nil),
    ("false || context.port", nil),
    ("true && true && context.port == 443", true), ("context.port == 443 && true", true),
    ("context.port == 443 && false && context.missing", false),
    ("context.port == 1 || true || context.missing", true),
    ("context.port == 443 && true && context.missing", nil),
    ("if true then context.port == 443 else context.missing", true),
    ("if false then context.missing else context.port == 443", true),
    ("if 1 then true else true", nil), (#"if 1 + "a" == 2 then true else true"#, nil),
    ("if context.port == 443 then 1 else true", nil),
    ("if context.port == 443 then true else 1", true),
    (#"User::"ann".age == 30"#, true), (#"User::"ann".missing == 30"#, nil),
    (#"User::"bob".age == 30"#, nil), (#"User::"bob" has age"#, false),
    (#"User::"ann" in Org::"acme""#, true), (#"User::"ann" is Doc in 1"#, false),
    (#"User::"ann" is User in 1"#, nil), (#"1 is User in context.missing"#, nil),
    ("principal is Doc in 1", false), ("principal is User in 1", nil),
    (#"principal is User in [Org::"acme", 1]"#, nil),
    (#"principal is User in [Org::"acme"]"#, true),
    (#"principal in [Org::"x", Org::"acme"]"#, true), ("principal in []", false),
    ("[1, 2, 1 + 2].contains(3)", true), ("[1, principal.age].contains(30)", true),
    ("[1, 1].containsAll([1])", true), ("{a: 1, b: {c: 2}}.b.c == 2", true),
    ("{a: 1}.b == 2", nil), ("{a: principal}.a == principal", true),
    (#"User::"ann".getTag("level") == 3"#, true), (#"User::"ann".getTag("lev") == 3"#, nil),
    (#"principal.getTag("level") + 1 == 4"#, true), (#"principal.hasTag("level")"#, true),
    (#"principal.hasTag(context.scopes)"#, nil), (#""abc" like "a*""#, true),
    (#"1 like "a*""#, nil),
    ("-(-9223372036854775808) == 0", nil), ("!1", nil), ("!(1 == 2)", true),
    (#"decimal("1.5") < decimal("2.0")"#, nil), (#"decimal("1.5").lessThan(decimal("2.0"))"#, true),
    (#"1.lessThan(2)"#, nil), (#"context.port.lessThan(2)"#, nil),
    (#"datetime("2024-01-01") < datetime("2024-01-02")"#, true),
    (#"duration("1h") >= duration("60m")"#, true), (#"1 < duration("1h")"#, nil),
    (#"context.scopes.contains("a") && context.scopes.containsAll(["a", "b"])"#, true),
    (#"context.scopes == ["b", "a"]"#, true), (#"["a", "b"].containsAny(context.scopes)"#, true),
    (#"["a", "x"].containsAll(context.scopes)"#, false), ("context == {}", false),
    (#"[{a: 1}, "x"].contains({a: 0 + 1})"#, true), (#"[principal] == [User::"ann"]"#, true),
    (#"principal.name like "A*n""#, true), (#"principal.address == {city: "Graz"}"#, true),
    (#"principal has address.city"#, true), (#"principal has name.first"#, nil),
    (#"principal.age + context.port == 473"#, true),
    (#"principal.age * 9223372036854775807 > 0"#, nil),
  ]

  @Test("a condition holds or fails as without folding", arguments: conditions.indices)
  func foldedCondition(index: Int) throws {
    let (text, holds) = Self.conditions[index]
    #expect(try Sample.holds(text) == holds, "\(text)")
    let policies = try PolicySet(
      parsing: """
        permit(principal, action, resource) when { \(text) };
        forbid(principal, action, resource) unless { \(text) };
        permit(principal, action, resource) when { context.port == 443 } when { \(text) } when { 1 };
        """)
    let entities = try Sample.entities()
    let compiled = CompiledPolicies(policies, entities: entities)
    #expect(compiled.difference(from: policies, entities, try Sample.request()) == nil, "\(text)")
  }

  @Test("a constant part that fails does so at its own place")
  func placeOfFailure() throws {
    let outcome = try Sample.outcome(
      ofPolicy:
        "permit(principal, action, resource)\nwhen { context.port == 443 && 1 + \"a\" == 2 };")
    guard case .failed(let failure)? = outcome else {
      Issue.record("\(String(describing: outcome))")
      return
    }
    #expect(failure.span.line == 2 && failure.span.column == 35)
    #expect(failure.description == "expected a value of the type long, found string")
  }
}
