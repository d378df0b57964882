import CedarPolicy
import Testing

@Suite("Validation of requests and entities")
struct ConformanceTests {
  private func error(
    principal: String = #"User::"a""#, action: String = #"Action::"read""#,
    resource: String = #"Doc::"d""#, context: CedarRecord? = nil
  ) throws -> ConformanceError? {
    let ip = try #require(CedarIPAddress("10.0.0.1"))
    let request = Request(
      principal: try EntityUID(parsing: principal), action: try EntityUID(parsing: action),
      resource: try EntityUID(parsing: resource), context: context ?? ["ip": .ip(ip)])
    let validator = Validator(try SampleSchema.schema())
    do throws(ConformanceError) {
      try validator.validate(request)
      return nil
    } catch {
      return error
    }
  }

  @Test("a request of the declared types with the declared context is valid")
  func validRequest() throws {
    #expect(try error() == nil)
    let ip = try #require(CedarIPAddress("::1"))
    #expect(try error(principal: #"Bot::"b""#, context: ["ip": .ip(ip), "port": 1]) == nil)
  }

  @Test("a request that the action does not apply to, or with unknown names, is refused")
  func wrongNames() throws {
    #expect(try error(principal: #"Usr::"a""#)?.kind == .unknownEntityType)
    #expect(try error(principal: #"Mood::"god""#)?.kind == .unknownEnumeratedID)
    #expect(try error(action: #"Action::"raed""#)?.kind == .unknownAction)
    #expect(try error(resource: #"User::"a""#)?.kind == .notApplicable)
    #expect(
      try error(action: #"Action::"view""#)?.description
        == #"principal: `Action::"view"` does not apply to a principal of the type `User` "#
        + "(it is a group of actions)")
  }

  @Test("a context with missing, extra or wrong attributes is refused, and the error says where")
  func wrongContext() throws {
    let ip = try #require(CedarIPAddress("::1"))
    #expect(try error(context: [:])?.kind == .missingAttribute)
    #expect(
      try error(context: ["ip": .ip(ip), "prot": 1])?.description
        == "context.prot: the schema has no such attribute here (did you mean `port`?)")
    #expect(
      try error(context: ["ip": .ip(ip), "port": "1"])?.description
        == "context.port: expected `Long`, found a string")
  }

  private func errors(_ entities: [Entity]) throws -> [ConformanceError] {
    Validator(try SampleSchema.schema()).errors(in: try Entities(entities))
  }

  private func user(
    _ change: (inout [String: CedarValue]) -> Void = { _ in }, parents: [String] = [],
    tags: [String: CedarValue] = [:]
  ) throws -> Entity {
    var attributes: [String: CedarValue] = [
      "name": "Ann", "address": ["city": "Graz"], "roles": ["a", "b"],
    ]
    change(&attributes)
    return Entity(
      uid: try EntityUID(parsing: #"User::"a""#), attributes: attributes,
      parents: Set(try parents.map { try EntityUID(parsing: $0) }), tags: tags)
  }

  @Test("entities of the declared types are valid")
  func validEntities() throws {
    let good = try EntityUID(parsing: #"Mood::"good""#)
    let ann = try user(
      { $0["mood"] = .entity(good) },
      parents: [#"Team::"t""#, #"Org::"o""#], tags: ["k": [1, 2]])
    #expect(try errors([ann, Entity(uid: EntityUID(parsing: #"Mood::"bad""#))]) == [])
    #expect(try errors(SampleSchema.schema().actionEntities) == [])
  }

  @Test("an entity with wrong attributes is refused, and the error says where")
  func wrongAttributes() throws {
    #expect(try errors([user { $0["name"] = nil }]).map(\.kind) == [.missingAttribute])
    #expect(try errors([user { $0["nmae"] = 1 }]).map(\.kind) == [.unknownAttribute])
    #expect(
      try errors([user { $0["address"] = ["city": 1] }]).map(\.description)
        == [#"User::"a".address.city: expected `String`, found a long"#])
    #expect(try errors([user { $0["roles"] = ["a", 1] }]).map(\.kind) == [.unexpectedType])
  }

  @Test("an entity with wrong parents, tags or id is refused")
  func wrongPlace() throws {
    #expect(try errors([user(parents: [#"Doc::"d""#])]).map(\.kind) == [.wrongParent])
    #expect(
      try errors([user(tags: ["k": 1])]).map(\.description)
        == [#"User::"a".getTag("k"): expected `Set<Long>`, found a long"#])
    let doc = Entity(uid: try EntityUID(parsing: #"Org::"d""#), tags: ["k": 1])
    #expect(try errors([doc]).map(\.kind) == [.unknownTag])
    let mood = Entity(uid: try EntityUID(parsing: #"Mood::"god""#))
    #expect(try errors([mood]).map(\.hint) == [#"did you mean `Mood::"good"`?"#])
    let lost = Entity(uid: try EntityUID(parsing: #"Usr::"a""#))
    #expect(try errors([lost]).map(\.kind) == [.unknownEntityType])
  }

  @Test("an action that is not that of the schema is refused")
  func wrongActions() throws {
    let read = try EntityUID(parsing: #"Action::"read""#)
    let view = try EntityUID(parsing: #"Action::"view""#)
    #expect(try errors([Entity(uid: read, parents: [view])]) == [])
    #expect(try errors([Entity(uid: read)]).map(\.kind) == [.differentAction])
    #expect(
      try errors([Entity(uid: read, attributes: ["a": 1], parents: [view])]).map(\.kind)
        == [.differentAction])
    let other = try EntityUID(parsing: #"Action::"other""#)
    #expect(try errors([Entity(uid: other)]).map(\.kind) == [.unknownAction])
  }

  @Test("the error thrown is that of the first entity by name")
  func firstByName() throws {
    let entities = try Entities(
      ["c", "b", "d"].map { Entity(uid: try EntityUID(parsing: "Usr::\"\($0)\"")) })
    let validator = Validator(try SampleSchema.schema())
    let first = try #require(validator.errors(in: entities).first)
    #expect(first.part == #"Usr::"b""#)
    #expect(throws: first) { try validator.validate(entities) }
  }

  @Test("very many wrong entities are all found")
  func manyEntities() throws {
    let type = try EntityTypeName("Usr")
    let entities = try Entities(
      (0..<5_000).map { Entity(uid: EntityUID(type: type, id: "\($0)")) })
    let errors = Validator(try SampleSchema.schema()).errors(in: entities)
    #expect(errors.count == 5_000)
    #expect(errors.first?.hint == "did you mean `User`?")
  }
}
