/// What a schema declares, by full names, and what a name in it means.
///
/// A name without a namespace means a type of its own namespace, else one outside all namespaces,
/// else a primitive or extension type; at each step a common type before an entity type (Cedar
/// RFC 24). A namespace may not declare again what stands outside all namespaces (RFC 70).
struct DeclaredNames {
  struct CommonType {
    let syntax: SchemaSyntax.CommonType
    let namespace: String
  }

  /// What a name of a type means.
  enum Meaning {
    case common(String)
    case entity(EntityTypeName)
    case builtIn(SchemaType)
  }

  let source: SourceText
  private(set) var commonTypes: [String: CommonType] = [:]
  private var entityTypes: Set<String> = []
  /// The actions, and where their names stand.
  private var actions: [EntityUID: SourceSpan] = [:]
  /// The types of the actions: `Action` in each namespace that has some.
  private var actionTypes: Set<String> = []

  /// - Throws: for what is declared twice and for names that a schema may not declare.
  init(_ schema: SchemaSyntax, in source: SourceText) throws(CedarParseError) {
    self.source = source
    var namespaces: Set<String> = []
    for namespace in schema.namespaces {
      guard namespaces.insert(namespace.name).inserted else {
        throw duplicate("namespace", namespace.name, at: namespace.span)
      }
      try checkNotReserved(.init(text: namespace.name, span: namespace.span))
      for type in namespace.commonTypes { try collect(type, in: namespace.name) }
      for name in namespace.entityTypes.flatMap(\.names) {
        try collect(entityType: name, in: namespace.name)
      }
      for name in namespace.actions.flatMap(\.names) {
        try collect(action: name, in: namespace.name)
      }
    }
    for namespace in schema.namespaces { try checkShadowing(namespace) }
  }

  // MARK: Collecting

  private mutating func collect(
    _ type: SchemaSyntax.CommonType, in namespace: String
  ) throws(CedarParseError) {
    let name = Self.qualified(type.name.text, in: namespace)
    try checkNotReserved(type.name)
    guard !Self.reservedTypeNames.contains(type.name.text) else {
      throw source.error(
        "\(source.quoted(type.name.text)) is the name of a type of the language",
        at: type.name.span, hint: "choose another name")
    }
    let declared = CommonType(syntax: type, namespace: namespace)
    guard commonTypes.updateValue(declared, forKey: name) == nil else {
      throw duplicate("type", name, at: type.name.span)
    }
  }

  private mutating func collect(
    entityType name: SchemaSyntax.Name, in namespace: String
  ) throws(CedarParseError) {
    let full = Self.qualified(name.text, in: namespace)
    try checkNotReserved(name)
    guard name.text != "Action" else {
      throw source.error(
        "no entity type may be called `Action`", at: name.span,
        hint: "it is the type of the actions")
    }
    guard entityTypes.insert(full).inserted else {
      throw duplicate("entity type", full, at: name.span)
    }
  }

  private mutating func collect(
    action name: SchemaSyntax.Name, in namespace: String
  ) throws(CedarParseError) {
    let uid = Self.actionUID(name.text, in: namespace)
    guard actions.updateValue(name.span, forKey: uid) == nil else {
      throw duplicate("action", uid.description, at: name.span)
    }
    actionTypes.insert(uid.type.text)
  }

  private func checkShadowing(_ namespace: SchemaSyntax.Namespace) throws(CedarParseError) {
    guard !namespace.name.isEmpty else { return }
    for name in namespace.commonTypes.map(\.name) + namespace.entityTypes.flatMap(\.names)
    where commonTypes[name.text] != nil || entityTypes.contains(name.text) {
      throw shadowing(name)
    }
    for name in namespace.actions.flatMap(\.names)
    where actions[Self.actionUID(name.text, in: "")] != nil {
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

  // MARK: Meanings

  func meaning(
    of name: SchemaSyntax.Name, _ kind: SchemaSyntax.NameKind, in namespace: String
  ) throws(CedarParseError) -> Meaning {
    for candidate in Self.candidates(name.text, in: namespace) {
      if kind.mayBeCommon, commonTypes[candidate] != nil { return .common(candidate) }
      if kind.mayBeEntity, entityTypes.contains(candidate) || actionTypes.contains(candidate) {
        return .entity(Self.typeName(candidate))
      }
    }
    if kind.mayBeBuiltIn, let type = Self.builtIn(name.text),
      kind != .extensionType || Self.extensionTypes.contains(name.text)
    {
      return .builtIn(type)
    }
    throw unknown("type", name, in: namespace, also: Array(Self.builtInTypes.keys))
  }

  func entityType(
    _ name: SchemaSyntax.Name, in namespace: String
  ) throws(CedarParseError) -> EntityTypeName {
    let candidates = Self.candidates(name.text, in: namespace)
    guard let found = candidates.first(where: entityTypes.contains) else {
      throw unknown("entity type", name, in: namespace, also: [])
    }
    return Self.typeName(found)
  }

  func action(
    _ reference: SchemaSyntax.ActionReference, in namespace: String
  ) throws(CedarParseError) -> EntityUID {
    var candidates = [namespace, ""].map { Self.actionUID(reference.id.text, in: $0) }
    if let type = reference.type {
      candidates = Self.candidates(type.text, in: namespace).map {
        EntityUID(type: Self.typeName($0), id: reference.id.text)
      }
    }
    if let found = candidates.first(where: { actions[$0] != nil }) { return found }
    let near = nearest(
      reference.id.text, among: actions.keys.map(\.id).sorted(by: codePointsPrecede))
    throw source.error(
      "unknown action \(source.quoted(reference.id.text))", at: reference.id.span,
      hint: near.map { "did you mean `\($0)`?" })
  }

  /// Where an action is declared.
  func place(of action: EntityUID) -> SourceSpan? { actions[action] }

  private func unknown(
    _ kind: String, _ name: SchemaSyntax.Name, in namespace: String, also: [String]
  ) -> CedarParseError {
    var known = Array(entityTypes) + (kind == "type" ? Array(commonTypes.keys) : [])
    if !namespace.isEmpty {
      let prefix = "\(namespace)::"
      // Of names further below one's own namespace the whole must be written.
      known += known.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        .filter { !$0.contains(":") }
    }
    let below = Self.qualified(name.text, in: namespace)
    let near =
      known.contains(below)
      ? below : nearest(name.text, among: (known + also).sorted(by: codePointsPrecede))
    return source.error(
      "unknown \(kind) \(source.quoted(name.text))", at: name.span,
      hint: near.map { "did you mean `\($0)`?" })
  }

  // MARK: Names

  /// What a name may mean, in the order in which it is looked up.
  private static func candidates(_ name: String, in namespace: String) -> [String] {
    name.contains(":") || namespace.isEmpty ? [name] : ["\(namespace)::\(name)", name]
  }

  static func qualified(_ name: String, in namespace: String) -> String {
    namespace.isEmpty ? name : "\(namespace)::\(name)"
  }

  static func typeName(_ text: String) -> EntityTypeName { EntityTypeName(identifiers: [text]) }

  static func actionUID(_ id: String, in namespace: String) -> EntityUID {
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
  fileprivate var mayBeCommon: Bool { self == .any || self == .common || self == .entityOrCommon }

  fileprivate var mayBeEntity: Bool { self == .any || self == .entityOrCommon || self == .entity }

  fileprivate var mayBeBuiltIn: Bool { self != .entity }
}
