/// The field lines of a message, in the order in which they were sent or added.
public struct HTTPFields: Sendable, Hashable {
  private var lines: [HTTPField]

  public init(_ lines: [HTTPField] = []) { self.lines = lines }

  /// The first field with this name.
  public func first(named name: String) -> HTTPField? { lines.first { $0.isNamed(name) } }

  /// Every field with this name, in order.
  public func all(named name: String) -> [HTTPField] { lines.filter { $0.isNamed(name) } }

  /// Whether a field has this name.
  public func contains(named name: String) -> Bool { lines.contains { $0.isNamed(name) } }

  /// The members of a comma-separated list field, over all of its lines; empty members are left
  /// out (RFC 9110 section 5.6.1). Commas within quoted strings are not understood, so this is
  /// only for lists of tokens.
  public func listMembers(named name: String) -> [ArraySlice<UInt8>] {
    lines.filter { $0.isNamed(name) }.flatMap { field in
      field.value.split(separator: UInt8(ascii: ",")).map { $0.trimmingBlanks() }
    }.filter { !$0.isEmpty }
  }

  public mutating func append(_ field: HTTPField) { lines.append(field) }

  /// Adds a field; what its name or value may hold is checked.
  public mutating func append(name: String, value: String) throws(FieldError) {
    lines.append(try HTTPField(name: name, value: value))
  }

  /// Puts one field in the place of all that have its name.
  public mutating func replace(name: String, value: String) throws(FieldError) {
    let field = try HTTPField(name: name, value: value)
    remove(named: name)
    lines.append(field)
  }

  public mutating func remove(named name: String) { lines.removeAll { $0.isNamed(name) } }

  /// Writes the field lines, each ended by CRLF, as they go on the wire.
  public func serialize(into output: inout [UInt8]) {
    for line in lines {
      output.append(contentsOf: line.nameBytes)
      output.append(UInt8(ascii: ":"))
      output.append(.space)
      output.append(contentsOf: line.value)
      output.append(.carriageReturn)
      output.append(.lineFeed)
    }
  }
}

extension HTTPFields: RandomAccessCollection {
  public var startIndex: Int { lines.startIndex }
  public var endIndex: Int { lines.endIndex }
  public subscript(position: Int) -> HTTPField { lines[position] }
}
