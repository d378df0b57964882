extension CedarValue {
  /// The value as JSON, with `__entity` and `__extn` where JSON has no such type.
  ///
  /// Sets are written in the order of their elements' texts, so that equal values have equal texts.
  public var json: String {
    switch self {
    case .bool(let value): "\(value)"
    case .long(let value): "\(value)"
    case .string(let value): JSONText.quoted(value)
    case .set(let elements): JSONText.array(elements.map(\.json).sorted(by: codePointsPrecede))
    case .record(let record): record.json
    case .entity(let uid): JSONText.object([("__entity", uid.json)])
    case .ip(let value): Self.call("ip", [JSONText.quoted(value.description)])
    case .decimal(let value): Self.call("decimal", [JSONText.quoted(value.description)])
    case .datetime(let value): Self.datetime(value)
    case .duration(let value): Self.call("duration", [JSONText.quoted(value.description)])
    }
  }

  private static func call(_ function: String, _ arguments: [String]) -> String {
    let given =
      arguments.count == 1
      ? ("arg", arguments.joined()) : ("args", JSONText.array(arguments))
    return JSONText.object([
      ("__extn", JSONText.object([("fn", JSONText.quoted(function)), given]))
    ])
  }

  /// As an offset from 1970, because not every instant has a text of its own.
  private static func datetime(_ value: CedarDateTime) -> String {
    call(
      "offset",
      [
        call("datetime", [JSONText.quoted("1970-01-01")]),
        call("duration", [JSONText.quoted("\(value.millisecondsSince1970)ms")]),
      ])
  }
}

extension CedarRecord {
  /// The record as a JSON object, see ``CedarValue/json``.
  public var json: String {
    JSONText.object(fields.map { ($0.name, $0.value.json) })
  }
}

extension EntityUID {
  /// `{"type": ..., "id": ...}`.
  public var json: String {
    JSONText.object([("type", JSONText.quoted(type.text)), ("id", JSONText.quoted(id))])
  }
}

extension Entity {
  /// `{"uid": ..., "attrs": ..., "parents": ..., "tags": ...}`.
  public var json: String {
    var members = [
      ("uid", uid.json), ("attrs", attributes.json),
      ("parents", JSONText.array(parents.map(\.json).sorted(by: codePointsPrecede))),
    ]
    if !tags.isEmpty { members.append(("tags", tags.json)) }
    return JSONText.object(members)
  }
}

extension Entities {
  /// All entities as a JSON array, in the order of their names.
  public var json: String {
    let written = all.map { (name: $0.uid.description, text: $0.json) }
    return JSONText.array(written.sorted { codePointsPrecede($0.name, $1.name) }.map(\.text))
  }
}
