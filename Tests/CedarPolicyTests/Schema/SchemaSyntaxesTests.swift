import CedarPolicy
import Testing

/// One schema in both syntaxes is one schema.
@Suite("Both syntaxes of schemas")
struct SchemaSyntaxesTests {
  @Test("the same schema is read from both", arguments: pairs.indices)
  func equal(index: Int) throws {
    let pair = Self.pairs[index]
    #expect(try Schema(parsing: pair.text).summary == Schema(json: pair.json).summary)
  }

  private static let pairs: [(text: String, json: String)] = [
    (
      """
      entity A in [A, B] { n: Long, s?: Set<String>, b: Bool } tags B; entity B enum ["x", "y"];
      """,
      #"""
      {"": {"entityTypes": {
        "A": {"memberOfTypes": ["A", "B"], "shape": {"type": "Record", "attributes": {
          "n": {"type": "Long"}, "b": {"type": "Boolean"},
          "s": {"type": "Set", "element": {"type": "String"}, "required": false}}},
          "tags": {"type": "Entity", "name": "B"}},
        "B": {"enum": ["x", "y"]}}, "actions": {}}}
      """#
    ),
    (
      """
      namespace N { type T = { a: ipaddr, b?: { c: decimal } }; type D = datetime;
        entity E = { t: T, d: D, u?: duration };
        action g; action "a b", c in [g] appliesTo { principal: E, resource: [E], context: T }; }
      namespace N::M { entity F in N::E { e: N::E }; action x in N::Action::"g"; }
      """,
      #"""
      {"N": {"commonTypes": {"D": {"type": "Extension", "name": "datetime"}, "T": {"type": "Record",
          "attributes": {"a": {"type": "Extension", "name": "ipaddr"}, "b": {"required": false,
          "type": "Record", "attributes": {"c": {"type": "EntityOrCommon", "name": "decimal"}}}}}},
        "entityTypes": {"E": {"shape": {"type": "Record", "additionalAttributes": false,
          "attributes": {"t": {"type": "T"}, "d": {"type": "EntityOrCommon", "name": "D"},
          "u": {"type": "Extension", "name": "duration", "required": false}}}}},
        "actions": {"g": {}, "a b": {"memberOf": [{"id": "g"}], "appliesTo": {
          "principalTypes": ["E"], "resourceTypes": ["E"], "context": {"type": "T"}}},
          "c": {"memberOf": [{"type": "N::Action", "id": "g"}], "appliesTo": {
          "principalTypes": ["N::E"], "resourceTypes": ["E"], "context": {"type": "N::T"}}}}},
       "N::M": {"entityTypes": {"F": {"memberOfTypes": ["N::E"], "shape": {"type": "Record",
          "attributes": {"e": {"type": "EntityOrCommon", "name": "N::E"}}}}},
        "actions": {"x": {"memberOf": [{"type": "N::Action", "id": "g"}]}}}}
      """#
    ),
    (
      "entity Long { n: __cedar::Long, e: Long, s: __cedar::String };",
      #"""
      {"": {"entityTypes": {"Long": {"shape": {"type": "Record", "attributes": {
        "n": {"type": "Long"}, "e": {"type": "EntityOrCommon", "name": "Long"},
        "s": {"type": "EntityOrCommon", "name": "__cedar::String"}}}}}, "actions": {}}}
      """#
    ),
    (
      #"@doc("x") entity E { @doc a: Long }; @doc action a;"#,
      #"""
      {"": {"entityTypes": {"E": {"annotations": {"doc": "x"}, "shape": {"type": "Record",
        "attributes": {"a": {"type": "Long", "annotations": {"doc": ""}}}}}},
        "actions": {"a": {"annotations": {"doc": null}, "appliesTo": null, "memberOf": null}}}}
      """#
    ),
  ]

  @Test("an entity type may take its attributes from a common type in JSON")
  func namedShape() throws {
    let schema = try Schema(
      json: #"""
        {"": {"commonTypes": {"T": {"type": "Record", "attributes": {"a": {"type": "Long"}}}},
          "entityTypes": {"E": {"shape": {"type": "T"}}}, "actions": {}}}
        """#)
    #expect(try schema.type(of: "a", in: "E") == "Long")
  }
}
