extension JSONValue {
  /// Parses one JSON document (RFC 8259) by the rules of I-JSON (RFC 7493).
  ///
  /// Stricter than most parsers: a repeated member name, bytes that are not UTF-8, a byte order
  /// mark, a surrogate without its partner, a number beyond double precision and anything after
  /// the value are refused. Unicode noncharacters, which RFC 7493 asks producers to avoid, pass.
  public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
    guard bytes.count <= limits.maximumBytes else {
      throw JSONError(
        .limitExceeded, "the document is longer than \(limits.maximumBytes) bytes",
        at: limits.maximumBytes)
    }
    var parser = JSONParser(bytes, limits)
    self = try parser.document()
  }

  /// Parses one JSON document from any sequence of bytes; see `init(parsing:limits:)`.
  public init(
    parsing bytes: some Sequence<UInt8>, limits: JSONLimits = .standard
  ) throws(JSONError) {
    try self.init(parsing: Array(bytes), limits: limits)
  }

  /// Parses one JSON document from text; offsets in errors count its UTF-8 bytes.
  public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }
}

/// A recursive-descent parser over an index; its depth is bounded by the limits.
struct JSONParser {
  let bytes: [UInt8]
  let limits: JSONLimits
  let maximumDepth: Int
  var position = 0

  init(_ bytes: [UInt8], _ limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
    self.maximumDepth = min(limits.maximumDepth, JSONLimits.deepest)
  }

  mutating func document() throws(JSONError) -> JSONValue {
    skipWhitespace()
    let value = try value(depth: 0)
    skipWhitespace()
    guard position == bytes.count else {
      throw malformed("nothing may follow the JSON value")
    }
    return value
  }

  mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard let byte = peek() else { throw malformed("expected a value, found the end") }
    switch byte {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return .object(try object(depth: try deeper(depth)))
    case UInt8(ascii: "["): return .array(try array(depth: try deeper(depth)))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw malformed("expected a value")
    }
  }

  private func deeper(_ depth: Int) throws(JSONError) -> Int {
    guard depth < maximumDepth else {
      throw JSONError(
        .limitExceeded, "the document is nested deeper than \(maximumDepth) levels", at: position)
    }
    return depth + 1
  }

  private mutating func literal(
    _ text: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let end = position + text.utf8CodeUnitCount
    let matches =
      end <= bytes.count
      && text.withUTF8Buffer { bytes[position..<end].elementsEqual($0) }
    guard matches else { throw malformed("expected a value") }
    position = end
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    position += 1
    skipWhitespace()
    var elements: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      guard elements.count < limits.maximumElements else {
        throw JSONError(
          .limitExceeded, "the array has more than \(limits.maximumElements) elements",
          at: position)
      }
      elements.append(try value(depth: depth))
      skipWhitespace()
      if take(UInt8(ascii: "]")) { return elements }
      guard take(UInt8(ascii: ",")) else { throw malformed("expected ',' or ']' in an array") }
      skipWhitespace()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    position += 1
    skipWhitespace()
    var object = JSONObject()
    if take(UInt8(ascii: "}")) { return object }
    while true {
      try member(of: &object, depth: depth)
      skipWhitespace()
      if take(UInt8(ascii: "}")) { return object }
      guard take(UInt8(ascii: ",")) else { throw malformed("expected ',' or '}' in an object") }
      skipWhitespace()
    }
  }

  private mutating func member(of object: inout JSONObject, depth: Int) throws(JSONError) {
    guard object.count < limits.maximumMembers else {
      throw JSONError(
        .limitExceeded, "the object has more than \(limits.maximumMembers) members", at: position)
    }
    guard peek() == UInt8(ascii: "\"") else { throw malformed("expected a member's name") }
    let start = position
    let name = try string()
    skipWhitespace()
    guard take(UInt8(ascii: ":")) else { throw malformed("expected ':' after a member's name") }
    skipWhitespace()
    let value = try value(depth: depth)
    guard object.append(name: name, value: value) else {
      throw JSONError(.duplicateMember, "a member's name occurs twice in one object", at: start)
    }
  }

  // MARK: - Bytes

  func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  func malformed(_ message: String) -> JSONError {
    JSONError(.malformed, message, at: position)
  }
}
