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
  guard !value.isEmpty, value.count <= 20, value.count == 1 || value.first != UInt8(ascii: "0")
  else { return nil }
  var length: UInt64 = 0
  for byte in value {
    guard byte.isDigit else { return nil }
    let (tenfold, overflow) = length.multipliedReportingOverflow(by: 10)
    let (sum, carry) = tenfold.addingReportingOverflow(UInt64(byte &- 0x30))
    guard !overflow, !carry else { return nil }
    length = sum
  }
  return length
}

/// The options of Connection in lower case, or nil if one of them is no token.
func connectionOptions(of fields: HTTPFields) -> [String]? {
  guard let first = fields.first(.connection) else { return [] }
  if fields.count(of: .connection) == 1, let options = UsualConnection.options(of: first) {
    return options
  }
  let members = fields.listMembers(named: "connection")
  guard members.allSatisfy({ HTTPField.isValidName($0) }) else { return nil }
  return members.map(\.lowercasedText)
}

/// What nearly every Connection says, for which nothing is made.
private enum UsualConnection {
  private static let all = ["keep-alive", "close"].map { (name: Array($0.utf8), options: [$0]) }

  static func options(of field: HTTPField) -> [String]? {
    let bytes = field.storage.span
    for usual in all where bytes.equalsIgnoringCase(field.line.value, usual.name.span) {
      return usual.options
    }
    return nil
  }
}
