extension SplitMix64 {
  /// A schema with declarations added and, at times, tokens changed; often one that is refused.
  mutating func variation(ofSchema text: String) -> String {
    var declarations = text.split(separator: "\n").map(String.init)
    for _ in 0..<int(0...4) {
      declarations.insert(pick(Self.declarations), at: int(0...declarations.count))
    }
    let joined = declarations.joined(separator: "\n")
    return chance(40) ? changed(joined, strangers: Self.schemaStrangers) : joined
  }

  /// Declarations that fit some schemas: common types, namespaces, actions in all their forms.
  private static let declarations = [
    "type T = Long;", "type T = Boolean;", "type Boolean = Long;", "type T = {a: T};",
    "type A = B; type B = A;", "type Name = String;",
    "type Long = Bool;", "type Bool = Long;", "type ipaddr = String;", "type User = {};",
    "type R = {\"a\"?: Set<Name>, b: R2,}; type R2 = {c?: __cedar::Long};", "type Entity = Long;",
    "type Set = Long;", "type Record = {};", "type decimal = __cedar::decimal;", "type T = User;",
    "type E = Enumerated;", "type Action = Long;", "type Extension = Long;",
    "entity Enumerated enum [\"a\", \"b\"];", "entity E2 enum [];",
    "entity E3 enum [\"a\", \"a\"];",
    "entity E4 enum [\"a\",];", "entity X, Y in [Team] = {n: Long} tags Set<String>;",
    "entity X1, X1;", "entity X2 in Team;", "entity X3 in [X3];", "entity X4 in [];",
    "entity X5 in [Enumerated];", "entity X6 { a: Long };", "entity X7 = Name;",
    "entity X8 = R;", "entity X9 tags R;", "entity Y1 in [Missing];", "entity Y2 = {a: Missing};",
    "entity Y3 = {a: Long, a: Long};", "entity Y4 = {a: Long, \"a\"?: Long};",
    "entity Y5 = {\"if\": Bool, \"\": Bool, in: Bool};", "entity Action;", "entity __cedar;",
    "entity Long;", "entity String;", "entity ipaddr;", "entity in;", "entity type;",
    "entity entity in [namespace]; entity namespace;", "entity action; entity appliesTo;",
    "entity Y6 = {t: type}; entity tags; entity Set;", "entity Y7 = {u: User::Team};",
    "action a1;", "action a2, \"a3 b\";", "action a4 in read;", "action a5 in [\"read\", a1];",
    "action a6 in [Action::\"read\"];", "action a7 in Action::\"a7\";", "action a8, a8;",
    "action b1 in [b2]; action b2 in [b1];", "action b3 in Missing::Action::\"x\";",
    "action b4 in Team::\"x\";", "action b5 in [];", "action b6 appliesTo {};",
    "action b7 appliesTo { principal: User };", "action b8 appliesTo { resource: [Team] };",
    "action b9 appliesTo { principal: [], resource: [Team] };",
    "action c1 appliesTo { principal: User, resource: Team, };",
    "action c2 appliesTo { principal: [User,], resource: Team, context: {a: Long,} };",
    "action c3 appliesTo { principal: User, resource: Team, context: Name };",
    "action c4 appliesTo { principal: User, resource: Team, context: R };",
    "action c5 appliesTo { resource: Team, context: {}, principal: [User, User] };",
    "action c6 appliesTo { principal: User, principal: Team, resource: Team };",
    "action c7 appliesTo { principal: Missing, resource: Team };",
    "action c8 appliesTo { principal: Action, resource: Team };",
    "action c9 appliesTo { principal: User, resource: Team, context: {u: Action} };",
    "action d1 attributes {};",
    "action d2 appliesTo { principal: User, resource: Team } attributes {};",
    "namespace N { entity User; entity P in [User]; action x in [Action::\"y\"]; action y; }",
    "namespace N2 { type T2 = Long; entity Q = {t: T2, u: N2::T2, v: Team}; }",
    "namespace N3::M { entity S in [N2::Q]; type U = N2::T2; action z in N::Action::\"x\"; }",
    "namespace N4 { entity Team; entity V in [Team]; }", "namespace N4 {}", "namespace __cedar {}",
    "namespace N5 { action read; action w in [\"read\"]; action v in [Action::\"read\"]; }",
    "namespace N6 { entity Action; }", "namespace N7 { type Long = String; entity Z = {l: Long}; }",
    "namespace N8::__cedar { entity A; }", "namespace in { entity A; }",
    "namespace A::B { entity D; }",
    "@doc(\"x\") entity Ann;", "@doc @other(\"\") type Ann2 = { @a a: Long };",
    "@doc @doc entity Ann3;",
    "@doc(\"x\") namespace N9 { @doc action n; }", "@if entity Ann4;", "@doc", "// a comment",
    "entity Ann5 = { @doc(\"\") a?: @b Long };", "@a(b) entity Ann6;", "type T9 = {a?: Long}?;",
    "type T10 = Set<>;", "type T11 = Set<Long, Long>;", "type T12 = Set<Set<Set<Long>>>;",
    "type T13 = __cedar::Set<Long>;", "type T14 = __cedar::Foo;", "type T15 = ::Long;",
    "type T16 = {};", "type T17 = {,};", "type A::T18 = Long;", "entity A::T19;",
    "type \"q\" = Long;",
    ";", "entity F1 = {};;", "type T20 = datetime; type T21 = duration;", "type duration = Long;",
  ]

  private static let schemaStrangers = [
    "entity", "action", "type", "namespace", "in", "enum", "tags", "appliesTo", "principal",
    "resource", "context", "attributes", "Long", "String", "Bool", "Set", "Set<Long>", "ipaddr",
    "decimal", "__cedar", "__cedar::Long", "Action", "Action::\"read\"", "User", "Team", "\"a\"",
    "?", "=", "==", ":", "::", ";", ",", "{", "}", "[", "]", "<", ">", "@doc", "@", "(", ")", "//",
    "\u{E9}", "1", "\"\\x41\"", "\"\\u{d800}\"", "/*", "permit", "if", "true", "like", "{}", "[]",
  ]

  static let schemaJSONStrangers = [
    "\"\"", "\"Long\"", "\"Boolean\"", "\"Bool\"", "\"String\"", "\"Set\"", "\"Record\"",
    "\"Entity\"",
    "\"Extension\"", "\"EntityOrCommon\"", "\"ipaddr\"", "\"__cedar::Long\"", "\"User\"",
    "\"Team\"",
    "\"type\"", "\"name\"", "\"element\"", "\"attributes\"", "\"required\"", "\"shape\"",
    "\"tags\"",
    "\"memberOf\"", "\"memberOfTypes\"", "\"appliesTo\"", "\"principalTypes\"", "\"resourceTypes\"",
    "\"context\"", "\"enum\"", "\"id\"", "\"commonTypes\"", "\"additionalAttributes\"",
    "\"annotations\"",
    "\"Action\"", "\"a b\"", "\"Action::\\\"read\\\"\"", "true", "false", "null", "1", "[]", "{}",
    "{", "}",
    "[", "]", ",", ":", "{\"type\":\"Long\"}", "{\"id\":\"read\"}",
    "{\"id\":\"read\",\"type\":\"Action\"}",
  ]
}
