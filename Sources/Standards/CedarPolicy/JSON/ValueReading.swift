/// Reads values out of JSON: explicit ones as they are, and where a schema says of which type they
/// are, entities and extension values in short form too.
struct ValueReader {
  let document: JSONDocument
  let schema: Schema?

  func value(
    _ node: JSONNode, as type: SchemaType?, level: Int = 0
  ) throws(CedarParseError) -> CedarValue {
    guard level < CedarLimits.nesting else {
      throw document.error(
        "the value is nested too deeply, expected at most \(CedarLimits.nesting) levels",
        at: node.span)
    }
    guard let type else { return try explicit(node, level) }
    return try typed(node, type, level)
  }

  // MARK: Without a schema

  private func explicit(_ node: JSONNode, _ level: Int) throws(CedarParseError) -> CedarValue {
    switch node.kind {
    case .bool(let value): return .bool(value)
    case .long(let value): return .long(value)
    case .string(let text): return .string(text)
    case .array(let elements):
      var values: Set<CedarValue> = []
      for element in elements { values.insert(try value(element, as: nil, level: level + 1)) }
      return .set(values)
    case .object(let members): return try object(members, level)
    case .null, .otherNumber:
      throw document.unexpected("a value", node, hint: "Cedar's numbers are 64-bit integers")
    }
  }

  private func object(
    _ members: [JSONNode.Member], _ level: Int
  ) throws(CedarParseError) -> CedarValue {
    if members.count == 1, let only = members.first {
      switch only.name {
      case "__entity": return .entity(try entity(only.value))
      case "__extn": return try call(only.value, level)
      case "__expr":
        throw document.error(
          "`__expr` is no longer a part of Cedar", at: only.span,
          hint: "use `__entity` or `__extn`")
      default: break
      }
    }
    var values: [(String, CedarValue)] = []
    for member in members {
      values.append((member.name, try value(member.value, as: nil, level: level + 1)))
    }
    return .record(CedarRecord(keepingLast: values))
  }

  /// `{"type": ..., "id": ...}`, perhaps within `{"__entity": ...}`.
  func entity(_ node: JSONNode) throws(CedarParseError) -> EntityUID {
    var inner = node
    if case .object(let members) = node.kind, members.count == 1, let only = members.first,
      only.name == "__entity"
    {
      inner = only.value
    }
    let object = try document.object(inner, "an entity", known: ["type", "id"])
    let type = try typeName(try object.required("type"))
    return EntityUID(type: type, id: try object.string("id"))
  }

  func typeName(_ node: JSONNode) throws(CedarParseError) -> EntityTypeName {
    let text = try document.string(node, "the name of an entity type")
    do {
      return try EntityTypeName(text)
    } catch {
      throw document.error(
        "expected the name of an entity type, found \(document.source.quoted(text))",
        at: node.span)
    }
  }

  /// `{"fn": ..., "arg": ...}` or `{"fn": ..., "args": [...]}`.
  private func call(_ node: JSONNode, _ level: Int) throws(CedarParseError) -> CedarValue {
    let object = try document.object(node, "an extension value", known: ["fn", "arg", "args"])
    let name = try object.string("fn")
    guard let function = ExtensionFunction(rawValue: name) else {
      let near = nearest(name, among: ExtensionFunction.allCases.map(\.rawValue))
      throw document.error(
        "unknown extension function \(document.source.quoted(name))", at: node.span,
        hint: near.map { "did you mean `\($0)`?" })
    }
    var arguments: [CedarValue] = []
    if let only = object["arg"] {
      arguments.append(try value(only, as: nil, level: level + 1))
    } else {
      for argument in try document.array(try object.required("args"), "a list of arguments") {
        arguments.append(try value(argument, as: nil, level: level + 1))
      }
    }
    guard let value = function.value(of: arguments) else {
      throw document.error("`\(name)` does not accept these arguments", at: node.span)
    }
    return value
  }

  // MARK: With a schema

  private func typed(
    _ node: JSONNode, _ type: SchemaType, _ level: Int
  ) throws(CedarParseError) -> CedarValue {
    switch type {
    case .set(let element):
      var values: Set<CedarValue> = []
      for node in try document.array(node, "an array for a set") {
        values.insert(try value(node, as: element, level: level + 1))
      }
      return .set(values)
    case .record(let record):
      return .record(try self.record(node, as: record, "the record", level: level))
    case .entity(let name):
      let uid = try entity(node)
      guard uid.type == name else {
        throw document.error(
          "expected an entity of the type `\(name)`, found one of `\(uid.type)`", at: node.span)
      }
      try checkEnumeration(uid, at: node.span)
      return .entity(uid)
    default: return try scalar(node, type, level)
    }
  }

  private func scalar(
    _ node: JSONNode, _ type: SchemaType, _ level: Int
  ) throws(CedarParseError) -> CedarValue {
    if case .string(let text) = node.kind, let function = type.constructor {
      guard let value = function.value(of: [.string(text)]) else {
        throw document.error(
          "expected a text that `\(function.rawValue)` accepts, "
            + "found \(document.source.quoted(text))", at: node.span)
      }
      return value
    }
    var shortForm: CedarValue?
    if type.constructor != nil, case .object(let members) = node.kind,
      members.contains(where: { $0.name == "fn" })
    {
      shortForm = try call(node, level)
    }
    if shortForm == nil { shortForm = try explicit(node, level) }
    guard let found = shortForm, type.isType(of: found) else {
      throw document.error(
        "expected a value of the type `\(StaticType(type))`, found \(node.typeName)",
        at: node.span)
    }
    return found
  }

  /// An object that has the attributes of a record, an entity or a context, and no others.
  func record(
    _ node: JSONNode, as type: RecordType, _ owner: String, level: Int = 0
  ) throws(CedarParseError) -> CedarRecord {
    var values: [(String, CedarValue)] = []
    for member in try document.members(node, "an object for \(owner)") {
      guard let attribute = type[member.name] else {
        let near = nearest(member.name, among: type.fields.map(\.name))
        throw document.error(
          "\(owner) has no attribute \(document.source.quoted(member.name)) in the schema",
          at: member.span, hint: near.map { "did you mean `\($0)`?" })
      }
      values.append(
        (member.name, try value(member.value, as: attribute.type, level: level + 1)))
    }
    let record = CedarRecord(keepingLast: values)
    for field in type.fields where field.attribute.isRequired && record[field.name] == nil {
      throw document.error(
        "\(owner) lacks the attribute \(document.source.quoted(field.name))", at: node.span)
    }
    return record
  }

  func checkEnumeration(_ uid: EntityUID, at span: SourceSpan) throws(CedarParseError) {
    guard let ids = schema?.entityTypes[uid.type]?.enumeration,
      !ids.contains(where: { sameCodePoints($0, uid.id) })
    else { return }
    let near = nearest(uid.id, among: ids)
    throw document.error(
      "`\(uid)` is not among the ids of its enumerated type", at: span,
      hint: near.map { "did you mean \($0.cedarLiteral)?" })
  }
}

extension SchemaType {
  /// What makes values of the type out of a string.
  fileprivate var constructor: ExtensionFunction? {
    switch self {
    case .ip: .ip
    case .decimal: .decimal
    case .datetime: .datetime
    case .duration: .duration
    default: nil
    }
  }

  /// Whether a value that holds no others is of the type.
  fileprivate func isType(of value: CedarValue) -> Bool {
    switch (self, value) {
    case (.bool, .bool), (.long, .long), (.string, .string), (.ip, .ip), (.decimal, .decimal),
      (.datetime, .datetime), (.duration, .duration):
      true
    default: false
    }
  }
}

extension ExtensionFunction {
  /// The value of those functions that make extension values, or nil where they make none.
  fileprivate func value(of arguments: [CedarValue]) -> CedarValue? {
    guard arguments.count == argumentCount, let first = arguments.first else { return nil }
    switch (self, first, arguments.last) {
    case (.ip, .string(let text), _): return CedarIPAddress(text).map { .ip($0) }
    case (.decimal, .string(let text), _): return CedarDecimal(text).map { .decimal($0) }
    case (.datetime, .string(let text), _): return CedarDateTime(text).map { .datetime($0) }
    case (.duration, .string(let text), _): return CedarDuration(text).map { .duration($0) }
    case (.offset, .datetime(let start), .duration(let duration)?):
      return start.offset(by: duration).map { .datetime($0) }
    case (.durationSince, .datetime(let end), .datetime(let start)?):
      return end.durationSince(start).map { .duration($0) }
    case (.toDate, .datetime(let start), _): return start.date.map { .datetime($0) }
    case (.toTime, .datetime(let start), _): return .duration(start.timeOfDay)
    default: return nil
    }
  }
}
