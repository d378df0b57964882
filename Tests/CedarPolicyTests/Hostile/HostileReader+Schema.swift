import CedarPolicy

extension HostileReader {
  static let schema = HostileReader(
    name: "schema",
    samples: [
      #"namespace A::B { entity C, D in [C] = {"a\u{41}"?: Set<{b: Long,}>, c: ipaddr} tags T; "#
        + #"type T = {d?: __cedar::String}; } @doc("x") entity E enum ["a", "b"]; action "x", y in "#
        + #"[z]; action z appliesTo { principal: [A::B::C, E], resource: E, context: {n: Long} };"#
    ],
    shapes: [
      Shape("type T = ", "Set<", "Long", ">", ";"), Shape("type T = ", "{a: ", "Long", "}", ";"),
      Shape("entity E = ", "{a: Set<", "Long", ">}", ";"), Shape("", "namespace A {", "", "}", ""),
      Shape("type T = ", "__cedar::", "Long", "", ";"), Shape("", "(", "", ")", ""),
    ],
    duplicates: [
      "entity E; entity E;", "type T = Long; type T = Long;", "action a; action a;",
      "entity E = {a: Long, \"a\": Long};", "namespace N {} namespace N {}", "entity E, E;",
      "@a @a entity E;",
      "action a appliesTo { principal: E, principal: E, resource: E }; entity E;",
    ],
    pieces: [
      "entity E;", "Set<", "{a:", "\"", "@a ", "namespace A::", "type T = Long;", "\u{E9}", "?",
      "action \"a\"; ",
    ]
  ) { _ = try Schema(parsing: $0) }

  static let schemaJSON = HostileReader(
    name: "schema in JSON",
    samples: [
      #"{"": {"commonTypes": {"T": {"type": "Set", "element": {"type": "EntityOrCommon", "name": "#
        + #""Long"}}}, "entityTypes": {"E": {"memberOfTypes": ["E"], "shape": {"type": "Record", "#
        + #""attributes": {"a": {"type": "Extension", "name": "ipaddr", "required": false}}}, "tags": "#
        + #"{"type": "T"}}, "F": {"enum": ["a"]}}, "actions": {"x": {"memberOf": [{"id": "y"}], "#
        + #""appliesTo": {"principalTypes": ["E"], "resourceTypes": ["F"], "context": {"type": "#
        + #""Record", "attributes": {}}}}, "y": {}}}}"#
    ],
    shapes: [
      Shape("", "[", "", "]", ""), Shape("", #"{"a":"#, "1", "}", ""),
      Shape(
        #"{"": {"actions": {}, "entityTypes": {}, "commonTypes": {"T": "#,
        #"{"type": "Set", "element": "#, #"{"type": "Long"}"#, "}", "}}}"),
    ],
    duplicates: [
      #"{"": {"actions": {}, "entityTypes": {}}, "": {"actions": {}, "entityTypes": {}}}"#,
      #"{"": {"actions": {}, "entityTypes": {"A": {}, "A": {}}}}"#,
      #"{"": {"actions": {"a": {}, "a": {}}, "entityTypes": {}}}"#,
    ],
    pieces: ["[", #"{"a":"#, "\""]
  ) { _ = try Schema(json: $0) }

  /// A schema whose types double with each declaration: 2 to the power of `levels` parts.
  static func doublingSchema(levels: Int) -> String {
    let types = (1...levels).map { "type T\($0) = {a: T\($0 - 1), b: T\($0 - 1)};" }
    return "type T0 = Long; " + types.joined(separator: " ") + " entity E = {a: T\(levels)};"
  }
}
