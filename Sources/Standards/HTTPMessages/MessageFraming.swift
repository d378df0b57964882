/// How long the content of a message is, RFC 9112 section 6.3.
public enum MessageFraming: Sendable, Hashable {
  /// There is no content.
  case none
  /// This many bytes follow.
  case contentLength(UInt64)
  /// Chunks follow, RFC 9112 section 7.1.
  case chunked
  /// The content ends with the connection; for responses only.
  case untilClose
}

/// Content-Length read as exactly one canonical decimal number: no sign, blank, list or leading
/// zero.
func parseContentLength(_ value: ArraySlice<UInt8>) -> UInt64? {
  guard !value.isEmpty, value.count <= 20, value.allSatisfy(\.isDigit),
    value.count == 1 || value.first != UInt8(ascii: "0")
  else { return nil }
  return UInt64(String(decoding: value, as: UTF8.self))
}

/// The options of Connection in lower case, or nil if one of them is no token.
func connectionOptions(of fields: HTTPFields) -> [String]? {
  let members = fields.listMembers(named: "connection")
  guard members.allSatisfy({ HTTPField.isValidName($0) }) else { return nil }
  return members.map(\.lowercasedText)
}
