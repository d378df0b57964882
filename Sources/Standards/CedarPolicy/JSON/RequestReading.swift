extension Request {
  /// Reads a request out of a JSON object with `principal`, `action`, `resource` and perhaps
  /// `context`.
  ///
  /// An entity is `{"type": ..., "id": ...}`, that within `{"__entity": ...}`, or a text such as
  /// `User::"ann"`.
  ///
  /// - Parameters:
  ///   - schema: what the request must agree with. With it, the context may have entities and
  ///     extension values in short form.
  ///   - source: the text's name, for errors.
  public init(
    json text: String, schema: Schema? = nil, source: String? = nil
  ) throws(CedarParseError) {
    let document = try JSONDocument(text, name: source, limit: CedarLimits.jsonLength)
    let values = ValueReader(document: document, schema: schema)
    let object = try document.object(
      document.root, "a request", known: ["principal", "action", "resource", "context"])
    let action = try Self.entity(object, "action", values)
    self.init(
      principal: try Self.entity(object, "principal", values), action: action,
      resource: try Self.entity(object, "resource", values),
      context: try Self.context(object, schema?.actions[action], values))
    guard let schema else { return }
    do {
      try Validator(schema).validate(self)
    } catch {
      throw document.error(error.message, at: object[error.part]?.span ?? document.root.span)
    }
  }

  private static func context(
    _ object: JSONObjectNode, _ action: ActionDeclaration?, _ values: ValueReader
  ) throws(CedarParseError) -> CedarRecord {
    let node = object["context"] ?? JSONNode(kind: .object([]), span: object.span)
    if let action {
      return try values.record(node, as: action.context, "the context of `\(action.uid)`")
    }
    guard case .record(let record) = try values.value(node, as: nil) else {
      throw values.document.unexpected("an object for the context", node)
    }
    return record
  }

  private static func entity(
    _ object: JSONObjectNode, _ member: String, _ values: ValueReader
  ) throws(CedarParseError) -> EntityUID {
    let node = try object.required(member)
    guard case .string(let text) = node.kind else { return try values.entity(node) }
    do {
      return try EntityUID(parsing: text)
    } catch {
      throw values.document.error(
        "expected an entity such as `User::\"ann\"` as `\(member)`, "
          + "found \(values.document.source.quoted(text))", at: node.span)
    }
  }
}

extension CedarRecord {
  /// Reads a record out of a JSON object, see ``json``.
  public init(json text: String, source: String? = nil) throws(CedarParseError) {
    let document = try JSONDocument(text, name: source, limit: CedarLimits.jsonLength)
    let value = try ValueReader(document: document, schema: nil).value(document.root, as: nil)
    guard case .record(let record) = value else {
      throw document.unexpected("an object", document.root)
    }
    self = record
  }
}
