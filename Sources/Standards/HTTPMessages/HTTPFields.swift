/// The field lines of a message, in the order in which they were sent or added.
///
/// All of them lie in one array of bytes; a field that is taken out is a view of it.
public struct HTTPFields: Sendable {
  /// The bytes of the message; fields that were added lie behind them, as they go on the wire.
  private(set) var storage: [UInt8]
  private(set) var lines: [FieldLine]

  public init(_ fields: [HTTPField] = []) {
    storage = []
    lines = []
    for field in fields { append(field) }
  }

  /// The lines of a message that have been read from `storage`.
  init(storage: [UInt8], lines: [FieldLine]) {
    self.storage = storage
    self.lines = lines
  }

  /// The same bytes with those lines that are wanted.
  func filteredLines(_ isWanted: (FieldLine) -> Bool) -> HTTPFields {
    HTTPFields(storage: storage, lines: lines.filter(isWanted))
  }

  /// The first field with this name.
  public func first(named name: String) -> HTTPField? {
    for line in lines where line.isNamed(name, in: storage) { return HTTPField(storage, line) }
    return nil
  }

  /// The first field with this name; faster than by a text.
  public func first(_ name: KnownFieldName) -> HTTPField? {
    for line in lines where line.kind.exact == name { return HTTPField(storage, line) }
    return nil
  }

  /// Every field with this name, in order.
  public func all(named name: String) -> [HTTPField] {
    lines.filter { $0.isNamed(name, in: storage) }.map { HTTPField(storage, $0) }
  }

  /// How many fields have this name.
  public func count(of name: KnownFieldName) -> Int {
    var count = 0
    for line in lines where line.kind.exact == name { count &+= 1 }
    return count
  }

  /// Whether a field has this name.
  public func contains(named name: String) -> Bool {
    lines.contains { $0.isNamed(name, in: storage) }
  }

  /// Whether a field has this name; faster than by a text.
  public func contains(_ name: KnownFieldName) -> Bool {
    lines.contains { $0.kind.exact == name }
  }

  /// The members of a comma-separated list field, over all of its lines; empty members are left
  /// out (RFC 9110 section 5.6.1). Commas within quoted strings are not understood, so this is
  /// only for lists of tokens.
  public func listMembers(named name: String) -> [ArraySlice<UInt8>] {
    all(named: name).flatMap { field in
      field.value.split(separator: UInt8(ascii: ",")).map { $0.trimmingBlanks() }
    }.filter { !$0.isEmpty }
  }

  public mutating func append(_ field: HTTPField) {
    let start = storage.count
    let nameEnd = start + field.line.name.count
    let valueEnd = nameEnd + 2 + field.line.value.count
    storage.append(contentsOf: field.nameBytes)
    storage.append(UInt8(ascii: ":"))
    storage.append(.space)
    storage.append(contentsOf: field.value)
    storage.append(.carriageReturn)
    storage.append(.lineFeed)
    lines.append(
      FieldLine(
        name: start..<nameEnd, value: (nameEnd + 2)..<valueEnd, kind: field.line.kind,
        isPlain: true))
  }

  /// Adds a field; what its name or value may hold is checked.
  public mutating func append(name: String, value: String) throws(FieldError) {
    append(try HTTPField(name: name, value: value))
  }

  /// Puts one field in the place of all that have its name.
  public mutating func replace(name: String, value: String) throws(FieldError) {
    let field = try HTTPField(name: name, value: value)
    remove(named: name)
    append(field)
  }

  public mutating func remove(named name: String) {
    lines.removeAll { $0.isNamed(name, in: storage) }
  }

  /// Writes the field lines, each ended by CRLF, as they go on the wire.
  public func serialize(into output: inout [UInt8]) {
    for line in lines {
      if line.isPlain {
        output.append(contentsOf: storage[line.name.lowerBound..<(line.value.upperBound + 2)])
        continue
      }
      output.append(contentsOf: storage[line.name])
      output.append(UInt8(ascii: ":"))
      output.append(.space)
      output.append(contentsOf: storage[line.value])
      output.append(.carriageReturn)
      output.append(.lineFeed)
    }
  }
}

extension HTTPFields: RandomAccessCollection {
  public var startIndex: Int { lines.startIndex }
  public var endIndex: Int { lines.endIndex }
  public subscript(position: Int) -> HTTPField { HTTPField(storage, lines[position]) }
}

extension HTTPFields: Hashable {
  public static func == (left: HTTPFields, right: HTTPFields) -> Bool {
    left.elementsEqual(right)
  }

  public func hash(into hasher: inout Hasher) {
    for field in self { hasher.combine(field) }
  }
}
