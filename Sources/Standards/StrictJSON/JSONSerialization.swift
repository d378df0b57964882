extension JSONValue {
  /// The value as compact JSON in UTF-8: no whitespace, members in their order.
  ///
  /// A number that is not finite, which parsing never yields, is written as `null`, as ECMAScript
  /// does.
  public func serialized() -> [UInt8] {
    var writer = JSONWriter(isCanonical: false)
    writer.write(self)
    return writer.bytes
  }

  /// The value in the canonical form of RFC 8785: no whitespace, members sorted by the UTF-16 code
  /// units of their names, numbers as ECMAScript writes them. Unlike there, integers beyond 2^53
  /// keep all of their digits.
  public func canonical() -> [UInt8] {
    var writer = JSONWriter(isCanonical: true)
    writer.write(self)
    return writer.bytes
  }
}

extension JSONObject {
  /// The object as compact JSON; see `JSONValue.serialized()`.
  public func serialized() -> [UInt8] { JSONValue.object(self).serialized() }

  /// The object in canonical form; see `JSONValue.canonical()`.
  public func canonical() -> [UInt8] { JSONValue.object(self).canonical() }
}

struct JSONWriter {
  var bytes: [UInt8] = []
  let isCanonical: Bool

  init(isCanonical: Bool) {
    self.isCanonical = isCanonical
    bytes.reserveCapacity(256)
  }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): write(value)
    case .number(let value): write(value)
    case .string(let value): write(value)
    case .array(let value): write(value)
    case .object(let value): write(value)
    }
  }

  mutating func write(_ number: Int64) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    write(digits: number.magnitude)
  }

  private mutating func write(digits number: UInt64) {
    if number >= 10 { write(digits: number / 10) }
    bytes.append(UInt8(truncatingIfNeeded: number % 10) &+ UInt8(ascii: "0"))
  }

  private mutating func write(_ number: Double) {
    guard number.isFinite else {
      bytes.append(contentsOf: "null".utf8)
      return
    }
    let text = isCanonical ? ECMAScriptNumber(number).text : number.description
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func write(_ elements: [JSONValue]) {
    bytes.append(UInt8(ascii: "["))
    var isFirst = true
    for element in elements {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      write(element)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func write(_ object: JSONObject) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    object.forEachMember(sorted: isCanonical) { name, value in
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      write(name)
      bytes.append(UInt8(ascii: ":"))
      write(value)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      if Self.isPlain(utf8) {
        bytes.append(contentsOf: utf8)
      } else {
        for byte in utf8 { writeEscaped(byte) }
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Whether a text stands between quotation marks as it is.
  static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let bytes = UnsafeRawBufferPointer(text)
    var offset = 0
    // Eight at a time. The highest bit of a byte says whether the byte is one that is looked for; those
    // above the lowest of these may err, which does not matter.
    while offset + 8 <= bytes.count {
      guard Self.isPlain(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) else {
        return false
      }
      offset += 8
    }
    guard bytes.count < 8 else {
      // Some of the last eight are looked at twice.
      return Self.isPlain(bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
    }
    return text.allSatisfy(Self.isPlain)
  }

  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let quote = word ^ (Self.ones &* UInt64(UInt8(ascii: "\"")))
    let slash = word ^ (Self.ones &* UInt64(UInt8(ascii: "\\")))
    let found =
      (word &- Self.ones &* 0x20) & ~word | (quote &- Self.ones) & ~quote
      | (slash &- Self.ones) & ~slash
    return found & (Self.ones &* 0x80) == 0
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private mutating func writeEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0C: bytes.append(contentsOf: "\\f".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0..<0x20:
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(Self.hexDigit(byte >> 4))
      bytes.append(Self.hexDigit(byte & 0x0F))
    default: bytes.append(byte)
    }
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + (nibble - 10)
  }
}
