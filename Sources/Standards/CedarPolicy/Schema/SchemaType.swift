/// The type of an attribute, a tag or a context, with all names resolved.
public indirect enum SchemaType: Sendable, Hashable {
  case bool, long, string
  case set(SchemaType)
  case record(RecordType)
  case entity(EntityTypeName)
  case ip, decimal, datetime, duration
}

/// The attributes that a record, an entity or a context may have; no others.
public struct RecordType: Sendable, Hashable {
  /// The type of one attribute.
  public struct Attribute: Sendable, Hashable {
    public let type: SchemaType
    /// Whether every record of the type has the attribute.
    public let isRequired: Bool

    public init(_ type: SchemaType, isRequired: Bool = true) {
      self.type = type
      self.isRequired = isRequired
    }
  }

  /// In the order of the names' code points, each name once.
  public let fields: [Field]

  public struct Field: Sendable, Hashable {
    public let name: String
    public let attribute: Attribute

    public static func == (one: Field, other: Field) -> Bool {
      sameCodePoints(one.name, other.name) && one.attribute == other.attribute
    }

    public func hash(into hasher: inout Hasher) {
      hasher.combine(name)
      hasher.combine(attribute)
    }
  }

  /// Of two attributes with one name the later counts.
  public init(_ attributes: [(name: String, attribute: Attribute)] = []) {
    var kept: [Field] = []
    let sorted = attributes.map { Field(name: $0.name, attribute: $0.attribute) }
      .sorted { codePointsPrecede($0.name, $1.name) }
    for field in sorted {
      if let last = kept.last, sameCodePoints(last.name, field.name) { kept.removeLast() }
      kept.append(field)
    }
    fields = kept
  }

  public subscript(name: String) -> Attribute? {
    fields.first { sameCodePoints($0.name, name) }?.attribute
  }
}
