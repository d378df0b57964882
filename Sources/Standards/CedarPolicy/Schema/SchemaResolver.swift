/// Turns a schema as it was written into one whose names are resolved.
///
/// A name without a namespace means a type of its own namespace, else one outside all namespaces,
/// else a primitive or extension type; at each step a common type before an entity type (Cedar
/// RFC 24). A namespace may not declare again what stands outside all namespaces (RFC 70).
struct SchemaResolver {
  let source: SourceText
  private let syntax: SchemaSyntax
  private var commonTypes: [String: SchemaSyntax.CommonType] = [:]
  private var entityTypes: [String: SchemaSyntax.EntityType] = [:]
  private var actions: [EntityUID: SchemaSyntax.Action] = [:]
  /// The types of the actions: `Action` in each namespace that has some.
  private var actionTypes: Set<String> = []
  private var namespaceOfType: [String: String] = [:]
  private var resolvedCommonTypes: [String: Resolved] = [:]
  private var openCommonTypes: [String] = []

  init(_ syntax: SchemaSyntax, in source: SourceText) {
    self.syntax = syntax
    self.source = source
  }

  mutating func schema() throws(CedarParseError) -> Schema {
    var namespaceNames: Set<String> = []
    for namespace in syntax.namespaces {
      guard namespaceNames.insert(namespace.name).inserted else {
        throw duplicate("namespace", namespace.name, at: namespace.span)
      }
      try collect(namespace)
    }
    for namespace in syntax.namespaces { try checkShadowing(namespace) }
    for name in commonTypes.keys.sorted(by: codePointsPrecede) { _ = try commonType(name) }
    var types: [EntityTypeName: EntityTypeDeclaration] = [:]
    var resolved: [EntityUID: ActionDeclaration] = [:]
    for namespace in syntax.namespaces {
      for declared in namespace.entityTypes {
        let type = try entityType(declared, in: namespace.name)
        types[type.name] = type
      }
      for declared in namespace.actions {
        let action = try action(declared, in: namespace.name)
        resolved[action.uid] = action
      }
    }
    try refuseCycles(among: resolved)
    return Schema(entityTypes: types, actions: resolved)
  }

  // MARK: Collecting

  private mutating func collect(_ namespace: SchemaSyntax.Namespace) throws(CedarParseError) {
    try checkNotReserved(.init(text: namespace.name, span: namespace.span))
    for type in namespace.commonTypes {
      let name = qualified(type.name.text, in: namespace.name)
      try checkNotReserved(type.name)
      guard !Self.reservedTypeNames.contains(type.name.text) else {
        throw source.error(
          "\(source.quoted(type.name.text)) is the name of a type of the language",
          at: type.name.span, hint: "choose another name")
      }
      guard commonTypes.updateValue(type, forKey: name) == nil else {
        throw duplicate("type", name, at: type.name.span)
      }
      namespaceOfType[name] = namespace.name
    }
    for type in namespace.entityTypes {
      let name = qualified(type.name.text, in: namespace.name)
      try checkNotReserved(type.name)
      guard type.name.text != "Action" else {
        throw source.error(
          "no entity type may be called `Action`", at: type.name.span,
          hint: "it is the type of the actions")
      }
      guard entityTypes.updateValue(type, forKey: name) == nil else {
        throw duplicate("entity type", name, at: type.name.span)
      }
    }
    for action in namespace.actions {
      let uid = actionUID(action.name.text, in: namespace.name)
      guard actions.updateValue(action, forKey: uid) == nil else {
        throw duplicate("action", uid.description, at: action.name.span)
      }
      actionTypes.insert(uid.type.text)
    }
  }

  private func checkShadowing(_ namespace: SchemaSyntax.Namespace) throws(CedarParseError) {
    guard !namespace.name.isEmpty else { return }
    for name in namespace.commonTypes.map(\.name) + namespace.entityTypes.map(\.name)
    where commonTypes[name.text] != nil || entityTypes[name.text] != nil {
      throw shadowing(name)
    }
    for name in namespace.actions.map(\.name) where actions[actionUID(name.text, in: "")] != nil {
      throw shadowing(name)
    }
  }

  private func shadowing(_ name: SchemaSyntax.Name) -> CedarParseError {
    source.error(
      "\(source.quoted(name.text)) stands outside all namespaces too, so that the name would be "
        + "unclear", at: name.span, hint: "rename one of the two")
  }

  private func duplicate(_ kind: String, _ name: String, at span: SourceSpan) -> CedarParseError {
    source.error("the \(kind) \(source.quoted(name)) is declared twice", at: span)
  }

  private func checkNotReserved(_ name: SchemaSyntax.Name) throws(CedarParseError) {
    guard name.text.split(separator: ":").contains("__cedar") else { return }
    throw source.error(
      "names with `__cedar` belong to the language", at: name.span, hint: "choose another name")
  }

  // MARK: Declarations

  private mutating func entityType(
    _ declared: SchemaSyntax.EntityType, in namespace: String
  ) throws(CedarParseError) -> EntityTypeDeclaration {
    var parents: Set<EntityTypeName> = []
    for name in declared.memberOf { parents.insert(try entityTypeName(name, in: namespace)) }
    var tags: SchemaType?
    if let type = declared.tags { tags = try resolve(type, in: namespace).type }
    let ids = declared.enumeration?.map(\.text)
    return EntityTypeDeclaration(
      name: typeName(qualified(declared.name.text, in: namespace)), memberOf: parents,
      attributes: try record(declared.attributes, in: namespace, "the attributes of an entity"),
      tags: tags, enumeration: ids)
  }

  private mutating func action(
    _ declared: SchemaSyntax.Action, in namespace: String
  ) throws(CedarParseError) -> ActionDeclaration {
    var groups: Set<EntityUID> = []
    for reference in declared.memberOf { groups.insert(try group(reference, in: namespace)) }
    var principals: Set<EntityTypeName> = []
    for name in declared.principalTypes ?? [] {
      principals.insert(try entityTypeName(name, in: namespace))
    }
    var resources: Set<EntityTypeName> = []
    for name in declared.resourceTypes ?? [] {
      resources.insert(try entityTypeName(name, in: namespace))
    }
    return ActionDeclaration(
      uid: actionUID(declared.name.text, in: namespace), memberOf: groups,
      principalTypes: principals, resourceTypes: resources,
      context: try record(declared.context, in: namespace, "the context of an action"))
  }

  private func group(
    _ reference: SchemaSyntax.ActionReference, in namespace: String
  ) throws(CedarParseError) -> EntityUID {
    var candidates: [EntityUID] = []
    if let type = reference.type {
      candidates = Self.names(type.text, in: namespace).map {
        EntityUID(type: typeName($0), id: reference.id.text)
      }
    } else {
      candidates = [namespace, ""].map { actionUID(reference.id.text, in: $0) }
    }
    if let found = candidates.first(where: { actions[$0] != nil }) { return found }
    let near = nearest(reference.id.text, among: actions.keys.map(\.id))
    throw source.error(
      "unknown action \(source.quoted(reference.id.text))", at: reference.id.span,
      hint: near.map { "did you mean `\($0)`?" })
  }

  private func refuseCycles(
    among actions: [EntityUID: ActionDeclaration]
  ) throws(CedarParseError) {
    do {
      _ = try Entities(actions.values.map { Entity(uid: $0.uid, parents: $0.memberOf) })
    } catch {
      var action: EntityUID?
      if case .cycle(let uid) = error { action = uid }
      throw source.error(
        action.map { "the action `\($0)` is, through its groups, in itself" }
          ?? "the schema has too many groups of actions in each other",
        at: action.flatMap { self.actions[$0]?.name.span }
          ?? SourceSpan(offset: 0, length: 0, line: 1, column: 1))
    }
  }

  // MARK: Types

  /// A type with its size: types of types grow exponentially with the text.
  private struct Resolved {
    let type: SchemaType
    var depth = 1
    var size = 1
  }

  private mutating func resolve(
    _ type: SchemaSyntax.TypeSyntax, in namespace: String
  ) throws(CedarParseError) -> Resolved {
    let resolved: Resolved
    switch type {
    case .set(let element, _):
      let inner = try resolve(element, in: namespace)
      resolved = Resolved(
        type: .set(inner.type), depth: inner.depth + 1, size: inner.size + 1)
    case .record(let fields, _): resolved = try record(fields, in: namespace)
    case .name(let name, let kind): resolved = try named(name, kind, in: namespace)
    }
    guard resolved.depth <= CedarLimits.nesting, resolved.size <= CedarLimits.typeSize else {
      throw source.error(
        "the type is too large, expected at most \(CedarLimits.nesting) levels and "
          + "\(CedarLimits.typeSize) parts", at: type.span)
    }
    return resolved
  }

  private mutating func record(
    _ type: SchemaSyntax.TypeSyntax?, in namespace: String, _ purpose: String
  ) throws(CedarParseError) -> RecordType {
    guard let type else { return RecordType() }
    guard case .record(let record) = try resolve(type, in: namespace).type else {
      throw source.error(
        "\(purpose) must be a record", at: type.span, hint: "write it between `{` and `}`")
    }
    return record
  }

  private mutating func record(
    _ fields: [SchemaSyntax.Field], in namespace: String
  ) throws(CedarParseError) -> Resolved {
    var attributes: [(name: String, attribute: RecordType.Attribute)] = []
    var names: Set<[UInt8]> = []
    var (depth, size) = (1, 1)
    for field in fields {
      guard names.insert(Array(field.name.text.utf8)).inserted else {
        throw source.error(
          "the attribute \(source.quoted(field.name.text)) stands twice", at: field.name.span)
      }
      let resolved = try resolve(field.type, in: namespace)
      (depth, size) = (max(depth, resolved.depth + 1), size + resolved.size)
      attributes.append((field.name.text, .init(resolved.type, isRequired: field.isRequired)))
    }
    return Resolved(type: .record(RecordType(attributes)), depth: depth, size: size)
  }

  private mutating func named(
    _ name: SchemaSyntax.Name, _ kind: SchemaSyntax.NameKind, in namespace: String
  ) throws(CedarParseError) -> Resolved {
    for candidate in Self.names(name.text, in: namespace) {
      if kind.mayBeCommon, commonTypes[candidate] != nil { return try commonType(candidate) }
      if kind.mayBeEntity, entityTypes[candidate] != nil || actionTypes.contains(candidate) {
        return Resolved(type: .entity(typeName(candidate)))
      }
    }
    if kind.mayBeBuiltIn, let type = Self.builtIn(name.text),
      kind != .extensionType || Self.extensionTypes.contains(name.text)
    {
      return Resolved(type: type)
    }
    throw unknown("type", name, in: namespace, also: Array(Self.builtInTypes.keys))
  }

  private mutating func commonType(_ name: String) throws(CedarParseError) -> Resolved {
    if let resolved = resolvedCommonTypes[name] { return resolved }
    guard let declared = commonTypes[name] else { return Resolved(type: .bool) }
    guard !openCommonTypes.contains(name) else {
      throw source.error(
        "the type \(source.quoted(name)) is, through its parts, made of itself",
        at: declared.name.span)
    }
    // The chain is walked by recursion, and each link of it makes the type no smaller.
    guard openCommonTypes.count < CedarLimits.nesting else {
      throw source.error(
        "types are nested too deeply, expected at most \(CedarLimits.nesting) levels",
        at: declared.name.span)
    }
    openCommonTypes.append(name)
    let resolved = try resolve(declared.type, in: namespaceOfType[name] ?? "")
    openCommonTypes.removeLast()
    resolvedCommonTypes[name] = resolved
    return resolved
  }

  private func entityTypeName(
    _ name: SchemaSyntax.Name, in namespace: String
  ) throws(CedarParseError) -> EntityTypeName {
    for candidate in Self.names(name.text, in: namespace) where entityTypes[candidate] != nil {
      return typeName(candidate)
    }
    throw unknown("entity type", name, in: namespace, also: [])
  }

  private func unknown(
    _ kind: String, _ name: SchemaSyntax.Name, in namespace: String, also: [String]
  ) -> CedarParseError {
    let known = Array(entityTypes.keys) + (kind == "type" ? Array(commonTypes.keys) : [])
    let prefix = namespace.isEmpty ? "" : "\(namespace)::"
    let short = known.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    let near = nearest(name.text, among: (known + short + also).sorted(by: codePointsPrecede))
    return source.error(
      "unknown \(kind) \(source.quoted(name.text))", at: name.span,
      hint: near.map { "did you mean `\($0)`?" })
  }

  // MARK: Names

  /// What a name may mean, in the order in which it is looked up.
  private static func names(_ name: String, in namespace: String) -> [String] {
    name.contains(":") || namespace.isEmpty ? [name] : ["\(namespace)::\(name)", name]
  }

  private func qualified(_ name: String, in namespace: String) -> String {
    namespace.isEmpty ? name : "\(namespace)::\(name)"
  }

  private func typeName(_ text: String) -> EntityTypeName { EntityTypeName(identifiers: [text]) }

  private func actionUID(_ id: String, in namespace: String) -> EntityUID {
    EntityUID(type: typeName(qualified("Action", in: namespace)), id: id)
  }

  private static let reservedTypeNames: Set<String> = [
    "Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String",
  ]

  private static let builtInTypes: [String: SchemaType] = [
    "Bool": .bool, "Long": .long, "String": .string, "ipaddr": .ip,
    "decimal": .decimal, "datetime": .datetime, "duration": .duration,
  ]

  private static let extensionTypes: Set<String> = ["ipaddr", "decimal", "datetime", "duration"]

  private static func builtIn(_ name: String) -> SchemaType? {
    let prefix = "__cedar::"
    return builtInTypes[name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name]
  }
}

extension SchemaSyntax.NameKind {
  var mayBeCommon: Bool { self == .any || self == .common || self == .entityOrCommon }

  var mayBeEntity: Bool { self == .any || self == .entityOrCommon || self == .entity }

  var mayBeBuiltIn: Bool { self != .entity }
}
