/// The request line, RFC 9112 section 3: method, target and version, one space apart.
struct RequestLine: Sendable {
  let method: HTTPMethod
  let target: RequestTarget

  /// Reads a line without its CRLF.
  init(
    _ line: ArraySlice<UInt8>, limits: MessageLimits, rules: PathRules
  ) throws(RequestRefusal) {
    guard !line.contains(.carriageReturn) else { throw .bareCR }
    let parts = line.split(separator: .space, omittingEmptySubsequences: false)
    guard let name = parts.first, HTTPField.isValidName(name) else { throw .methodMalformed }
    guard parts.count == 3 else { throw .requestLineMalformed }
    try Self.checkVersion(parts[2])
    guard name.count <= limits.methodBytes, let method = HTTPMethod(bytes: name) else {
      throw .methodUnknown
    }
    self.method = method
    target = try RequestTarget(parts[1], method: method, rules: rules)
  }

  private static func checkVersion(_ version: ArraySlice<UInt8>) throws(RequestRefusal) {
    if version.elementsEqual("HTTP/1.1".utf8) { return }
    let digits = version.dropFirst(5)
    guard version.starts(with: "HTTP/".utf8), digits.count == 3,
      let major = digits.first, let minor = digits.last, major.isDigit, minor.isDigit,
      digits.dropFirst().first == UInt8(ascii: ".")
    else { throw .versionMalformed }
    throw .versionUnsupported
  }
}
