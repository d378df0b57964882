/// Names with values, as attributes, tags, the context and record values have them.
///
/// Names are compared code point by code point, so `é` in its two spellings is two names.
public struct CedarRecord: Sendable, Hashable {
  /// One name and its value.
  public struct Field: Sendable, Hashable {
    public let name: String
    public let value: CedarValue

    public static func == (one: Field, other: Field) -> Bool {
      sameCodePoints(one.name, other.name) && one.value == other.value
    }

    public func hash(into hasher: inout Hasher) {
      hasher.combine(name)
      hasher.combine(value)
    }
  }

  /// A name that stands twice in what was to become one record.
  public struct DuplicateName: Error, Sendable, Hashable, CustomStringConvertible {
    public let name: String

    public var description: String { "the name \(name.cedarLiteral) stands twice in one record" }
  }

  /// In the order of the names' code points.
  public let fields: [Field]

  /// A record without fields.
  public init() {
    fields = []
  }

  public init(_ values: [String: CedarValue]) {
    self.init(keepingLast: values.map { ($0.key, $0.value) })
  }

  /// - Throws: ``DuplicateName``.
  public init(_ values: some Sequence<(String, CedarValue)>) throws(DuplicateName) {
    let sorted = Self.sorted(values)
    for (one, next) in zip(sorted, sorted.dropFirst()) where sameCodePoints(one.name, next.name) {
      throw DuplicateName(name: one.name)
    }
    fields = sorted
  }

  /// Of two entries with one name the later counts. Entries that come in the order of their names
  /// need no sorting.
  public init(keepingLast values: [(String, CedarValue)]) {
    let sorted = Self.sorted(values)
    var hasDuplicates = false
    for (one, next) in zip(sorted, sorted.dropFirst()) where sameCodePoints(one.name, next.name) {
      hasDuplicates = true
    }
    fields = hasDuplicates ? Self.keepingLast(sorted) : sorted
  }

  private static func keepingLast(_ sorted: [Field]) -> [Field] {
    var kept: [Field] = []
    for field in sorted {
      if let last = kept.last, sameCodePoints(last.name, field.name) { kept.removeLast() }
      kept.append(field)
    }
    return kept
  }

  public var isEmpty: Bool { fields.isEmpty }

  public var count: Int { fields.count }

  /// The value of a name, or nil.
  public subscript(name: String) -> CedarValue? {
    index(of: name).map { fields[$0].value }
  }

  /// The place of a name among the fields, or nil.
  func index(of name: String) -> Int? {
    var range = fields.indices
    // Most names differ in length, so a short record is gone through faster than it is halved.
    if range.count <= 16 {
      for index in range where sameCodePoints(fields[index].name, name) { return index }
      return nil
    }
    while let middle = range.middle {
      if sameCodePoints(fields[middle].name, name) { return middle }
      if codePointsPrecede(fields[middle].name, name) {
        range = (middle + 1)..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return nil
  }

  // Sorting is stable, so that the last of several equal names stays the last.
  private static func sorted(_ values: some Sequence<(String, CedarValue)>) -> [Field] {
    let fields = values.map { Field(name: $0.0, value: $0.1) }
    // Who knows the names beforehand gives them in order.
    return isAscending(fields) ? fields : fields.sorted { codePointsPrecede($0.name, $1.name) }
  }

  /// Whether each name precedes the next.
  private static func isAscending(_ fields: [Field]) -> Bool {
    for index in fields.indices.dropFirst()
    where !codePointsPrecede(fields[index - 1].name, fields[index].name) {
      return false
    }
    return true
  }
}

extension CedarRecord: ExpressibleByDictionaryLiteral {
  /// Of two entries with one name the later counts.
  public init(dictionaryLiteral elements: (String, CedarValue)...) {
    self.init(keepingLast: elements)
  }
}

extension Range<Int> {
  fileprivate var middle: Int? { isEmpty ? nil : lowerBound + (upperBound - lowerBound) / 2 }
}
