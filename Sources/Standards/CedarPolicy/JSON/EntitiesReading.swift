extension Entities {
  /// Reads entities out of JSON: an array of objects with `uid`, `attrs`, `parents` and `tags`.
  ///
  /// - Parameters:
  ///   - schema: what the entities must agree with. With it, references and extension values may
  ///     be written in short form, and the schema's actions are among the entities.
  ///   - source: the text's name, for errors.
  /// - Throws: the first mistake, with its place; also two entities of one name, and a cycle.
  public init(
    json text: String, schema: Schema? = nil, source: String? = nil
  ) throws(CedarParseError) {
    let document = try JSONDocument(text, name: source, limit: CedarLimits.jsonLength)
    let reader = EntityReader(ValueReader(document: document, schema: schema))
    var entities: [Entity] = []
    var places: [EntityUID: SourceSpan] = [:]
    for node in try document.array(document.root, "an array of entities") {
      let entity = try reader.entity(node)
      guard places.updateValue(node.span, forKey: entity.uid) == nil else {
        throw document.error("the entity `\(entity.uid)` stands twice", at: node.span)
      }
      entities.append(entity)
    }
    for action in schema?.actionEntities ?? [] where places[action.uid] == nil {
      entities.append(action)
    }
    do {
      try self.init(entities)
    } catch {
      var place = document.root.span
      if case .cycle(let uid) = error { place = places[uid] ?? place }
      throw document.error(error.description, at: place)
    }
  }
}

/// Reads one entity of an array.
private struct EntityReader {
  private let values: ValueReader

  init(_ values: ValueReader) {
    self.values = values
  }

  func entity(_ node: JSONNode) throws(CedarParseError) -> Entity {
    let object = try values.document.object(
      node, "an entity", known: ["uid", "attrs", "parents", "tags"])
    let uid = try values.entity(try object.required("uid"))
    var parents: Set<EntityUID> = []
    if let list = object["parents"] {
      for parent in try values.document.array(list, "an array of parents") {
        parents.insert(try values.entity(parent))
      }
    }
    guard let schema = values.schema else {
      return Entity(
        uid: uid, attributes: try record(object["attrs"]), parents: parents,
        tags: try record(object["tags"]))
    }
    if let action = schema.actions[uid] {
      return try self.action(action, object, parents, schema)
    }
    return try declared(uid, object, parents, schema)
  }

  private func record(_ node: JSONNode?) throws(CedarParseError) -> CedarRecord {
    guard let node else { return [:] }
    guard case .record(let record) = try values.value(node, as: nil) else {
      throw values.document.unexpected("an object", node)
    }
    return record
  }

  private func declared(
    _ uid: EntityUID, _ object: JSONObjectNode, _ parents: Set<EntityUID>, _ schema: Schema
  ) throws(CedarParseError) -> Entity {
    guard let type = schema.entityTypes[uid.type] else {
      let near = nearest(uid.type.text, among: schema.entityTypes.keys.map(\.text))
      throw values.document.error(
        "unknown entity type `\(uid.type)`", at: object.span,
        hint: near.map { "did you mean `\($0)`?" })
    }
    try values.checkEnumeration(uid, at: object.span)
    let containers = schema.ancestors(of: uid.type)
    for parent in parents where !containers.contains(parent.type) {
      throw values.document.error(
        "`\(uid)` may not be in an entity of the type `\(parent.type)`", at: object.span)
    }
    let empty = JSONNode(kind: .object([]), span: object.span)
    let attributes = try values.record(
      object["attrs"] ?? empty, as: type.attributes, "an entity of the type `\(uid.type)`")
    return Entity(
      uid: uid, attributes: attributes, parents: parents,
      tags: try tags(object["tags"], type))
  }

  private func tags(
    _ node: JSONNode?, _ type: EntityTypeDeclaration
  ) throws(CedarParseError) -> CedarRecord {
    guard let node else { return [:] }
    var tags: [(String, CedarValue)] = []
    for member in try values.document.members(node, "an object of tags") {
      guard let tagType = type.tags else {
        throw values.document.error(
          "an entity of the type `\(type.name)` has no tags", at: member.span)
      }
      tags.append((member.name, try values.value(member.value, as: tagType)))
    }
    return CedarRecord(keepingLast: tags)
  }

  /// An action among the entities says what the schema says.
  private func action(
    _ action: ActionDeclaration, _ object: JSONObjectNode, _ parents: Set<EntityUID>,
    _ schema: Schema
  ) throws(CedarParseError) -> Entity {
    let attributes = try record(object["attrs"])
    guard schema.groups(parents) == schema.ancestors(of: action.uid), attributes.isEmpty else {
      throw values.document.error(
        "`\(action.uid)` has other groups or attributes than in the schema", at: object.span)
    }
    return Entity(uid: action.uid, parents: parents)
  }
}

extension Schema {
  /// Groups of actions with all groups that they are in.
  func groups(_ groups: Set<EntityUID>) -> Set<EntityUID> {
    groups.reduce(into: groups) { $0.formUnion(ancestors(of: $1)) }
  }
}
