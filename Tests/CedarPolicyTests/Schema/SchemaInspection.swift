import CedarPolicy

/// What the tests of schemas look at.
extension Schema {
  /// A schema in lines of text, equal for equal schemas, whatever they were read from.
  var summary: [String] {
    let types = entityTypes.values.map { type in
      "entity \(type.name) in \(type.memberOf.map(\.text).sorted()) \(type.attributes.summary) "
        + "tags \(type.tags?.summary ?? "none") enum \(type.enumeration ?? [])"
    }
    let actions = actions.values.map { action in
      "action \(action.uid) in \(action.memberOf.map(\.description).sorted()) "
        + "principal \(action.principalTypes.map(\.text).sorted()) "
        + "resource \(action.resourceTypes.map(\.text).sorted()) context \(action.context.summary)"
    }
    return types.sorted() + actions.sorted()
  }

  func entityType(_ name: String) throws -> EntityTypeDeclaration? {
    entityTypes[try EntityTypeName(name)]
  }

  /// The type of an attribute, as text.
  func type(of attribute: String, in entityType: String) throws -> String? {
    try self.entityType(entityType)?.attributes[attribute]?.type.summary
  }

  func action(_ id: String, _ type: String = "Action") throws -> ActionDeclaration? {
    actions[EntityUID(type: try EntityTypeName(type), id: id)]
  }
}

extension SchemaType {
  var summary: String {
    switch self {
    case .bool: "Bool"
    case .long: "Long"
    case .string: "String"
    case .ip: "ipaddr"
    case .decimal: "decimal"
    case .datetime: "datetime"
    case .duration: "duration"
    case .set(let element): "Set<\(element.summary)>"
    case .record(let record): record.summary
    case .entity(let name): "entity \(name)"
    }
  }
}

extension RecordType {
  var summary: String {
    let fields = fields.map { field in
      "\(field.name)\(field.attribute.isRequired ? "" : "?"): \(field.attribute.type.summary)"
    }
    return "{\(fields.joined(separator: ", "))}"
  }
}

/// The error of a text that is no schema, as `line:column: message (hint)`; nil for a schema.
func schemaError(_ text: String) -> String? {
  do throws(CedarParseError) {
    _ = try Schema(parsing: text)
    return nil
  } catch {
    return "\(error)"
  }
}

func schemaJSONError(_ text: String) -> String? {
  do throws(CedarParseError) {
    _ = try Schema(json: text)
    return nil
  } catch {
    return "\(error)"
  }
}
