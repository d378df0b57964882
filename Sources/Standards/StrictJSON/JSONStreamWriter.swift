/// Writes a JSON object in compact form, member by member, for those who would otherwise make a value of
/// it only to write it. What comes out is what ``JSONObject/serialized()`` gives for the same members.
///
/// Names are given in the program's own text, and must be printable ASCII without `"` and `\`.
public struct JSONStreamWriter: Sendable {
  /// What is written, and room for more.
  private var bytes: [UInt8]
  private var end = 0
  private var isFirst = true

  /// Begins the object.
  /// - Parameter room: bytes that are set aside at once.
  public init(room: Int = 1024) {
    self.bytes = Array(repeating: 0, count: max(64, room))
    self.append { $0.put(UInt8(ascii: "{")) }
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
    self.begin(name, room: room + 2) { room in
      room.put(UInt8(ascii: "\""))
      room.put(writing: write)
      room.put(UInt8(ascii: "\""))
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
    self.begin(name, room: 1) { $0.put(UInt8(ascii: "[")) }
    var isFirst = true
    for element in elements {
      if !isFirst { self.append { $0.put(UInt8(ascii: ",")) } }
      isFirst = false
      var element = element
      element.withUTF8 { self.append(quoted: $0) }
    }
    self.append { $0.put(UInt8(ascii: "]")) }
  }

  public mutating func member(_ name: StaticString, _ value: JSONObject) {
    self.begin(name, room: 0) { _ in }
    self.append(.object(value))
  }

  /// A member whose name is known only now.
  public mutating func member(named name: String, _ value: JSONValue) {
    if !self.isFirst { self.append { $0.put(UInt8(ascii: ",")) } }
    self.isFirst = false
    self.append(.string(name))
    self.append { $0.put(UInt8(ascii: ":")) }
    self.append(value)
  }

  /// A member that is an object itself, whose members `body` writes.
  public mutating func member(_ name: StaticString, object body: (inout JSONStreamWriter) -> Void) {
    self.begin(name, room: 1) { $0.put(UInt8(ascii: "{")) }
    self.isFirst = true
    body(&self)
    self.append { $0.put(UInt8(ascii: "}")) }
    self.isFirst = false
  }

  /// Ends the object.
  public consuming func finish() -> [UInt8] {
    self.append { $0.put(UInt8(ascii: "}")) }
    self.bytes.removeLast(self.bytes.count - self.end)
    return self.bytes
  }
}

extension JSONStreamWriter {
  private mutating func member(_ name: StaticString, utf8: UnsafeBufferPointer<UInt8>) {
    guard JSONWriter.isPlain(utf8) else {
      self.begin(name, room: 0) { _ in }
      return self.append(quoted: utf8)
    }
    self.begin(name, room: utf8.count + 2) { room in
      room.put(UInt8(ascii: "\""))
      room.put(utf8)
      room.put(UInt8(ascii: "\""))
    }
  }

  /// Writes a name, and after it what `body` puts, which is no more than `room` bytes.
  private mutating func begin(_ name: StaticString, room: Int, _ body: (inout Room) -> Void) {
    let isFirst = self.isFirst
    self.isFirst = false
    self.append(room: room + name.utf8CodeUnitCount + 4) { room in
      if !isFirst { room.put(UInt8(ascii: ",")) }
      room.put(UInt8(ascii: "\""))
      name.withUTF8Buffer { room.put($0) }
      room.put(UInt8(ascii: "\""))
      room.put(UInt8(ascii: ":"))
      body(&room)
    }
  }

  private mutating func append(room: Int = 1, _ body: (inout Room) -> Void) {
    if self.bytes.count - self.end < room {
      self.bytes += Array(repeating: 0, count: max(self.bytes.count, room))
    }
    self.end = self.bytes.withUnsafeMutableBufferPointer { bytes in
      var room = Room(bytes: bytes, end: self.end)
      body(&room)
      return room.end
    }
  }

  private mutating func append(_ value: JSONValue) {
    var writer = JSONWriter(isCanonical: false)
    writer.write(value)
    writer.bytes.withUnsafeBufferPointer { bytes in
      self.append(room: bytes.count) { $0.put(bytes) }
    }
  }

  private mutating func append(quoted utf8: UnsafeBufferPointer<UInt8>) {
    guard JSONWriter.isPlain(utf8) else {
      return self.append(.string(String(decoding: utf8, as: UTF8.self)))
    }
    self.append(room: utf8.count + 2) { room in
      room.put(UInt8(ascii: "\""))
      room.put(utf8)
      room.put(UInt8(ascii: "\""))
    }
  }
}

/// Where the next bytes go. What does not fit is not written: whoever asks for room says how much.
private struct Room {
  let bytes: UnsafeMutableBufferPointer<UInt8>
  var end: Int

  mutating func put(_ byte: UInt8) {
    guard self.end < self.bytes.count else { return }
    self.bytes[self.end] = byte
    self.end += 1
  }

  mutating func put(_ source: UnsafeBufferPointer<UInt8>) {
    guard let from = source.baseAddress, let base = self.bytes.baseAddress,
      source.count <= self.bytes.count - self.end
    else { return }
    (base + self.end).update(from: from, count: source.count)
    self.end += source.count
  }

  mutating func put(writing write: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
    let rest = UnsafeMutableBufferPointer(rebasing: self.bytes[self.end...])
    self.end += min(max(0, write(rest)), rest.count)
  }

  mutating func put(_ number: Int64) {
    if number < 0 { self.put(UInt8(ascii: "-")) }
    var (rest, place) = (number.magnitude, self.end + 1)
    while rest >= 10 {
      rest /= 10
      place += 1
    }
    guard place <= self.bytes.count else { return }
    self.end = place
    rest = number.magnitude
    repeat {
      place -= 1
      self.bytes[place] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
      rest /= 10
    } while rest > 0
  }
}
