import CedarPolicy

extension GeneratedWorld {
  /// The world as a schema in Cedar's syntax.
  var schemaText: String {
    let declarations = kinds.map { kind -> String in
      let namespace = kind.name.namespace
      let text = kind.declaration
      return namespace.isEmpty ? text : "namespace \(namespace) { \(text) }"
    }
    return (merged(declarations) + actions.map(\.declaration)).joined(separator: "\n")
  }

  // A namespace may stand once only.
  private func merged(_ declarations: [String]) -> [String] {
    var bodies: [String: [String]] = [:]
    var order: [String] = []
    for declaration in declarations {
      guard declaration.hasPrefix("namespace "), let brace = declaration.firstIndex(of: "{") else {
        order.append(declaration)
        continue
      }
      let head = String(declaration[...brace])
      if bodies[head] == nil { order.append(head) }
      let body = declaration[declaration.index(after: brace)...].dropLast()
      bodies[head, default: []].append(String(body))
    }
    return order.map { head in
      bodies[head].map { "\(head)\($0.joined(separator: "\n"))}" } ?? head
    }
  }
}

extension GeneratedWorld.EntityKind {
  fileprivate var declaration: String {
    if isEnumerated {
      return "entity \(name.baseName) enum [\(ids.map(plainLiteral).joined(separator: ", "))];"
    }
    var text = "entity \(name.baseName)"
    if !parents.isEmpty { text += " in [\(parents.map(\.text).joined(separator: ", "))]" }
    text += " = \(recordText(fields))"
    if let tags { text += " tags \(tags.schemaText)" }
    return text + ";"
  }
}

extension GeneratedWorld.ActionKind {
  fileprivate var declaration: String {
    var text = "action \(plainLiteral(uid.id))"
    if !groups.isEmpty {
      text += " in [\(groups.map { plainLiteral($0.id) }.joined(separator: ", "))]"
    }
    if !principals.isEmpty {
      text +=
        " appliesTo { principal: [\(principals.map(\.text).joined(separator: ", "))],"
        + " resource: [\(resources.map(\.text).joined(separator: ", "))],"
        + " context: \(recordText(context)) }"
    }
    return text + ";"
  }
}

extension GeneratedType {
  fileprivate var schemaText: String {
    switch self {
    case .bool: "__cedar::Bool"
    case .long: "__cedar::Long"
    case .string: "__cedar::String"
    case .set(let element): "Set<\(element.schemaText)>"
    case .record(let fields): recordText(fields)
    case .entity(let name): name.text
    case .ip: "__cedar::ipaddr"
    case .decimal: "__cedar::decimal"
    case .datetime: "__cedar::datetime"
    case .duration: "__cedar::duration"
    }
  }
}

private func recordText(_ fields: [GeneratedField]) -> String {
  let attributes = fields.map { field in
    "\(plainLiteral(field.name))\(field.isRequired ? "" : "?"): \(field.type.schemaText)"
  }
  return "{\(attributes.joined(separator: ", "))}"
}

/// A Cedar string with only those escapes that it needs.
func plainLiteral(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": literal += "\\\(scalar)"
    case "\n": literal += "\\n"
    case "\u{0}": literal += "\\0"
    case "\t": literal += "\\t"
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}
