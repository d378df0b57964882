/// What every field of HTTP/2 that is no pseudo-field must be, RFC 9113 section 8.2.
enum HTTP2FieldRules {
  /// Checks a field of a request or of its trailers.
  static func check(
    name: some Collection<UInt8>, value: some Collection<UInt8>
  ) throws(RequestRefusal) {
    try check(name: name)
    try check(value: value)
    if isConnectionSpecific(name) { throw .connectionSpecificField }
    if name.elementsEqual("te".utf8), !value.equalsIgnoringCase("trailers") { throw .teNotTrailers }
  }

  /// Whether a field is about one connection, so that HTTP/2 has no place for it, section 8.2.2.
  static func isConnectionSpecific(_ name: some Collection<UInt8>) -> Bool {
    switch name.count {
    case 7: name.equalsIgnoringCase("upgrade")
    case 10: name.equalsIgnoringCase("connection") || name.equalsIgnoringCase("keep-alive")
    case 14: name.equalsIgnoringCase("http2-settings")
    case 16: name.equalsIgnoringCase("proxy-connection")
    case 17: name.equalsIgnoringCase("transfer-encoding")
    default: false
    }
  }

  private static func check(name: some Collection<UInt8>) throws(RequestRefusal) {
    let token = ByteSet.token
    guard !name.isEmpty else { throw .fieldNameMalformed }
    var isLowerCase = true
    for byte in name {
      guard token.contains(byte) else { throw .fieldNameMalformed }
      if byte != byte.lowercased { isLowerCase = false }
    }
    guard isLowerCase else { throw .fieldNameNotLowerCase }
  }

  /// Neither NUL, CR nor LF (nor any other control byte but tab, as in HTTP/1.1), and no blank at
  /// either end, section 8.2.1.
  private static func check(value: some Collection<UInt8>) throws(RequestRefusal) {
    var first: UInt8?
    var last: UInt8?
    for byte in value {
      guard !byte.isControl || byte == .tab else { throw .fieldValueMalformed }
      if first == nil { first = byte }
      last = byte
    }
    guard first?.isBlank != true, last?.isBlank != true else { throw .fieldValueMalformed }
  }
}
