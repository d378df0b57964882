extension Validator {
  /// Checks that a request is one that the schema foresees: the action applies to the types of
  /// principal and resource, and the context has exactly the declared attributes.
  public func validate(_ request: Request) throws(ConformanceError) {
    let check = Conformance(schema: schema)
    if let error = check.error(in: request) { throw error }
  }

  /// Checks that entities are such as the schema foresees: declared types and ids, exactly the
  /// declared attributes, tags of the declared type, parents of types that may be parents, and
  /// actions that are those of the schema.
  ///
  /// - Throws: the first error by the names of the entities.
  public func validate(_ entities: Entities) throws(ConformanceError) {
    if let error = errors(in: entities).first { throw error }
  }

  /// The entities that are not such as the schema foresees, each with its first error, by name.
  public func errors(in entities: Entities) -> [ConformanceError] {
    let check = Conformance(schema: schema, mayGuess: false)
    let found = entities.all.compactMap { entity in
      check.error(in: entity, of: entities).map { (entity: entity, error: $0) }
    }.sorted { codePointsPrecede($0.error.part, $1.error.part) }
    // Guessing what the writer meant compares with every name of the schema, so it has an end.
    let guessing = Conformance(schema: schema)
    return found.enumerated().map { index, found in
      index < 20 ? guessing.error(in: found.entity, of: entities) ?? found.error : found.error
    }
  }
}

/// Compares requests and entities with a schema.
struct Conformance {
  let schema: Schema
  var mayGuess = true

  func error(in request: Request) -> ConformanceError? {
    guard let action = schema.actions[request.action] else {
      let near = guess(request.action.id, among: schema.actions.keys.map(\.id))
      return error(of: request.principal, "principal") ?? error(of: request.resource, "resource")
        ?? ConformanceError(
          .unknownAction, in: "action", "unknown action `\(request.action)`",
          hint: near.map { "did you mean \($0.cedarLiteral)?" })
    }
    return error(of: request.principal, "principal") ?? error(of: request.resource, "resource")
      ?? error(of: request.principal, "principal", among: action.principalTypes, action.uid)
      ?? error(of: request.resource, "resource", among: action.resourceTypes, action.uid)
      ?? mismatch(request.context, action.context).map { $0.error(in: "context") }
  }

  func error(in entity: Entity, of entities: Entities) -> ConformanceError? {
    let name = entity.uid.description
    if entity.uid.type.isOfActions { return error(inAction: entity, of: entities) }
    if let error = error(of: entity.uid, name) { return error }
    guard let type = schema.entityTypes[entity.uid.type] else { return nil }
    return mismatch(entity.attributes, type.attributes).map { $0.error(in: name) }
      ?? parentError(entity, name) ?? tagError(entity, type.tags, name)
  }

  // MARK: Names

  private func guess(_ name: String, among names: @autoclosure () -> [String]) -> String? {
    mayGuess ? nearest(name, among: names().sorted(by: codePointsPrecede)) : nil
  }

  /// Whether a schema has the type and, where the type is enumerated, the id.
  private func error(of uid: EntityUID, _ part: String) -> ConformanceError? {
    guard let type = schema.entityTypes[uid.type] else {
      let near = guess(uid.type.text, among: schema.entityTypes.keys.map(\.text))
      return ConformanceError(
        .unknownEntityType, in: part, "unknown entity type `\(uid.type)`",
        hint: near.map { "did you mean `\($0)`?" })
    }
    guard let ids = type.enumeration, !ids.contains(where: { sameCodePoints($0, uid.id) }) else {
      return nil
    }
    return unknownID(uid, among: ids).error(in: part)
  }

  private func unknownID(_ uid: EntityUID, among ids: [String]) -> Mismatch {
    let near = guess(uid.id, among: ids)
    return Mismatch(
      .unknownEnumeratedID, "`\(uid)` is not among the ids of its enumerated type",
      hint: near.map { "did you mean `\(uid.type)::\($0.cedarLiteral)`?" })
  }

  private func error(
    of uid: EntityUID, _ part: String, among types: Set<EntityTypeName>, _ action: EntityUID
  ) -> ConformanceError? {
    guard !types.contains(uid.type) else { return nil }
    let names = types.map(\.text).sorted(by: codePointsPrecede)
    return ConformanceError(
      .notApplicable, in: part,
      "`\(action)` does not apply to a \(part) of the type `\(uid.type)`",
      hint: names.isEmpty
        ? "it is a group of actions"
        : "expected \(names.prefix(5).map { "`\($0)`" }.joined(separator: " or "))"
          + (names.count > 5 ? " or \(names.count - 5) more" : ""))
  }

  // MARK: Entities

  private func error(inAction entity: Entity, of entities: Entities) -> ConformanceError? {
    let name = entity.uid.description
    guard schema.actions[entity.uid] != nil else {
      return ConformanceError(.unknownAction, in: name, "unknown action")
    }
    guard entity.attributes.isEmpty, entity.tags.isEmpty else {
      return ConformanceError(.differentAction, in: name, "actions have no attributes or tags")
    }
    guard entities.ancestors(of: entity.uid) == schema.ancestors(of: entity.uid) else {
      return ConformanceError(
        .differentAction, in: name, "the action is in other groups than in the schema")
    }
    return nil
  }

  private func parentError(_ entity: Entity, _ name: String) -> ConformanceError? {
    guard !entity.parents.isEmpty else { return nil }
    let containers = schema.ancestors(of: entity.uid.type)
    for parent in entity.parents.sorted(by: { codePointsPrecede($0.description, $1.description) }) {
      guard containers.contains(parent.type) else {
        return ConformanceError(
          .wrongParent, in: name,
          "an entity of its type may not be in `\(parent)`, of the type `\(parent.type)`")
      }
      if let error = error(of: parent, name) { return error }
    }
    return nil
  }

  private func tagError(
    _ entity: Entity, _ type: SchemaType?, _ name: String
  ) -> ConformanceError? {
    for tag in entity.tags.fields {
      guard let type else {
        return ConformanceError(.unknownTag, in: name, "entities of its type have no tags")
      }
      if let mismatch = mismatch(tag.value, type) {
        return mismatch.within("getTag(\(tag.name.cedarLiteral))").error(in: name)
      }
    }
    return nil
  }

  // MARK: Values

  /// What is wrong with a value, and where in it.
  private struct Mismatch {
    let kind: ConformanceError.Kind
    let message: String
    let hint: String?
    /// From the inside.
    private var path: [String] = []

    init(_ kind: ConformanceError.Kind, _ message: String, hint: String? = nil) {
      self.kind = kind
      self.message = message
      self.hint = hint
    }

    func within(_ name: String) -> Mismatch {
      var outer = self
      outer.path.append(name)
      return outer
    }

    func error(in part: String) -> ConformanceError {
      ConformanceError(kind, in: part, path: path.reversed(), message, hint: hint)
    }
  }

  /// The depth of a type is bounded, see ``CedarLimits/nesting``, and with it the recursion.
  private func mismatch(_ value: CedarValue, _ type: SchemaType) -> Mismatch? {
    switch (value, type) {
    case (.bool, .bool), (.long, .long), (.string, .string), (.ip, .ip), (.decimal, .decimal),
      (.datetime, .datetime), (.duration, .duration):
      return nil
    case (.entity(let uid), .entity(let name)) where uid.type == name:
      guard let ids = schema.entityTypes[name]?.enumeration,
        !ids.contains(where: { sameCodePoints($0, uid.id) })
      else { return nil }
      return unknownID(uid, among: ids)
    case (.set(let elements), .set(let element)):
      for value in elements {
        if let mismatch = mismatch(value, element) { return mismatch }
      }
      return nil
    case (.record(let record), .record(let declared)): return mismatch(record, declared)
    default:
      return Mismatch(
        .unexpectedType, "expected `\(StaticType(type))`, found \(value.conformanceName)")
    }
  }

  private func mismatch(_ record: CedarRecord, _ type: RecordType) -> Mismatch? {
    for field in type.fields where field.attribute.isRequired && record[field.name] == nil {
      return Mismatch(
        .missingAttribute,
        "the attribute is missing, expected `\(StaticType(field.attribute.type))`"
      ).within(field.name)
    }
    for field in record.fields {
      guard let attribute = type[field.name] else {
        let near = guess(field.name, among: type.fields.map(\.name))
        return Mismatch(
          .unknownAttribute, "the schema has no such attribute here",
          hint: near.map { "did you mean `\($0)`?" }
        ).within(field.name)
      }
      if let mismatch = mismatch(field.value, attribute.type) { return mismatch.within(field.name) }
    }
    return nil
  }
}

extension CedarValue {
  /// The value's type as a message names it; an entity with its own type.
  fileprivate var conformanceName: String {
    switch self {
    case .entity(let uid): "an entity of the type `\(uid.type)`"
    case .bool, .long, .string, .set, .record: "a \(typeName)"
    case .ip, .decimal, .datetime, .duration: "a value of the type `\(typeName)`"
    }
  }
}
