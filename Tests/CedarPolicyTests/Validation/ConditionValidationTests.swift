import CedarPolicy
import Testing

@Suite("Validation of conditions")
struct ConditionValidationTests {
  @Test(
    "a condition that the schema allows has no mistakes",
    arguments: [
      #"principal.name == "Ann" && principal.address.city like "G*""#,
      #"principal has age && principal.age + 1 > 17"#,
      #"principal has address.zip && principal.address.zip == "8010""#,
      #"resource has location.path.name && resource.location.path.name == "x""#,
      #"principal has boss && principal.boss has age && principal.boss.age < 3"#,
      #"if principal has age then principal.age > 3 else false"#,
      #"!(principal has age) || principal["name"] == "x""#,
      #"principal.hasTag("k") && principal.getTag("k").contains(1)"#,
      #"principal.hasTag(context.reason) && principal.getTag(context.reason).isEmpty()"#,
      #"principal has mood && principal.mood == Mood::"good""#,
      #"principal in Team::"a" || principal in [Org::"b", Org::"c"]"#,
      #"principal is User in Org::"b" && resource.owner == principal"#,
      #"principal.roles.containsAny(["a", "b"]) && principal.roles.contains(context.reason)"#,
      #"principal has since && principal.since < datetime("2024-01-01").offset(duration("1d"))"#,
      #"{ "a": 1, "b": [principal] }.b.contains(resource.owner)"#,
      #"ip("10.0.0.1").isInRange(ip("10.0.0.0/8")) && decimal("1.5").lessThan(decimal("2.0"))"#,
      #"action == Action::"write" && action in [Action::"view", Action::"write"]"#,
      #"[true, false] == [true]"#,
      #"(if principal has age then [1] else [2]).contains(3)"#,
    ])
  func valid(condition: String) throws {
    #expect(try SampleSchema.errors(condition).map(\.description) == [])
  }

  @Test(
    "a condition that the schema forbids has one mistake",
    arguments: [
      (#"principal.nam == "x""#, .unknownAttribute),
      ("principal.age > 1", .unsafeOptionalAttribute),
      ("principal has age || principal.age > 1", .unsafeOptionalAttribute),
      ("!(principal has age) && principal.age > 1", .unsafeOptionalAttribute),
      ("principal has age.x", .unexpectedType),
      (#"principal has address && principal.address.zip == """#, .unsafeOptionalAttribute),
      (#"principal.name == 1"#, .incompatibleTypes), (#"1 + "a" == 2"#, .unexpectedType),
      (#"principal.name > "a""#, .unexpectedType), ("principal.roles", .unexpectedType),
      (#"principal.getTag("k").isEmpty()"#, .unsafeTag),
      (#"principal.hasTag("l") && principal.getTag("k").isEmpty()"#, .unsafeTag),
      (#"resource.hasTag("k") || resource.getTag("k") == 1"#, .unknownTag),
      ("principal.roles == []", .emptySet), ("[1, true].isEmpty()", .incompatibleTypes),
      ("[principal, resource].contains(principal)", .incompatibleTypes),
      ("principal.roles.contains(1)", .incompatibleTypes),
      ("principal.roles.containsAll([1])", .incompatibleTypes),
      ("principal.roles.containsAll(1)", .unexpectedType),
      (#"principal in "x""#, .unexpectedType), ("principal.name in principal", .unexpectedType),
      (#"principal == Usr::"x""#, .unknownEntityType), ("principal is Usr", .unknownEntityType),
      (#"action == Action::"wriet""#, .unknownAction), ("resource is Order", .unknownEntityType),
      (#"principal has mood && principal.mood == Mood::"god""#, .unknownEnumeratedID),
      (#"ip("10.0.0.300").isIpv4()"#, .invalidExtensionArgument),
      (#"ip(principal.name).isIpv4()"#, .nonLiteralExtensionArgument),
      (#"decimal(1) == decimal("1.0")"#, .unexpectedType),
      ("context.reason.x == 1", .unexpectedType),
      (#"(if principal has age then 1 else "a") == 1"#, .incompatibleTypes),
      (#"principal.address == { "city": "x" }"#, .incompatibleTypes),
      ("-principal.name == 1", .unexpectedType),
      (#"context.ip.isIpv4()"#, .unknownAttribute),
    ] as [(String, ValidationIssue.Kind)])
  func invalid(condition: String, kind: ValidationIssue.Kind) throws {
    #expect(try SampleSchema.mistakes(condition) == [kind])
  }

  @Test(
    "what can never be reached is not checked, but its names are",
    arguments: [
      (#"principal is Bot && principal.nope == 1"#, []), ("false && 1", []), ("true || 1", []),
      ("if true then true else 1", []), (#"resource in Mood::"good" && 1"#, []),
      (#"principal == Bot::"x" && principal.x"#, []), (#"1 == 2 && "a""#, []),
      (#"action == Action::"read" && context.ip.isIpv4()"#, []),
      (#"principal has nothing && principal.nothing.more == 1"#, []),
      (#"false && principal == Usr::"x""#, [.unknownEntityType]),
      (#"false && principal == Mood::"x""#, [.unknownEnumeratedID]),
    ] as [(String, [ValidationIssue.Kind])])
  func unreachable(condition: String, kinds: [ValidationIssue.Kind]) throws {
    #expect(try SampleSchema.mistakes(condition) == kinds)
  }

  @Test("names that differ only in how they are composed are two names")
  func codePoints() throws {
    let schema = try Schema(
      parsing: #"entity E { "é"?: Long }; action a appliesTo { principal: E, resource: E };"#)
    let guarded = #"principal has "é" && principal["é"] == 1"#
    let other = #"principal has "é" && principal["e\u{301}"] == 1"#
    for (condition, isValid) in [(guarded, true), (other, false)] {
      let policies = try PolicySet(
        parsing: "permit(principal, action, resource) when { \(condition) };")
      #expect(Validator(schema).validate(policies).isValid == isValid)
    }
  }

  @Test("what Cedar takes for the same expression guards it")
  func sameExpressions() throws {
    let first = #"{ "a": principal, "b": 1 > 2 }.a has age"#
    let second = #"{ "b": !(1 <= 2), "a": principal }.a.age == 1"#
    #expect(try SampleSchema.mistakes("\(first) && \(second)") == [])
    let third = #"{ "b": 1 <= 2, "a": principal }.a.age == 1"#
    #expect(try SampleSchema.mistakes("\(first) && \(third)") == [.unsafeOptionalAttribute])
  }

  @Test("each independent mistake is reported, and what follows from one is not")
  func independentMistakes() throws {
    let condition = #"principal.nam == "x" && principal.age > 1 && 1 == "a" + 1"#
    #expect(
      try SampleSchema.mistakes(condition)
        == [.unknownAttribute, .unexpectedType])
    #expect(
      try SampleSchema.mistakes("principal has roles.x && principal.roles.x && principal.age > 1")
        .first == .unexpectedType)
  }
}
