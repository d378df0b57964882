/// A media type without its parameters, RFC 9110 section 8.3.1.
struct MediaType: Sendable, Hashable {
  let type: String
  let subtype: String

  /// Reads `type/subtype`, with parameters or without; nil if it is malformed.
  init?(_ text: String) {
    let essence = text.utf8.prefix { $0 != UInt8(ascii: ";") }
    let parts = essence.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, let type = Self.token(parts[0].drop(while: Self.isBlank)),
      let subtype = Self.token(parts[1].reversed().drop(while: Self.isBlank).reversed())
    else { return nil }
    self.type = type
    self.subtype = subtype
  }

  var essence: String { "\(type)/\(subtype)" }

  /// Whether `other` is this type, or within this range.
  func covers(_ other: MediaType) -> Bool {
    (type == "*" && subtype == "*")
      || (type == other.type && (subtype == "*" || subtype == other.subtype))
  }

  private static func token(_ bytes: some Collection<UInt8>) -> String? {
    guard !bytes.isEmpty, bytes.allSatisfy(isTokenByte) else { return nil }
    return String(decoding: bytes, as: UTF8.self).lowercased()
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default:
      "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
