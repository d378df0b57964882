import CedarPolicy
import Testing

@Suite("Reading schemas")
struct SchemaReadingTests {
  @Test("entity types have parents, attributes and tags, with `=` and without")
  func entityTypes() throws {
    let schema = try Schema(
      parsing: """
        entity Org;
        entity User, Bot in [Org, User] = { name: String, "a b"?: Long, } tags Set<Long>;
        entity Doc in Org { owner: User };
        """)
    #expect(
      schema.summary == [
        #"entity Bot in ["Org", "User"] {a b?: Long, name: String} tags Set<Long> enum []"#,
        #"entity Doc in ["Org"] {owner: entity User} tags none enum []"#,
        #"entity Org in [] {} tags none enum []"#,
        #"entity User in ["Org", "User"] {a b?: Long, name: String} tags Set<Long> enum []"#,
      ])
  }

  @Test("an enumerated entity type keeps its ids in their order")
  func enumeration() throws {
    let schema = try Schema(parsing: #"entity Mood, M2 enum ["good", "", "bad"];"#)
    #expect(try schema.entityType("Mood")?.enumeration == ["good", "", "bad"])
    #expect(try schema.entityType("M2")?.enumeration == ["good", "", "bad"])
  }

  @Test("actions have groups, what they apply to and a context")
  func actions() throws {
    let schema = try Schema(
      parsing: """
        entity User, Doc;
        action all; action "read all" in all;
        action view, "list docs" in ["read all", Action::"all"] appliesTo {
          context: { ip: ipaddr }, resource: [Doc], principal: User,
        };
        """)
    let view = try #require(try schema.action("view"))
    #expect(Set(view.memberOf.map(\.id)) == ["read all", "all"])
    #expect(view.principalTypes.map(\.text) == ["User"])
    #expect(view.resourceTypes.map(\.text) == ["Doc"])
    #expect(view.context.summary == "{ip: ipaddr}")
    #expect(try schema.action("list docs")?.context == view.context)
    #expect(try schema.action("all")?.principalTypes.isEmpty == true)
  }

  @Test("a context may be a common type that is a record, through other types too")
  func namedContext() throws {
    let schema = try Schema(
      parsing: """
        type Context = Inner; type Inner = { at: datetime, for?: duration, cost: decimal };
        entity User;
        action a appliesTo { principal: User, resource: User, context: Context };
        """)
    #expect(
      try schema.action("a")?.context.summary
        == "{at: datetime, cost: decimal, for?: duration}")
  }

  @Test("annotations and comments say nothing")
  func annotations() throws {
    let plain = "namespace N { entity E { a: Long }; type T = Long; action x; }"
    let annotated = """
      // A comment
      @doc("n") @if namespace N {
        @doc entity E { @doc("a") @other a: Long }; // another
        @in("x") type T = Long;
        @doc action x;
      }
      """
    #expect(try Schema(parsing: annotated).summary == Schema(parsing: plain).summary)
  }

  @Test("an empty text is a schema without declarations")
  func empty() throws {
    #expect(try Schema(parsing: "").summary == [])
    #expect(try Schema(json: "{}").summary == [])
  }

  @Test("words of the grammar may be names")
  func words() throws {
    let schema = try Schema(
      parsing: """
        entity entity in [namespace] { type: type, "if": Bool, __cedar: Long } tags Long;
        entity namespace; entity tags tags Long; type type = Long; action action, "in";
        """)
    #expect(try schema.type(of: "type", in: "entity") == "Long")
    #expect(try schema.action("in") != nil)
  }

  @Test("a file name is in the error")
  func fileName() {
    #expect(throws: CedarParseError.self) { try Schema(parsing: "entity", source: "a.cedarschema") }
    do throws(CedarParseError) {
      _ = try Schema(json: "[]", source: "a.json")
    } catch {
      #expect(error.file == "a.json")
    }
  }
}
