import HTTPMessages

/// A field as HTTP/2 carries it.
struct Field: Sendable, CustomStringConvertible {
  let name: [UInt8]
  let value: [UInt8]

  init(_ name: String, _ value: String) {
    self.name = Array(name.utf8)
    self.value = Array(value.utf8)
  }

  init(_ name: String, bytes value: [UInt8]) {
    self.name = Array(name.utf8)
    self.value = value
  }

  var description: String {
    "\(String(decoding: name, as: UTF8.self).debugDescription)="
      + String(decoding: value.prefix(60), as: UTF8.self).debugDescription
  }
}

let pseudoFields = [
  Field(":method", "GET"), Field(":scheme", "https"), Field(":authority", "a.example"),
  Field(":path", "/"),
]

/// The fields of a plain request with one pseudo-field replaced, or left out.
func request(_ name: String, _ value: String?) -> [Field] {
  pseudoFields.compactMap { field in
    guard field.name.elementsEqual(name.utf8) else { return field }
    return value.map { Field(name, $0) }
  }
}

func readHead(
  _ fields: [Field], endStream: Bool = true, isSecure: Bool = true,
  limits: MessageLimits = MessageLimits(), rules: PathRules = .strict
) throws(RequestRefusal) -> RequestHead {
  var reader = HTTP2RequestHeadReader(isSecure: isSecure, limits: limits, pathRules: rules)
  for field in fields { try reader.add(name: field.name, value: field.value) }
  return try reader.finish(endStream: endStream)
}

/// Why the request is refused, or nil.
func refusal(
  _ fields: [Field], endStream: Bool = true, isSecure: Bool = true,
  limits: MessageLimits = MessageLimits()
) -> RequestRefusal? {
  do throws(RequestRefusal) {
    _ = try readHead(fields, endStream: endStream, isSecure: isSecure, limits: limits)
    return nil
  } catch {
    return error
  }
}
