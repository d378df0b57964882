/// What is known of an expression's value before there is a request.
indirect enum StaticType: Sendable {
  /// A truth value, and which one where every evaluation gives the same.
  case bool(Bool?)
  case long, string
  case set(StaticType)
  case record(RecordShape)
  case entity(EntityTypeName)
  case ip, decimal, datetime, duration

  init(_ type: SchemaType) {
    self =
      switch type {
      case .bool: .bool(nil)
      case .long: .long
      case .string: .string
      case .set(let element): .set(StaticType(element))
      case .record(let record): .record(RecordShape(record))
      case .entity(let name): .entity(name)
      case .ip: .ip
      case .decimal: .decimal
      case .datetime: .datetime
      case .duration: .duration
      }
  }

  /// The type of what is of one of two types, or nil where strict validation allows no mixture.
  ///
  /// The depth of types is bounded, see ``CedarLimits/nesting``, and with it the recursion.
  static func common(_ one: StaticType, _ other: StaticType) -> StaticType? {
    switch (one, other) {
    case (.bool(let left), .bool(let right)): .bool(left == right ? left : nil)
    case (.set(let left), .set(let right)): common(left, right).map { .set($0) }
    case (.record(let left), .record(let right)):
      RecordShape.common(left, right).map { .record($0) }
    case (.entity(let left), .entity(let right)): left == right ? one : nil
    default: one.isSamePlainType(as: other) ? one : nil
    }
  }

  /// Whether both are the same of the types that have no parts.
  func isSamePlainType(as other: StaticType) -> Bool {
    switch (self, other) {
    case (.long, .long), (.string, .string), (.ip, .ip), (.decimal, .decimal),
      (.datetime, .datetime), (.duration, .duration):
      true
    default: false
    }
  }
}

/// The attributes of a record, an entity or a context; they have no others.
///
/// An object, so that a type that is used in many places is one thing that is quickly compared.
final class RecordShape: Sendable {
  struct Field: Sendable {
    let name: String
    let type: StaticType
    let isRequired: Bool
  }

  /// In the order of the names' code points, each name once.
  let fields: [Field]

  init(_ fields: [Field]) { self.fields = fields }

  init(_ record: RecordType) {
    fields = record.fields.map {
      Field(
        name: $0.name, type: StaticType($0.attribute.type), isRequired: $0.attribute.isRequired)
    }
  }

  subscript(name: String) -> Field? {
    var range = fields.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if sameCodePoints(fields[middle].name, name) { return fields[middle] }
      range =
        codePointsPrecede(fields[middle].name, name)
        ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  /// Records go together if they have the same attributes, all as much required.
  static func common(_ one: RecordShape, _ other: RecordShape) -> RecordShape? {
    if one === other { return one }
    guard one.fields.count == other.fields.count else { return nil }
    var fields: [Field] = []
    for (left, right) in zip(one.fields, other.fields) {
      guard sameCodePoints(left.name, right.name), left.isRequired == right.isRequired,
        let type = StaticType.common(left.type, right.type)
      else { return nil }
      fields.append(Field(name: left.name, type: type, isRequired: left.isRequired))
    }
    return RecordShape(fields)
  }
}

extension StaticType: CustomStringConvertible {
  /// The type as schemas write it, the end left out where it is long.
  var description: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .bool: text += "Bool"
    case .long: text += "Long"
    case .string: text += "String"
    case .set(let element):
      text += "Set<"
      element.write(to: &text)
      text += ">"
    case .record(let shape): Self.write(shape, to: &text)
    case .entity(let name): text += name.text
    case .ip: text += "ipaddr"
    case .decimal: text += "decimal"
    case .datetime: text += "datetime"
    case .duration: text += "duration"
    }
  }

  private static func write(_ shape: RecordShape, to text: inout String) {
    text += "{"
    for (index, field) in shape.fields.enumerated() {
      if index > 0 { text += ", " }
      guard text.utf8.count < 160 else {
        text += "..."
        break
      }
      text += "\(field.name.cedarLiteral)\(field.isRequired ? "" : "?"): "
      field.type.write(to: &text)
    }
    text += "}"
  }
}
