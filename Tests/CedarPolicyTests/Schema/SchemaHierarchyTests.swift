import CedarPolicy
import Testing

@Suite("Hierarchies of schemas")
struct SchemaHierarchyTests {
  private let schema: Schema

  init() throws {
    schema = try Schema(
      parsing: """
        entity Org in Org; entity Team in [Org, Squad]; entity Squad in Team; entity User in Team;
        action all; action read in all; action view, list in read; action write;
        """)
  }

  @Test("ancestors of a type are found through any number of parents, in circles too")
  func types() throws {
    func ancestors(_ name: String) throws -> [String] {
      schema.ancestors(of: try EntityTypeName(name)).map(\.text).sorted()
    }
    #expect(try ancestors("User") == ["Org", "Squad", "Team"])
    #expect(try ancestors("Team") == ["Org", "Squad", "Team"])
    #expect(try ancestors("Org") == ["Org"])
    #expect(try ancestors("Missing") == [])
  }

  @Test("ancestors of an action are the groups that it is in, itself not among them")
  func actions() throws {
    let view = try #require(try schema.action("view"))
    #expect(schema.ancestors(of: view.uid).map(\.id).sorted() == ["all", "read"])
    #expect(schema.ancestors(of: try #require(try schema.action("write")).uid).isEmpty)
  }

  @Test("a policy for a group of actions applies with the actions of the schema as entities")
  func actionEntities() throws {
    let policies = try PolicySet(
      parsing: #"permit(principal, action in Action::"all", resource);"#)
    let entities = try Entities(schema.actionEntities)
    #expect(entities.count == 5)
    func decision(_ action: String) throws -> Decision {
      let user = EntityUID(type: try EntityTypeName("User"), id: "u")
      let request = Request(
        principal: user, action: EntityUID(type: try EntityTypeName("Action"), id: action),
        resource: user)
      return CompiledPolicies(policies, entities: entities).isAuthorized(request).decision
    }
    #expect(try decision("view") == .allow)
    #expect(try decision("all") == .allow)
    #expect(try decision("write") == .deny)
  }
}
