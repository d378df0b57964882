import CedarPolicy
import Foundation

/// One case of the corpus: policies, entities and requests with what Cedar says about them.
struct CorpusCase {
  struct Expectation {
    let request: Request
    let decision: Decision
    let reasons: [String]
    let errors: [String]
  }

  /// Something in a case that only a later part of the library reads.
  struct Unsupported: Error {
    let reason: String
  }

  let policies: PolicySet
  let entities: Entities
  let expectations: [Expectation]

  init(named name: String, in archive: CorpusArchive) throws {
    let description = try JSONDecoder().decode(Description.self, from: archive.data("\(name).json"))
    let text = String(decoding: try archive.data("\(name).cedar"), as: UTF8.self)
    policies = try PolicySet(parsing: text, source: name)
    let json = try JSONDecoder().decode(
      [EntityJSON].self, from: archive.data("\(name).entities.json"))
    entities = try Entities(json.map { try $0.entity() })
    expectations = try description.requests.map { try $0.expectation() }
  }

  private struct Description: Decodable {
    let requests: [RequestJSON]
  }

  private struct RequestJSON: Decodable {
    let principal, action, resource: UIDJSON
    let context: [String: JSONValue]
    let decision: String
    let reason, errors: [String]

    func expectation() throws -> Expectation {
      guard let decision = Decision(rawValue: decision) else {
        throw Unsupported(reason: "decision \(decision)")
      }
      return Expectation(
        request: Request(
          principal: try principal.uid(), action: try action.uid(), resource: try resource.uid(),
          context: try record(context)),
        decision: decision, reasons: reason, errors: errors)
    }
  }
}

private struct UIDJSON: Decodable {
  let type, id: String

  func uid() throws -> EntityUID {
    EntityUID(type: try EntityTypeName(type), id: id)
  }
}

private struct EntityJSON: Decodable {
  let uid: UIDJSON
  let attrs: [String: JSONValue]
  let parents: [UIDJSON]
  let tags: [String: JSONValue]?

  func entity() throws -> Entity {
    Entity(
      uid: try uid.uid(), attributes: try record(attrs),
      parents: Set(try parents.map { try $0.uid() }), tags: try record(tags ?? [:]))
  }
}

private func record(_ fields: [String: JSONValue]) throws -> CedarRecord {
  CedarRecord(try fields.mapValues { try $0.cedarValue() })
}

/// A JSON value as Cedar's explicit entity format uses it.
private enum JSONValue: Decodable {
  case bool(Bool)
  case long(Int64)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .long(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  func cedarValue() throws -> CedarValue {
    switch self {
    case .bool(let value): return .bool(value)
    case .long(let value): return .long(value)
    case .string(let value): return .string(value)
    case .array(let values): return .set(Set(try values.map { try $0.cedarValue() }))
    case .object(let fields):
      if case .object(let uid)? = fields["__entity"] { return try entity(uid) }
      if case .object(let call)? = fields["__extn"] { return try extensionValue(call) }
      return .record(try record(fields))
    }
  }

  private func entity(_ fields: [String: JSONValue]) throws -> CedarValue {
    guard case .string(let type)? = fields["type"], case .string(let id)? = fields["id"] else {
      throw CorpusCase.Unsupported(reason: "an entity without type and id")
    }
    return .entity(EntityUID(type: try EntityTypeName(type), id: id))
  }

  private func extensionValue(_ call: [String: JSONValue]) throws -> CedarValue {
    guard case .string(let function)? = call["fn"] else {
      throw CorpusCase.Unsupported(reason: "an extension value without a function")
    }
    if function == "offset", case .array(let arguments)? = call["args"] {
      return try offset(arguments.map { try $0.cedarValue() })
    }
    guard case .string(let text)? = call["arg"],
      let value = try constructed(function, text)
    else { throw CorpusCase.Unsupported(reason: "an invalid value of `\(function)`") }
    return value
  }

  private func constructed(_ function: String, _ text: String) throws -> CedarValue? {
    switch function {
    case "ip": CedarIPAddress(text).map { .ip($0) }
    case "decimal": CedarDecimal(text).map { .decimal($0) }
    case "datetime": CedarDateTime(text).map { .datetime($0) }
    case "duration": CedarDuration(text).map { .duration($0) }
    default: throw CorpusCase.Unsupported(reason: "the extension function `\(function)`")
    }
  }

  private func offset(_ arguments: [CedarValue]) throws -> CedarValue {
    guard arguments.count == 2, case .datetime(let start) = arguments[0],
      case .duration(let duration) = arguments[1], let moved = start.offset(by: duration)
    else { throw CorpusCase.Unsupported(reason: "an invalid offset") }
    return .datetime(moved)
  }
}
