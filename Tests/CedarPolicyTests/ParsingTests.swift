import CedarPolicy
import Testing

@Suite("Parsing")
struct ParsingTests {
  @Test(
    "conditions of the grammar are accepted",
    arguments: [
      "true", "[].isEmpty()", "ip()", #"ip("1", "2")"#, #""a".isIpv4(1)"#, "true.foo",
      #"principal["if"] == 1"#, #"principal has "if""#, "principal has principal",
      "principal has n.m.k", #"{"in": 1} == 1"#, "{principal: 1} == 1", "[1,] == [1]",
      "{a: 1,} == {a: 1}", "!!!!true", "----1 == 1", "- 9223372036854775808 < 0",
      "--9223372036854775808 > 0", "1 * principal.n * context.m == 1", #""a" like "\*""#,
      "\"a\nb\" == \"\"", #""\x7f\u{10FFFF}\u{1_}\0\'\"\\" == """#, "principal is User",
      "principal is User in principal", #"principal is A::B in [G::"g"] && true"#,
      #"principal::"a" == A::principal::"b""#, "(if true then true else false) && true",
      "if true then if false then 1 else 2 else 3", "principal.contains", #""x".contains"#,
      "1 - -1 == 2", "1--1 == 2", "2*-3 == -6", "- 1.foo == 1", "[1].contains(1,)",
      #"A :: B :: "x" == 1"#, "// comment\r true", "\u{a0}true\u{2028}", "{} == {}",
      "true && true || false && 1 + 2 * 3 == 7", "(principal).n == 1",
      "[if true then 1 else 2] == [1]", "permit::\"when\" == 1", "context.permit.when.unless",
    ])
  func accepted(condition: String) {
    #expect(Sample.conditionError(condition)?.description == nil)
  }

  @Test(
    "other conditions are refused",
    arguments: [
      "", "1 < 2 < 3", "principal in principal in principal", "[].contains()", "[].isEmpty(1)",
      "foo(1)", #"a::ip("1")"#, "principal.if", "principal.in", "principal has if",
      "principal has is", #"principal has "a".b"#, #"principal has a."b""#, "principal has a::b",
      "principal has (a)", "principal has a.b.if", "principal has a + 1", "principal has a == true",
      "{if: 1} == 1", "{a: 1, a: 2} == 1", #"{a: 1, "a": 2} == 1"#, #"{("a"): 1} == 1"#,
      "{a::b: 1} == 1", "[,] == []", "!-1", "-!true", "!!!!!true", "-----1 == 1",
      "-(9223372036854775808) < 0", "9223372036854775808 > 0", "99999999999999999999999 > 0",
      "1 / 2 == 1", "1 % 2 == 1", #""a\*" == "a""#, #""a" like principal"#, #""a" like ("a")"#,
      #""a" like "a" + "b""#, "\"a\rb\" == \"\"", #""\x80" == """#, #""\u{110000}" == """#,
      #""\u{d800}" == """#, #""\u{00000041}" == """#, #""\u{_1}" == """#, #""\u{}" == """#,
      #""\u41" == """#, #""\u{41" == """#, #""\xZZ" == """#, #""\x4" == """#, #""\q" == """#,
      "\"\\\n b\" == \"b\"", #"principal is "User""#, "principal is (User)",
      "principal is User == true", "principal is User + 1", "principal is User.a",
      "principal is User::", #"principal is User in G::"g" == true"#, "principal is if",
      #"if::"a" == 1"#, #"A::if::"a" == 1"#, #"__cedar::A::"a" == 1"#, "principal.__cedar == 1",
      "principal has __cedar", "true && if true then true else false", "1 + if true then 1 else 2",
      "!if true then true else false", "if true then 1", "principal(1)", "(principal.contains)(1)",
      "principal.n(1)", "[1].contains(1)(2)", "context::a", "?principal == principal", "true; true",
      "User::{a: 1} == 1", "contains(1)", #"principal.ip("1")"#, "toMinutes(1) == 1",
      #"getTag("a")"#, "principal.getTag()", #"principal.hasTag("a", "b")"#, "/* c */ true",
      "\u{feff}true", "a", "principal a", "true)", "((true)", "1 +", "is", "principal is",
      "\"abc", "@", "'a' == 'b'", "principal = principal", "true & true", "true | true",
      #"principal[("a")] == 1"#, #"principal["a"].b["c""#, "true has a has b", "#", "$", "é", "\0",
    ])
  func refused(condition: String) throws {
    let error = try #require(Sample.conditionError(condition))
    #expect(error.span.line >= 1 && error.span.column >= 1)
    #expect(error.message.first?.isUppercase == false)
  }

  @Test(
    "policies of the grammar are accepted",
    arguments: [
      "", "// nothing", "permit(principal,action,resource);", "permit(principal,action,resource,);",
      #"forbid(principal == User::"a", action == Action::"v", resource in G::"g");"#,
      #"permit(principal == (User::"a"), action in ([(A::Action::"v")]), resource is Doc);"#,
      #"permit(principal is User in ((G::"g")), action in [Action::"v", Action::"w",], resource);"#,
      "permit(principal == ?principal, action, resource is Doc in ?resource);",
      "permit(principal in (?principal), action in [], resource);",
      "permit(principal,action,resource) when {true} unless {false} when {true};//x",
      #"@id("a") @if @then("b\n") @__cedar("x") permit(principal,action,resource);"#,
      "permit(principal is principal, action, resource);permit(principal,action,resource);",
    ])
  func acceptedPolicies(text: String) {
    #expect(Sample.parseError(text)?.description == nil)
  }

  @Test(
    "other policies are refused",
    arguments: [
      ";", "permit", "permit();", "permit(principal,action);", "permit(action,principal,resource);",
      "permit(principal,action,resource,context);", "permit(principal,action,resource)",
      "permit(principal,action,resource);;", "Permit(principal,action,resource);",
      "allow(principal,action,resource);", "permit(principal == principal,action,resource);",
      #"permit(principal in [User::"a"],action,resource);"#,
      #"permit(principal is User == G::"g",action,resource);"#,
      #"permit(principal in G::"g" is User,action,resource);"#,
      #"permit(principal is User in [G::"g"],action,resource);"#,
      "permit(principal is (User),action,resource);", "permit(principal: User,action,resource);",
      #"permit(principal is User::"a",action,resource);"#,
      "permit(principal is __cedar::User,action,resource);",
      "permit(principal == ?resource,action,resource);",
      "permit(principal,action in ?principal,resource);",
      "permit(principal == ?foo,action,resource);", "permit(?principal,action,resource);",
      #"permit(principal,action == [Action::"v"],resource);"#,
      #"permit(principal,action == Foo::"v",resource);"#,
      #"permit(principal,action == Action::A::"v",resource);"#,
      "permit(principal,action is Action,resource);",
      #"permit(principal != User::"a",action,resource);"#,
      #"permit(principal == "a",action,resource);"#,
      #"permit(principal in User::"a" && true,action,resource);"#,
      "permit(principal,action,resource) when {};", "permit(principal,action,resource) foo {true};",
      "permit(principal,action,resource) when true;",
      "permit(principal in ?principal,action,resource) when {principal == ?principal};",
      #"@id("a")@id("b") permit(principal,action,resource);"#,
      #"@"a"("b") permit(principal,action,resource);"#, "@a() permit(principal,action,resource);",
      #"@a("\*") permit(principal,action,resource);"#, #"@a("b")"#,
      #"@a("b",) permit(principal,action,resource);"#,
    ])
  func refusedPolicies(text: String) {
    #expect(Sample.parseError(text) != nil)
  }

  @Test("errors say what was expected, where, and give a hint")
  func errorTexts() throws {
    let text = "permit (\n  principal,\n  action,\n  resource\n) when { principal.contain(1) };"
    do throws(CedarParseError) {
      _ = try PolicySet(parsing: text, source: "shop.cedar")
      Issue.record("the text was accepted")
    } catch {
      #expect(
        error.description
          == "shop.cedar:5:20: expected the name of a method, found `contain` "
          + "(did you mean `contains`?)")
      #expect(error.span.offset == 62 && error.span.length == 7)
    }
    #expect(
      Sample.parseError("premit(principal, action, resource);")?.description
        == "1:1: expected `permit` or `forbid`, found `premit` (did you mean `permit`?)")
    #expect(
      Sample.conditionError("\"é\" == x")?.description
        == "1:51: expected a variable, found `x` (the variables are `principal`, `action`, "
        + "`resource` and `context`; text stands between `\"` and `\"`)")
  }

  @Test("errors show long and multi-line input in one short line")
  func errorsAreShort() throws {
    let error = try #require(
      Sample.conditionError("\"" + String(repeating: "a\n", count: 1000) + "\" \"b\""))
    #expect(error.description.utf8.count < 200)
    #expect(!error.description.contains("\n"))
  }

  @Test("policies keep their order, spans, annotations and conditions")
  func policyParts() throws {
    let text = """
      @owner("payments") @draft
      permit(principal, action, resource) when { true } unless { false };
      // between
      forbid(principal is User, action, resource == Doc::"one");
      """
    let policies = try PolicySet(parsing: text, source: "a.cedar").policies
    #expect(policies.map(\.id) == ["policy0", "policy1"])
    #expect(policies.map(\.effect) == [.permit, .forbid])
    #expect(policies[0].annotations == ["owner": "payments", "draft": ""])
    #expect(policies[0].conditions.map(\.kind) == [.when, .unless])
    #expect(policies[0].source == "a.cedar")
    #expect(policies[0].span == SourceSpan(offset: 0, length: 93, line: 1, column: 1))
    #expect(policies[1].span.line == 4)
    #expect(policies[1].principal == .isType(try EntityTypeName("User")))
    #expect(policies[1].resource == .equal(try Sample.uid(#"Doc::"one""#)))
  }

  @Test("entity names are read and printed as policies write them")
  func entityNames() throws {
    for text in [#"User::"ann""#, #"A::B::"""#, #"User::"a\"\\\n\u{1}é\0""#] {
      #expect(try EntityUID(parsing: text).description == text)
    }
    for text in [
      "", "User", "User::", #"User::"a" "# + "b", #"User::"a"#, #""a""#, #"::"a""#, #"if::"a""#,
    ] {
      #expect(throws: CedarParseError.self) { try EntityUID(parsing: text) }
    }
    for text in ["", " A", "A ::B", "A::", "::A", "A::if", "A-B", "é", "A::__cedar", #"A::"a""#] {
      #expect(throws: CedarParseError.self) { try EntityTypeName(text) }
    }
    #expect(try EntityTypeName("A::B::C").baseName == "C")
  }
}
