/// The texts, sets, records and addresses of a snapshot, each once.
struct ValuePool: Sendable {
  struct PooledSet: Sendable {
    let value: Set<CedarValue>

    /// Where its elements are, in the order of ``PooledValue/precedes(_:_:)``.
    let elements: Extent
    let hasOnlyEntities: Bool
  }

  struct PooledRecord: Sendable {
    let value: CedarRecord
    let fields: Extent
  }

  var texts: [String] = []
  var sets: [PooledSet] = []
  var records: [PooledRecord] = []
  var addresses: [CedarIPAddress] = []

  /// The elements of all sets.
  var elements: [PooledValue] = []

  /// The fields of all records, attributes and tags, those of one record in the order of their
  /// names' numbers.
  var fields: [PooledField] = []

  var textNumbers: [CodePointText: Int32] = [:]

  /// The number of a text, or nil for one that is not in the pool.
  func number(ofText text: String) -> Int32? {
    textNumbers[CodePointText(text)]
  }

  func text(_ number: Int32) -> String { texts[Int(number)] }

  /// The value of a field, or nil.
  func field(_ name: Int32, in fields: Extent) -> PooledValue? {
    var range = fields.range
    while range.count > 8 {
      let middle = range.lowerBound + range.count / 2
      if self.fields[middle].name <= name {
        range = middle..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    for index in range where self.fields[index].name == name { return self.fields[index].value }
    return nil
  }

  /// Whether a set has an element.
  func contains(_ element: PooledValue, in elements: Extent) -> Bool {
    var range = elements.range
    while range.count > 8 {
      let middle = range.lowerBound + range.count / 2
      if PooledValue.precedes(element, self.elements[middle]) {
        range = range.lowerBound..<middle
      } else {
        range = middle..<range.upperBound
      }
    }
    for index in range where self.elements[index] == element { return true }
    return false
  }
}

/// A text that is compared code point by code point, as a key.
struct CodePointText: Sendable, Hashable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (one: CodePointText, other: CodePointText) -> Bool {
    sameCodePoints(one.text, other.text)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(text)
  }
}
