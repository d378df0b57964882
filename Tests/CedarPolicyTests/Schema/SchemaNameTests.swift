import CedarPolicy
import Testing

/// What names mean: Cedar RFC 24 and RFC 70.
@Suite("Names in schemas")
struct SchemaNameTests {
  @Test(
    "a common type comes before an entity type, and both before a primitive or extension type",
    arguments: [
      ("type T = Long; entity T;", "T", "Long"),
      ("entity ipaddr;", "ipaddr", "entity ipaddr"),
      ("type ipaddr = Long;", "ipaddr", "Long"),
      ("type ipaddr = Long;", "__cedar::ipaddr", "ipaddr"),
      ("entity Long;", "Long", "entity Long"),
      ("entity Long;", "__cedar::Long", "Long"),
      ("type decimal = __cedar::decimal;", "decimal", "decimal"),
      ("entity Set;", "Set", "entity Set"),
      ("entity Set;", "Set<Long>", "Set<Long>"),
      ("type A = B; type B = Set<C>; type C = E;", "A", "Set<entity E>"),
      ("action a;", "Action", "entity Action"),
    ])
  func precedence(declarations: String, name: String, type: String) throws {
    let schema = try Schema(parsing: "\(declarations) entity E { x: \(name) };")
    #expect(try schema.type(of: "x", in: "E") == type)
    let inNamespace = try Schema(
      parsing: "namespace N { \(declarations) entity E { x: \(name) }; }")
    let expected = type.replacing("entity ", with: "entity N::")
    #expect(try inNamespace.type(of: "x", in: "N::E") == expected)
  }

  @Test("a namespace sees its own names, then those outside all namespaces")
  func namespaces() throws {
    let schema = try Schema(
      parsing: """
        entity Outer; type Out = Long;
        namespace N { entity E in [Outer, N::F] { x: Out, y: M::T, f: F }; entity F; action g; }
        namespace M { type T = F; entity F; action a in N::Action::"g"; }
        namespace N::Inner { entity E in N::E; }
        """)
    #expect(try schema.entityType("N::E")?.memberOf.map(\.text).sorted() == ["N::F", "Outer"])
    #expect(try schema.type(of: "x", in: "N::E") == "Long")
    #expect(try schema.type(of: "y", in: "N::E") == "entity M::F")
    let action = try #require(try schema.action("a", "M::Action"))
    #expect(action.memberOf.map(\.description) == [#"N::Action::"g""#])
  }

  @Test("a name with a namespace is not looked for below one's own namespace")
  func qualifiedNames() {
    #expect(
      schemaError("namespace N::M { entity U; } namespace N { entity V in M::U; }")
        == "1:56: unknown entity type `M::U` (did you mean `N::M::U`?)")
  }

  @Test(
    "what stands outside all namespaces may not be declared again in one",
    arguments: [
      "entity E; namespace N { entity E; }", "type E = Long; namespace N { entity E; }",
      "entity E; namespace N { type E = Long; }", "type E = Long; namespace N { type E = Long; }",
      "action E; namespace N { action E; }",
    ])
  func shadowing(text: String) {
    #expect(schemaError(text)?.contains("`E` stands outside all namespaces too") == true)
  }

  @Test("an entity type and a common type may have one name, and a namespace that of a type")
  func oneName() throws {
    let schema = try Schema(
      parsing: "namespace E { entity E; type E = Long; entity F in E { x: E, y: E::E }; }")
    #expect(try schema.entityType("E::F")?.memberOf.map(\.text) == ["E::E"])
    #expect(try schema.type(of: "x", in: "E::F") == "Long")
  }

  @Test("actions whose ids differ in their code points differ")
  func codePoints() throws {
    let schema = try Schema(parsing: "action \"\u{E9}\"; action \"e\u{301}\";")
    #expect(schema.actions.count == 2)
    let record = try Schema(parsing: "entity E { \"\u{E9}\": Long, \"e\u{301}\": String };")
    #expect(try record.type(of: "e\u{301}", in: "E") == "String")
  }
}
