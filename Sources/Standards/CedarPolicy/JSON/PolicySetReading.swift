extension PolicySet {
  /// Reads a policy set in Cedar's JSON format: an object with `staticPolicies`, `templates` and
  /// `templateLinks`.
  ///
  /// - Parameter source: the text's name, for errors and for ``Policy/source``.
  /// - Throws: the first mistake, with its place; also two policies of one name, and a link that
  ///   does not fit its template.
  public init(json text: String, source: String? = nil) throws(CedarParseError) {
    let document = try JSONDocument(text, name: source, limit: CedarLimits.textLength)
    let object = try document.object(
      document.root, "a policy set", known: ["staticPolicies", "templates", "templateLinks"])
    self.init()
    let reader = PolicyReader(document)
    for section in ["staticPolicies", "templates"] {
      guard let node = object[section] else { continue }
      for member in try document.members(node, "an object of policies by their names") {
        let parsed = try reader.policy(member.value)
        let form = parsed.form(id: PolicyID(member.name))
        try Self.check(form, section, at: member.value.span, document)
        try add(form, at: member.span, document)
      }
    }
    guard let links = object["templateLinks"] else { return }
    for node in try document.array(links, "an array of links") {
      try link(node, reader)
    }
  }

  private static func check(
    _ form: ParsedPolicy.Form, _ section: String, at span: SourceSpan, _ document: JSONDocument
  ) throws(CedarParseError) {
    switch form {
    case .template where section == "staticPolicies":
      throw document.error("a policy with a slot is a template", at: span)
    case .policy where section == "templates":
      throw document.error("a template has at least one slot", at: span)
    default: return
    }
  }

  private mutating func add(
    _ form: ParsedPolicy.Form, at span: SourceSpan, _ document: JSONDocument
  ) throws(CedarParseError) {
    do {
      switch form {
      case .policy(let policy): try add(policy)
      case .template(let template): try add(template)
      }
    } catch {
      throw document.error(error.description, at: span)
    }
  }

  private mutating func link(
    _ node: JSONNode, _ reader: PolicyReader
  ) throws(CedarParseError) {
    let document = reader.document
    let object = try document.object(
      node, "a link", known: ["templateId", "newId", "values"])
    var values: [TemplateSlot: EntityUID] = [:]
    for member in try document.members(try object.required("values"), "the values of slots") {
      guard let slot = TemplateSlot(rawValue: member.name) else {
        throw document.error(
          "expected `?principal` or `?resource`", at: member.span)
      }
      values[slot] = try reader.values.entity(member.value)
    }
    let template = PolicyID(try object.string("templateId"))
    let id = PolicyID(try object.string("newId"))
    do {
      try link(template, as: id, values: values)
    } catch {
      throw document.error(error.description, at: node.span)
    }
  }
}

/// Reads one policy in Cedar's JSON format.
struct PolicyReader {
  let document: JSONDocument
  let values: ValueReader

  init(_ document: JSONDocument) {
    self.document = document
    values = ValueReader(document: document, schema: nil)
  }

  func policy(_ node: JSONNode) throws(CedarParseError) -> ParsedPolicy {
    let object = try document.object(
      node, "a policy",
      known: ["effect", "principal", "action", "resource", "conditions", "annotations"])
    guard let effect = Effect(rawValue: try object.string("effect")) else {
      throw document.error(
        "expected `permit` or `forbid`", at: try object.required("effect").span)
    }
    var conditions: [Condition] = []
    let bodies = try document.array(try object.required("conditions"), "an array of conditions")
    for body in bodies { conditions.append(try condition(body)) }
    return ParsedPolicy(
      effect: effect,
      principal: try scope(try object.required("principal"), .principal),
      action: try action(try object.required("action")),
      resource: try scope(try object.required("resource"), .resource),
      statement: PolicyStatement(
        annotations: try annotations(object["annotations"]), conditions: conditions,
        span: node.span, source: document.source.name))
  }

  private func annotations(_ node: JSONNode?) throws(CedarParseError) -> [String: String] {
    guard let node else { return [:] }
    var annotations: [String: String] = [:]
    for member in try document.members(node, "an object of annotations") {
      if case .null = member.value.kind {
        annotations[member.name] = ""
      } else {
        annotations[member.name] = try document.string(member.value, "a string or null")
      }
    }
    return annotations
  }

  private func condition(_ node: JSONNode) throws(CedarParseError) -> Condition {
    let object = try document.object(node, "a condition", known: ["kind", "body"])
    guard let kind = Condition.Kind(rawValue: try object.string("kind")) else {
      throw document.error("expected `when` or `unless`", at: node.span)
    }
    let reader = ExpressionReader(values: values)
    return Condition(kind: kind, expression: try reader.expression(try object.required("body")))
  }

  // MARK: Scope

  private func scope(
    _ node: JSONNode, _ slot: TemplateSlot
  ) throws(CedarParseError) -> ScopeConstraint<EntityReference> {
    let object = try document.object(
      node, "a part of the scope", known: ["op", "entity", "slot", "entity_type", "in"])
    switch try object.string("op") {
    case "All": return .any
    case "==": return .equal(try reference(object, slot))
    case "in": return .isIn(try reference(object, slot))
    case "is":
      let type = try values.typeName(try object.required("entity_type"))
      guard let container = object["in"] else { return .isType(type) }
      let inner = try document.object(container, "the container", known: ["entity", "slot"])
      return .isTypeIn(type, try reference(inner, slot))
    default: throw document.error("expected `All`, `==`, `in` or `is`", at: node.span)
    }
  }

  private func reference(
    _ object: JSONObjectNode, _ slot: TemplateSlot
  ) throws(CedarParseError) -> EntityReference {
    guard let node = object["slot"] else {
      return .entity(try values.entity(try object.required("entity")))
    }
    guard try document.string(node, "a slot") == slot.rawValue else {
      throw document.error("expected the slot `\(slot)`", at: node.span)
    }
    return .slot(slot)
  }

  private func action(_ node: JSONNode) throws(CedarParseError) -> ActionConstraint {
    let object = try document.object(
      node, "the action's part of the scope", known: ["op", "entity", "entities"])
    switch try object.string("op") {
    case "All": return .any
    case "==": return .equal(try actionUID(try object.required("entity")))
    case "in":
      if let node = object["entity"] { return .isIn(try actionUID(node)) }
      var uids: [EntityUID] = []
      for node in try document.array(try object.required("entities"), "an array of actions") {
        uids.append(try actionUID(node))
      }
      return .isInAny(uids)
    default: throw document.error("expected `All`, `==` or `in`", at: node.span)
    }
  }

  private func actionUID(_ node: JSONNode) throws(CedarParseError) -> EntityUID {
    let uid = try values.entity(node)
    guard uid.type.baseName == "Action" else {
      throw document.error(
        "expected an entity whose type is called `Action`, found `\(uid)`", at: node.span)
    }
    return uid
  }
}
