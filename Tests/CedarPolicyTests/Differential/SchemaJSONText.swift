import CedarPolicy

extension GeneratedWorld {
  /// The world as a schema in Cedar's JSON format.
  var schemaJSON: String {
    var namespaces: [String: [EntityKind]] = ["": []]
    for kind in kinds { namespaces[kind.name.namespace, default: []].append(kind) }
    return jsonObject(
      namespaces.sorted { $0.key < $1.key }.map { namespace, kinds in
        let known = namespace.isEmpty ? actions : []
        let members = [
          ("entityTypes", jsonObject(kinds.map { ($0.name.baseName, $0.json) })),
          ("actions", jsonObject(known.map { ($0.uid.id, $0.json) })),
        ]
        return (namespace, jsonObject(members))
      })
  }
}

extension EntityTypeName {
  /// What stands before the base name; empty for a type outside all namespaces.
  var namespace: String {
    let namespace = text.dropLast(baseName.count)
    return namespace.hasSuffix("::") ? String(namespace.dropLast(2)) : ""
  }

  fileprivate var json: String { jsonLiteral(text) }
}

extension GeneratedWorld.EntityKind {
  fileprivate var json: String {
    if isEnumerated { return jsonObject([("enum", jsonArray(ids.map(jsonLiteral)))]) }
    var members = [
      ("memberOfTypes", jsonArray(parents.map(\.json))), ("shape", recordJSON(fields)),
    ]
    if let tags { members.append(("tags", jsonObject(tags.jsonMembers))) }
    return jsonObject(members)
  }
}

extension GeneratedWorld.ActionKind {
  fileprivate var json: String {
    var members = [("memberOf", jsonArray(groups.map { jsonObject([("id", jsonLiteral($0.id))]) }))]
    if !principals.isEmpty {
      let appliesTo = [
        ("principalTypes", jsonArray(principals.map(\.json))),
        ("resourceTypes", jsonArray(resources.map(\.json))), ("context", recordJSON(context)),
      ]
      members.append(("appliesTo", jsonObject(appliesTo)))
    }
    return jsonObject(members)
  }
}

private func recordJSON(_ fields: [GeneratedField]) -> String {
  jsonObject(GeneratedType.record(fields).jsonMembers)
}

extension GeneratedType {
  fileprivate var jsonMembers: [(String, String)] {
    switch self {
    case .bool: Self.named("Boolean")
    case .long: Self.named("Long")
    case .string: Self.named("String")
    case .set(let element): Self.named("Set") + [("element", jsonObject(element.jsonMembers))]
    case .entity(let name): Self.named("Entity") + [("name", name.json)]
    case .ip: Self.named("Extension") + [("name", jsonLiteral("ipaddr"))]
    case .decimal: Self.named("Extension") + [("name", jsonLiteral("decimal"))]
    // Either way of naming a type that is no primitive.
    case .datetime: Self.named("EntityOrCommon") + [("name", jsonLiteral("datetime"))]
    case .duration: Self.named("__cedar::duration")
    case .record(let fields):
      Self.named("Record") + [
        (
          "attributes",
          jsonObject(
            fields.map { field in
              let required = field.isRequired ? [] : [("required", "false")]
              return (field.name, jsonObject(field.type.jsonMembers + required))
            })
        )
      ]
    }
  }

  private static func named(_ name: String) -> [(String, String)] {
    [("type", jsonLiteral(name))]
  }
}
