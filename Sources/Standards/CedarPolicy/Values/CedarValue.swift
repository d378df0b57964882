/// A value of the Cedar language.
///
/// Values of different types are unequal, never an error. Strings are compared code point by code
/// point.
public enum CedarValue: Sendable {
  case bool(Bool)
  case long(Int64)
  case string(String)
  case set(Set<CedarValue>)
  case record(CedarRecord)
  case entity(EntityUID)
  case ip(CedarIPAddress)
  case decimal(CedarDecimal)
  case datetime(CedarDateTime)
  case duration(CedarDuration)

  /// The type's name, as error texts say it.
  public var typeName: String {
    switch self {
    case .bool: "bool"
    case .long: "long"
    case .string: "string"
    case .set: "set"
    case .record: "record"
    case .entity: "entity"
    case .ip: "ipaddr"
    case .decimal: "decimal"
    case .datetime: "datetime"
    case .duration: "duration"
    }
  }
}

extension CedarValue: Hashable {
  public static func == (one: CedarValue, other: CedarValue) -> Bool {
    switch (one, other) {
    case (.bool(let one), .bool(let other)): one == other
    case (.long(let one), .long(let other)): one == other
    case (.string(let one), .string(let other)): sameCodePoints(one, other)
    case (.set(let one), .set(let other)): one == other
    case (.record(let one), .record(let other)): one == other
    case (.entity(let one), .entity(let other)): one == other
    case (.ip(let one), .ip(let other)): one == other
    case (.decimal(let one), .decimal(let other)): one == other
    case (.datetime(let one), .datetime(let other)): one == other
    case (.duration(let one), .duration(let other)): one == other
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .bool(let value): hasher.combine(value)
    case .long(let value): hasher.combine(value)
    case .string(let value): hasher.combine(value)
    case .set(let value): hasher.combine(value)
    case .record(let value): hasher.combine(value)
    case .entity(let value): hasher.combine(value)
    case .ip(let value): hasher.combine(value)
    case .decimal(let value): hasher.combine(value)
    case .datetime(let value): hasher.combine(value)
    case .duration(let value): hasher.combine(value)
    }
  }
}

extension CedarValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(booleanLiteral value: Bool) { self = .bool(value) }

  public init(integerLiteral value: Int64) { self = .long(value) }

  public init(stringLiteral value: String) { self = .string(value) }

  public init(arrayLiteral elements: CedarValue...) { self = .set(Set(elements)) }

  /// Of two entries with one name the later counts.
  public init(dictionaryLiteral elements: (String, CedarValue)...) {
    self = .record(CedarRecord(keepingLast: elements))
  }
}
