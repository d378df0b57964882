/// Reads Cedar's schemas in JSON.
struct SchemaJSONReader {
  private let document: JSONDocument

  init(_ document: JSONDocument) {
    self.document = document
  }

  func schema() throws(CedarParseError) -> SchemaSyntax {
    var schema = SchemaSyntax()
    for member in try document.members(document.root, "an object of namespaces") {
      schema.namespaces.append(try namespace(member))
    }
    return schema
  }

  private func namespace(
    _ member: JSONNode.Member
  ) throws(CedarParseError) -> SchemaSyntax.Namespace {
    if !member.name.isEmpty { try checkTypeName(member.name, member.span) }
    let object = try document.object(
      member.value, "a namespace",
      known: ["commonTypes", "entityTypes", "actions", "annotations"])
    try checkAnnotations(object)
    if member.name.isEmpty, let annotations = object["annotations"],
      !(try document.members(annotations, "an object of annotations")).isEmpty
    {
      throw document.error(
        "what stands outside all namespaces has no annotations", at: annotations.span,
        hint: "annotate the declarations")
    }
    var namespace = SchemaSyntax.Namespace(name: member.name, span: member.span)
    for member in try members(object["commonTypes"], "an object of types") {
      try checkIdentifier(member)
      namespace.commonTypes.append(
        .init(name: name(member), type: try type(member.value, level: 0, also: ["annotations"])))
    }
    for member in try document.members(
      try object.required("entityTypes"), "an object of entity types")
    {
      try checkIdentifier(member)
      namespace.entityTypes.append(try entityType(member))
    }
    for member in try document.members(try object.required("actions"), "an object of actions") {
      namespace.actions.append(try action(member))
    }
    return namespace
  }

  private func entityType(
    _ member: JSONNode.Member
  ) throws(CedarParseError) -> SchemaSyntax.EntityType {
    let object = try document.object(
      member.value, "an entity type",
      known: ["memberOfTypes", "shape", "tags", "enum", "annotations"])
    try checkAnnotations(object)
    var declared = SchemaSyntax.EntityType(names: [name(member)])
    if let types = object["memberOfTypes"] { declared.memberOf = try names(types) }
    if let shape = object["shape"] { declared.attributes = try type(shape, level: 0) }
    if let tags = object["tags"] { declared.tags = try type(tags, level: 0) }
    if let ids = object["enum"] {
      let read = try names(ids)
      guard !read.isEmpty else {
        throw document.error("an enumerated entity type has no ids", at: ids.span)
      }
      guard ["memberOfTypes", "shape", "tags"].allSatisfy({ object[$0] == nil }) else {
        throw document.error(
          "an enumerated entity type has nothing but its ids", at: member.span)
      }
      declared.enumeration = read
    }
    return declared
  }

  private func action(_ member: JSONNode.Member) throws(CedarParseError) -> SchemaSyntax.Action {
    let object = try document.object(
      member.value, "an action", known: ["memberOf", "appliesTo", "attributes", "annotations"])
    try checkAnnotations(object)
    var declared = SchemaSyntax.Action(names: [name(member)])
    if let groups = object["memberOf"], !isNull(groups) {
      for group in try document.array(groups, "an array of actions") {
        declared.memberOf.append(try actionReference(group))
      }
    }
    if let attributes = object["attributes"], !isNull(attributes) {
      throw document.error("actions have no attributes", at: attributes.span)
    }
    guard let node = object["appliesTo"], !isNull(node) else { return declared }
    let applies = try document.object(
      node, "`appliesTo`", known: ["principalTypes", "resourceTypes", "context"])
    declared.principalTypes = try names(try applies.required("principalTypes"))
    declared.resourceTypes = try names(try applies.required("resourceTypes"))
    if let context = applies["context"] { declared.context = try type(context, level: 0) }
    return declared
  }

  private func actionReference(
    _ node: JSONNode
  ) throws(CedarParseError) -> SchemaSyntax.ActionReference {
    let object = try document.object(node, "an action", known: ["id", "type"])
    let id = try object.required("id")
    var type: SchemaSyntax.Name?
    if let node = object["type"], !isNull(node) {
      type = .init(text: try document.string(node, "a type's name"), span: node.span)
    }
    return SchemaSyntax.ActionReference(
      type: type, id: .init(text: try document.string(id, "an action's id"), span: id.span))
  }

  // MARK: Types

  /// - Parameter also: members that a type may have in its place.
  private func type(
    _ node: JSONNode, level: Int, also: [String] = []
  ) throws(CedarParseError) -> SchemaSyntax.TypeSyntax {
    guard level < CedarLimits.nesting else {
      throw document.error(
        "types are nested too deeply, expected at most \(CedarLimits.nesting) levels",
        at: node.span)
    }
    let object = try typeObject(node, also)
    switch try object.string("type") {
    case "Set":
      return .set(try type(try object.required("element"), level: level + 1), node.span)
    case "Record": return .record(try fields(object, level), node.span)
    case "Entity": return .name(try named(object), .entity)
    case "EntityOrCommon": return .name(try named(object), .entityOrCommon)
    case "Extension": return .name(try named(object), .extensionType)
    case "Boolean", "Bool", "Long", "String":
      return .name(try builtIn(object), .primitive)
    default:
      let node = try object.required("type")
      return .name(.init(text: try object.string("type"), span: node.span), .common)
    }
  }

  /// The members of a type, those that types of its kind have and no others.
  private func typeObject(
    _ node: JSONNode, _ also: [String]
  ) throws(CedarParseError) -> JSONObjectNode {
    let every = ["type", "element", "attributes", "additionalAttributes", "name"] + also
    let object = try document.object(node, "a type", known: every)
    let own: [String] =
      switch try object.string("type") {
      case "Set": ["element"]
      case "Record": ["attributes", "additionalAttributes"]
      case "Entity", "EntityOrCommon", "Extension": ["name"]
      default: []
      }
    if also.contains("annotations") { try checkAnnotations(object) }
    return try document.object(node, "a type of this kind", known: ["type"] + own + also)
  }

  private func checkAnnotations(_ object: JSONObjectNode) throws(CedarParseError) {
    for member in try members(object["annotations"], "an object of annotations") {
      guard Self.isAnnotationName(member.name) else {
        throw document.error(
          "expected an identifier as an annotation's name, "
            + "found \(document.source.quoted(member.name))", at: member.span)
      }
      guard !isNull(member.value) else { continue }
      _ = try document.string(member.value, "an annotation's value as a string")
    }
  }

  private func named(_ object: JSONObjectNode) throws(CedarParseError) -> SchemaSyntax.Name {
    let node = try object.required("name")
    return SchemaSyntax.Name(text: try object.string("name"), span: node.span)
  }

  /// By its full name, which no declaration can take over.
  private func builtIn(_ object: JSONObjectNode) throws(CedarParseError) -> SchemaSyntax.Name {
    let node = try object.required("type")
    let name = try object.string("type")
    return SchemaSyntax.Name(
      text: "__cedar::\(name == "Boolean" ? "Bool" : name)", span: node.span)
  }

  private func fields(
    _ object: JSONObjectNode, _ level: Int
  ) throws(CedarParseError) -> [SchemaSyntax.Field] {
    if let node = object["additionalAttributes"] {
      guard case .bool(let isOpen) = node.kind else { throw document.unexpected("false", node) }
      guard !isOpen else {
        throw document.error(
          "records with further attributes are not a part of Cedar", at: node.span,
          hint: "leave out `additionalAttributes`")
      }
    }
    var fields: [SchemaSyntax.Field] = []
    let attributes = try object.required("attributes")
    for member in try document.members(attributes, "an object of attributes") {
      var isRequired = true
      if case .object(let members) = member.value.kind,
        let node = members.first(where: { $0.name == "required" })?.value
      {
        guard case .bool(let value) = node.kind else {
          throw document.unexpected("true or false", node)
        }
        isRequired = value
      }
      fields.append(
        .init(
          name: name(member), isRequired: isRequired,
          type: try type(member.value, level: level + 1, also: ["required", "annotations"])))
    }
    return fields
  }

  // MARK: Pieces

  private func members(
    _ node: JSONNode?, _ expected: String
  ) throws(CedarParseError) -> [JSONNode.Member] {
    guard let node else { return [] }
    return try document.members(node, expected)
  }

  private func names(_ node: JSONNode) throws(CedarParseError) -> [SchemaSyntax.Name] {
    var names: [SchemaSyntax.Name] = []
    for element in try document.array(node, "an array of names") {
      names.append(.init(text: try document.string(element, "a name"), span: element.span))
    }
    return names
  }

  private func name(_ member: JSONNode.Member) -> SchemaSyntax.Name {
    SchemaSyntax.Name(text: member.name, span: member.span)
  }

  private func isNull(_ node: JSONNode) -> Bool {
    if case .null = node.kind { true } else { false }
  }

  /// Reserved words are among the names of annotations.
  private static func isAnnotationName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy(\.isIdentifierByte)
  }

  private func checkIdentifier(_ member: JSONNode.Member) throws(CedarParseError) {
    guard member.name.isCedarIdentifier else {
      throw document.error(
        "expected an identifier, found \(document.source.quoted(member.name))", at: member.span)
    }
  }

  private func checkTypeName(_ text: String, _ span: SourceSpan) throws(CedarParseError) {
    do {
      _ = try EntityTypeName(text)
    } catch {
      throw document.error(
        "expected a namespace's name, found \(document.source.quoted(text))", at: span)
    }
  }
}
