import CedarPolicy

/// A value of an entity, a context or a literal, in the three forms that a case needs it in.
///
/// Extension values keep the text that they are made from, so that both engines read that.
indirect enum GeneratedValue {
  case bool(Bool)
  case long(Int64)
  case string(String)
  case set([GeneratedValue])
  case record([(name: String, value: GeneratedValue)])
  case entity(EntityUID)
  case call(ExtensionFunction, String)

  /// As entities and contexts in JSON have it, with explicit escapes.
  var json: String {
    switch self {
    case .bool(let value): "\(value)"
    case .long(let value): "\(value)"
    case .string(let value): jsonLiteral(value)
    case .set(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
    case .record(let fields): jsonObject(fields.map { ($0.name, $0.value.json) })
    case .entity(let uid): jsonObject([("__entity", uid.json)])
    case .call(let function, let text):
      jsonObject([
        (
          "__extn",
          jsonObject([("fn", jsonLiteral(function.rawValue)), ("arg", jsonLiteral(text))])
        )
      ])
    }
  }

  /// The value in this library; nil for a text that the extension function refuses.
  var cedarValue: CedarValue? {
    switch self {
    case .bool(let value): return .bool(value)
    case .long(let value): return .long(value)
    case .string(let value): return .string(value)
    case .set(let values):
      let made = values.compactMap(\.cedarValue)
      return made.count == values.count ? .set(Set(made)) : nil
    case .record(let fields): return Self.record(fields).map { .record($0) }
    case .entity(let uid): return .entity(uid)
    case .call(.ip, let text): return CedarIPAddress(text).map { .ip($0) }
    case .call(.decimal, let text): return CedarDecimal(text).map { .decimal($0) }
    case .call(.datetime, let text): return CedarDateTime(text).map { .datetime($0) }
    case .call(.duration, let text): return CedarDuration(text).map { .duration($0) }
    case .call: return nil
    }
  }

  static func record(_ fields: [(name: String, value: GeneratedValue)]) -> CedarRecord? {
    let made = fields.compactMap { field in field.value.cedarValue.map { (field.name, $0) } }
    return made.count == fields.count ? try? CedarRecord(made) : nil
  }
}

/// A JSON object of members whose values are JSON already.
func jsonObject(_ members: [(String, String)]) -> String {
  "{" + members.map { "\(jsonLiteral($0.0)):\($0.1)" }.joined(separator: ",") + "}"
}

func jsonArray(_ items: [String]) -> String {
  "[" + items.joined(separator: ",") + "]"
}

/// A JSON string; every code point stays the one that it is.
func jsonLiteral(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": literal += "\\\(scalar)"
    case "\u{0}"..<"\u{20}":
      let digits = String(scalar.value, radix: 16)
      literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}

extension EntityUID {
  /// `{"type": …, "id": …}`.
  var json: String {
    jsonObject([("type", jsonLiteral(type.text)), ("id", jsonLiteral(id))])
  }
}
