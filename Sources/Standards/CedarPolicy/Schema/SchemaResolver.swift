/// Turns a schema as it was written into one whose names are resolved.
struct SchemaResolver {
  private let syntax: SchemaSyntax
  private let names: DeclaredNames
  private let types: TypeResolver
  private var entityTypes: [EntityTypeName: EntityTypeDeclaration] = [:]
  private var actions: [EntityUID: ActionDeclaration] = [:]
  /// The parts of what is resolved, see ``CedarLimits/schemaSize``.
  private var size = 0

  private var source: SourceText { names.source }

  init(_ syntax: SchemaSyntax, in source: SourceText) throws(CedarParseError) {
    self.syntax = syntax
    names = try DeclaredNames(syntax, in: source)
    types = try TypeResolver(names)
  }

  mutating func schema() throws(CedarParseError) -> Schema {
    for namespace in syntax.namespaces {
      for declared in namespace.entityTypes { try add(declared, in: namespace.name) }
      for declared in namespace.actions { try add(declared, in: namespace.name) }
    }
    try refuseCycles()
    return Schema(entityTypes: entityTypes, actions: actions)
  }

  // MARK: Declarations

  /// What is declared of several names is resolved once, and they share it.
  private mutating func add(
    _ declared: SchemaSyntax.EntityType, in namespace: String
  ) throws(CedarParseError) {
    let parents = try entityTypeNames(declared.memberOf, in: namespace)
    let attributes = try record(declared.attributes, in: namespace, "the attributes of an entity")
    var tags: TypeResolver.Resolved?
    if let type = declared.tags { tags = try types.resolve(type, in: namespace) }
    let ids = declared.enumeration?.map(\.text)
    try count(
      parents.count + attributes.size + (tags?.size ?? 0) + (ids?.count ?? 0), of: declared.names)
    for name in declared.names {
      let type = DeclaredNames.typeName(DeclaredNames.qualified(name.text, in: namespace))
      entityTypes[type] = EntityTypeDeclaration(
        name: type, memberOf: parents, attributes: attributes.type, tags: tags?.type,
        enumeration: ids)
    }
  }

  private mutating func add(
    _ declared: SchemaSyntax.Action, in namespace: String
  ) throws(CedarParseError) {
    var groups: Set<EntityUID> = []
    for group in declared.memberOf { groups.insert(try names.action(group, in: namespace)) }
    let principals = try entityTypeNames(declared.principalTypes ?? [], in: namespace)
    let resources = try entityTypeNames(declared.resourceTypes ?? [], in: namespace)
    let context = try record(declared.context, in: namespace, "the context of an action")
    try count(
      groups.count + principals.count + resources.count + context.size, of: declared.names)
    for name in declared.names {
      let uid = DeclaredNames.actionUID(name.text, in: namespace)
      actions[uid] = ActionDeclaration(
        uid: uid, memberOf: groups, principalTypes: principals, resourceTypes: resources,
        context: context.type)
    }
  }

  private mutating func count(
    _ parts: Int, of names: [SchemaSyntax.Name]
  ) throws(CedarParseError) {
    let (product, isTooLarge) = parts.multipliedReportingOverflow(by: names.count)
    guard !isTooLarge, product <= CedarLimits.schemaSize - size else {
      throw source.error(
        "the schema is too large, expected at most \(CedarLimits.schemaSize) parts of all "
          + "entity types and actions together", at: names.first?.span ?? .start,
        hint: "declare what many names share of fewer names")
    }
    size += product
  }

  private func entityTypeNames(
    _ written: [SchemaSyntax.Name], in namespace: String
  ) throws(CedarParseError) -> Set<EntityTypeName> {
    var found: Set<EntityTypeName> = []
    for name in written { found.insert(try names.entityType(name, in: namespace)) }
    return found
  }

  private func record(
    _ type: SchemaSyntax.TypeSyntax?, in namespace: String, _ purpose: String
  ) throws(CedarParseError) -> (type: RecordType, size: Int) {
    guard let type else { return (RecordType(), 0) }
    let resolved = try types.resolve(type, in: namespace)
    guard case .record(let record) = resolved.type else {
      throw source.error(
        "\(purpose) must be a record", at: type.span, hint: "write it between `{` and `}`")
    }
    return (record, resolved.size)
  }

  private func refuseCycles() throws(CedarParseError) {
    do {
      _ = try Entities(actions.values.map { Entity(uid: $0.uid, parents: $0.memberOf) })
    } catch {
      var action: EntityUID?
      if case .cycle(let uid) = error { action = uid }
      throw source.error(
        action.map { "the action `\($0)` is, through its groups, in itself" }
          ?? "the schema has too many groups of actions in each other",
        at: action.flatMap(names.place) ?? .start)
    }
  }
}
