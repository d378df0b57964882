/// Writes a JSON object in compact form, member by member, for those who would otherwise make a value of
/// it only to write it. What comes out is what ``JSONObject/serialized()`` gives for the same members.
///
/// Names are given in the program's own text, and must be printable ASCII without `"` and `\`.
public struct JSONStreamWriter: ~Copyable, Sendable {
  private var bytes: [UInt8] = []
  private var isFirst = true

  /// Begins the object.
  /// - Parameter room: bytes that are set aside at once.
  public init(room: Int = 1024) {
    self.bytes.reserveCapacity(max(64, room))
    self.append(UInt8(ascii: "{"))
  }

  public mutating func member(_ name: StaticString, _ value: String) {
    var value = value
    value.withUTF8 { self.member(name, utf8: $0) }
  }

  /// A member that is left out where there is no value.
  public mutating func member(_ name: StaticString, _ value: String?) {
    if let value { self.member(name, value) }
  }

  /// A member that is a text, given in UTF-8; what is not is replaced as `String(decoding:as:)` does.
  public mutating func member(_ name: StaticString, utf8: ArraySlice<UInt8>) {
    let isWritten = utf8.withUnsafeBufferPointer { bytes in
      guard bytes.allSatisfy({ $0 < 0x80 }) else { return false }
      self.member(name, utf8: bytes)
      return true
    }
    if !isWritten { self.member(name, String(decoding: utf8, as: UTF8.self)) }
  }

  /// A member that is a text of printable ASCII without `"` and `\`.
  /// - Parameters:
  ///   - room: the most bytes that it has.
  ///   - write: writes it to the beginning of that room, and gives how many bytes it wrote.
  public mutating func member(
    _ name: StaticString, room: Int, write: (UnsafeMutableBufferPointer<UInt8>) -> Int
  ) {
    self.begin(name, room: room + 2) { output in
      output.append(UInt8(ascii: "\""))
      output.put(room: room, writing: write)
      output.append(UInt8(ascii: "\""))
    }
  }

  public mutating func member(_ name: StaticString, _ value: Int64) {
    self.begin(name, room: 20) { $0.put(value) }
  }

  /// A member that is left out where there is no value.
  public mutating func member(_ name: StaticString, _ value: Int64?) {
    if let value { self.member(name, value) }
  }

  public mutating func member(_ name: StaticString, _ elements: [String]) {
    self.begin(name, room: 1) { $0.append(UInt8(ascii: "[")) }
    var isFirst = true
    for element in elements {
      if !isFirst { self.append(UInt8(ascii: ",")) }
      isFirst = false
      var element = element
      element.withUTF8 { self.append(quoted: $0) }
    }
    self.append(UInt8(ascii: "]"))
  }

  public mutating func member(_ name: StaticString, _ value: JSONObject) {
    self.begin(name, room: 0) { _ in }
    self.append(.object(value))
  }

  /// A member whose name is known only now.
  public mutating func member(named name: String, _ value: JSONValue) {
    if !self.isFirst { self.append(UInt8(ascii: ",")) }
    self.isFirst = false
    self.append(.string(name))
    self.append(UInt8(ascii: ":"))
    self.append(value)
  }

  /// A member that is an object itself, whose members `body` writes.
  public mutating func member(_ name: StaticString, object body: (inout JSONStreamWriter) -> Void) {
    self.begin(name, room: 1) { $0.append(UInt8(ascii: "{")) }
    self.isFirst = true
    body(&self)
    self.append(UInt8(ascii: "}"))
    self.isFirst = false
  }

  /// Ends the object.
  public consuming func finish() -> [UInt8] {
    self.append(UInt8(ascii: "}"))
    return self.bytes
  }
}

extension JSONStreamWriter {
  private mutating func member(_ name: StaticString, utf8: UnsafeBufferPointer<UInt8>) {
    guard JSONWriter.isPlain(utf8) else {
      self.begin(name, room: 0) { _ in }
      return self.append(quoted: utf8)
    }
    self.begin(name, room: utf8.count + 2) { $0.put(quoted: utf8) }
  }

  /// Writes a name, and after it what `body` puts, which is no more than `room` bytes.
  @inline(__always)
  private mutating func begin(
    _ name: StaticString, room: Int, _ body: (inout OutputSpan<UInt8>) -> Void
  ) {
    let isFirst = self.isFirst
    self.isFirst = false
    self.append(room: room + name.utf8CodeUnitCount + 4) { output in
      if !isFirst { output.append(UInt8(ascii: ",")) }
      output.put(quoted: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
      output.append(UInt8(ascii: ":"))
      body(&output)
    }
  }

  private mutating func append(_ byte: UInt8) { self.bytes.append(byte) }

  @inline(__always)
  private mutating func append(room: Int, _ body: (inout OutputSpan<UInt8>) -> Void) {
    // Of itself it would grow by what is needed only.
    if self.bytes.capacity - self.bytes.count < room {
      self.bytes.reserveCapacity(2 * self.bytes.capacity + room)
    }
    self.bytes.append(addingCapacity: room, initializingWith: body)
  }

  private mutating func append(_ value: JSONValue) {
    var writer = JSONWriter(isCanonical: false)
    writer.write(value)
    self.bytes += writer.bytes
  }

  private mutating func append(quoted utf8: UnsafeBufferPointer<UInt8>) {
    guard JSONWriter.isPlain(utf8) else {
      return self.append(.string(String(decoding: utf8, as: UTF8.self)))
    }
    self.append(room: utf8.count + 2) { $0.put(quoted: utf8) }
  }
}

extension OutputSpan<UInt8> {
  /// Puts bytes between quotation marks. Whoever asked for room has asked for this much; without it nothing
  /// is written.
  @inline(__always)
  fileprivate mutating func put(quoted source: UnsafeBufferPointer<UInt8>) {
    self.withUnsafeMutableBufferPointer { buffer, count in
      guard let base = buffer.baseAddress, source.count + 2 <= buffer.count - count else { return }
      let start = base + count
      start[0] = UInt8(ascii: "\"")
      if let from = source.baseAddress {
        (start + 1).initialize(from: from, count: source.count)
      }
      start[source.count + 1] = UInt8(ascii: "\"")
      count += source.count + 2
    }
  }

  fileprivate mutating func put(
    room: Int, writing write: (UnsafeMutableBufferPointer<UInt8>) -> Int
  ) {
    self.withUnsafeMutableBufferPointer { buffer, count in
      let end = Swift.min(count + Swift.max(0, room), buffer.count)
      let rest = UnsafeMutableBufferPointer(rebasing: buffer[count..<end])
      count += Swift.min(Swift.max(0, write(rest)), rest.count)
    }
  }

  fileprivate mutating func put(_ number: Int64) {
    if number < 0 { self.append(UInt8(ascii: "-")) }
    self.put(digitsOf: number.magnitude)
  }

  private mutating func put(digitsOf number: UInt64) {
    if number >= 10 { self.put(digitsOf: number / 10) }
    self.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }
}
