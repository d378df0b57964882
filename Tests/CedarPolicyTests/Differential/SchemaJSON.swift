import CedarPolicy

extension GeneratedValue {
  /// As entities and contexts have it where a schema tells the type, without escapes in half of
  /// the places that a schema makes plain.
  func json(of type: GeneratedType) -> String {
    switch (self, type) {
    case (.set(let values), .set(let element)):
      jsonArray(values.map { $0.json(of: element) })
    case (.record(let fields), .record(let types)):
      fieldsJSON(fields, of: types)
    case (.entity(let uid), .entity):
      uid.id.utf8.count.isMultiple(of: 2) ? uid.json : json
    case (.call(.ip, let text), .ip), (.call(.decimal, let text), .decimal),
      (.call(.datetime, let text), .datetime), (.call(.duration, let text), .duration):
      callJSON(text)
    default: json
    }
  }

  private func callJSON(_ text: String) -> String {
    guard case .call(let function, _) = self else { return json }
    let members = [("fn", jsonLiteral(function.rawValue)), ("arg", jsonLiteral(text))]
    return switch text.utf8.count % 3 {
    case 0: jsonLiteral(text)
    case 1: jsonObject(members)
    default: json
    }
  }
}

/// The JSON of a record of a type.
func fieldsJSON(
  _ fields: [(name: String, value: GeneratedValue)], of types: [GeneratedField]
) -> String {
  jsonObject(
    fields.map { field in
      let type = types.first {
        $0.name.unicodeScalars.elementsEqual(field.name.unicodeScalars)
      }
      return (field.name, type.map { field.value.json(of: $0.type) } ?? field.value.json)
    })
}

extension GeneratedEntity {
  /// The entity as a reader that knows the schema takes it.
  func json(in world: GeneratedWorld) -> String {
    guard let kind = world.kind(uid.type) else { return json }
    var members = [
      ("uid", uid.json), ("attrs", fieldsJSON(attributes, of: kind.fields)),
      ("parents", jsonArray(parents.map(\.json))),
    ]
    if !tags.isEmpty {
      let values = tags.map { tag in
        (tag.name, kind.tags.map { tag.value.json(of: $0) } ?? tag.value.json)
      }
      members.append(("tags", jsonObject(values)))
    }
    return jsonObject(members)
  }
}

extension DifferentialCase.GeneratedRequest {
  /// The context as a reader that knows the schema takes it.
  func contextJSON(in world: GeneratedWorld) -> String {
    let types = world.actions.first { $0.uid == action }?.context ?? []
    return fieldsJSON(context, of: types)
  }
}

extension DifferentialCase {
  /// Every other case has its schema as JSON.
  private var hasSchemaJSON: Bool { seed.isMultiple(of: 2) }

  /// The schema as this library reads it.
  func schema() throws -> Schema {
    hasSchemaJSON ? try Schema(json: world.schemaJSON) : try Schema(parsing: world.schemaText)
  }

  /// The case with its schema, for validation.
  var schemaQuestion: String {
    jsonObject([
      ("policies", jsonLiteral(policyText)),
      hasSchemaJSON
        ? ("schemaJSON", jsonLiteral(world.schemaJSON)) : ("schema", jsonLiteral(world.schemaText)),
      ("entities", jsonLiteral(jsonArray(entities.map { $0.json(in: world) }))),
      ("requests", jsonArray(requests.map { $0.json(context: $0.contextJSON(in: world)) })),
    ])
  }
}
