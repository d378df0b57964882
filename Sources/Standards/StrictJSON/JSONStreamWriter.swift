/// Writes a JSON object in compact form, member by member, for those who would otherwise make a value of
/// it only to write it. What comes out is what ``JSONObject/serialized()`` gives for the same members.
///
/// Names are given in the program's own text, and must be printable ASCII without `"` and `\`.
public struct JSONStreamWriter: Sendable {
  private var writer = JSONWriter(isCanonical: false)
  private var isFirst = true

  /// Begins the object.
  /// - Parameter room: bytes that are set aside at once.
  public init(room: Int = 1024) {
    self.writer.bytes.reserveCapacity(max(0, room))
    self.writer.bytes.append(UInt8(ascii: "{"))
  }

  private mutating func begin(_ name: StaticString) {
    if !self.isFirst { self.writer.bytes.append(UInt8(ascii: ",")) }
    self.isFirst = false
    self.writer.bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { self.writer.bytes.append(contentsOf: $0) }
    self.writer.bytes.append(UInt8(ascii: "\""))
    self.writer.bytes.append(UInt8(ascii: ":"))
  }

  public mutating func member(_ name: StaticString, _ value: String) {
    self.begin(name)
    self.writer.write(value)
  }

  /// A member that is left out where there is no value.
  public mutating func member(_ name: StaticString, _ value: String?) {
    if let value { self.member(name, value) }
  }

  public mutating func member(_ name: StaticString, _ value: Int64) {
    self.begin(name)
    self.writer.write(value)
  }

  /// A member that is left out where there is no value.
  public mutating func member(_ name: StaticString, _ value: Int64?) {
    if let value { self.member(name, value) }
  }

  public mutating func member(_ name: StaticString, _ elements: [String]) {
    self.begin(name)
    self.writer.bytes.append(UInt8(ascii: "["))
    var isFirst = true
    for element in elements {
      if !isFirst { self.writer.bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      self.writer.write(element)
    }
    self.writer.bytes.append(UInt8(ascii: "]"))
  }

  public mutating func member(_ name: StaticString, _ value: JSONObject) {
    self.begin(name)
    self.writer.write(.object(value))
  }

  /// A member whose name is known only now.
  public mutating func member(named name: String, _ value: JSONValue) {
    if !self.isFirst { self.writer.bytes.append(UInt8(ascii: ",")) }
    self.isFirst = false
    self.writer.write(name)
    self.writer.bytes.append(UInt8(ascii: ":"))
    self.writer.write(value)
  }

  /// A member that is an object itself, whose members `body` writes.
  public mutating func member(_ name: StaticString, object body: (inout JSONStreamWriter) -> Void) {
    self.begin(name)
    self.writer.bytes.append(UInt8(ascii: "{"))
    self.isFirst = true
    body(&self)
    self.writer.bytes.append(UInt8(ascii: "}"))
    self.isFirst = false
  }

  /// Ends the object.
  public consuming func finish() -> [UInt8] {
    self.writer.bytes.append(UInt8(ascii: "}"))
    return self.writer.bytes
  }
}
