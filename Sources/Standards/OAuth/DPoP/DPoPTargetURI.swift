/// The URI of a request as `htu` compares it: without query and fragment, normalised by syntax and
/// by scheme (RFC 9449 section 4.3, RFC 3986 sections 6.2.2 and 6.2.3).
public struct DPoPTargetURI: Hashable, Sendable, CustomStringConvertible {
  /// The longest URI that is accepted, in bytes.
  public static let maximumLength = 8_192

  /// The normal form: lower-case scheme and host, no default port, no dot segments, unreserved
  /// characters plain, other escapes in upper case, and a path.
  public let description: String

  /// - Throws: ``InvalidTargetURI`` unless the text is an absolute `http` or `https` URI with a
  ///   host, and without user information, query and fragment.
  public init(parsing text: some StringProtocol) throws(InvalidTargetURI) {
    guard text.utf8.count <= Self.maximumLength else { throw InvalidTargetURI() }
    let bytes = Array(text.utf8)
    guard let scheme = Scheme.allCases.first(where: { $0.begins(bytes) }) else {
      throw InvalidTargetURI()
    }
    let rest = bytes.dropFirst(scheme.prefix.count)
    let authority = rest.prefix { $0 != UInt8(ascii: "/") }
    var normal = Array(scheme.prefix)
    try Self.append(authority: authority, of: scheme, to: &normal)
    try Self.append(path: rest.dropFirst(authority.count), to: &normal)
    self.description = String(decoding: normal, as: UTF8.self)
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.description.utf8.elementsEqual(right.description.utf8)
  }

  private enum Scheme: CaseIterable {
    case https, http

    var prefix: String.UTF8View {
      switch self {
      case .https: "https://".utf8
      case .http: "http://".utf8
      }
    }

    var defaultPort: UInt16 {
      switch self {
      case .https: 443
      case .http: 80
      }
    }

    func begins(_ bytes: [UInt8]) -> Bool {
      bytes.prefix(self.prefix.count).map(URICharacters.lowercased).elementsEqual(self.prefix)
    }
  }

  private static func append(
    authority: ArraySlice<UInt8>, of scheme: Scheme, to normal: inout [UInt8]
  ) throws(InvalidTargetURI) {
    let isLiteral = authority.first == UInt8(ascii: "[")
    let hostEnd =
      isLiteral
      ? authority.firstIndex(of: UInt8(ascii: "]")).map { authority.index(after: $0) }
      : authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
    guard let hostEnd, hostEnd > authority.startIndex else { throw InvalidTargetURI() }
    let host = authority[..<hostEnd]
    guard host.allSatisfy({ URICharacters.isHost($0, isLiteral: isLiteral) }) else {
      throw InvalidTargetURI()
    }
    try Self.append(escaped: host, to: &normal, transform: URICharacters.lowercased)
    let port = try Self.port(authority[hostEnd...])
    if let port, port != scheme.defaultPort { normal.append(contentsOf: ":\(port)".utf8) }
  }

  /// - Parameter text: nothing, a colon alone (both mean the default), or a colon and digits.
  private static func port(_ text: ArraySlice<UInt8>) throws(InvalidTargetURI) -> UInt16? {
    guard let colon = text.first else { return nil }
    let digits = text.dropFirst()
    guard colon == UInt8(ascii: ":"), digits.count <= 5,
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { throw InvalidTargetURI() }
    if digits.isEmpty { return nil }
    guard let port = UInt16(String(decoding: digits, as: UTF8.self)) else {
      throw InvalidTargetURI()
    }
    return port
  }

  private static func append(
    path: ArraySlice<UInt8>, to normal: inout [UInt8]
  ) throws(InvalidTargetURI) {
    guard path.allSatisfy(URICharacters.isPath) else { throw InvalidTargetURI() }
    var plain: [UInt8] = []
    plain.reserveCapacity(path.count)
    try Self.append(escaped: path, to: &plain) { $0 }
    var segments: [ArraySlice<UInt8>] = []
    // Both `.` and `..` at the end leave the slash after what is before them (RFC 3986, 5.2.4).
    var endsWithSlash = true
    for segment in plain.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      endsWithSlash = false
      if segment.elementsEqual(".".utf8) {
        endsWithSlash = true
      } else if segment.elementsEqual("..".utf8) {
        _ = segments.popLast()
        endsWithSlash = true
      } else {
        segments.append(segment)
      }
    }
    for segment in segments {
      normal.append(UInt8(ascii: "/"))
      normal.append(contentsOf: segment)
    }
    if endsWithSlash || segments.isEmpty { normal.append(UInt8(ascii: "/")) }
  }

  /// Appends characters and escapes in their normal form (RFC 3986 sections 6.2.2.1 and 6.2.2.2).
  private static func append(
    escaped text: ArraySlice<UInt8>, to normal: inout [UInt8], transform: (UInt8) -> UInt8
  ) throws(InvalidTargetURI) {
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        normal.append(transform(byte))
        continue
      }
      guard let high = rest.popFirst().flatMap(URICharacters.hexadecimalValue),
        let low = rest.popFirst().flatMap(URICharacters.hexadecimalValue)
      else { throw InvalidTargetURI() }
      let decoded = high << 4 | low
      if URICharacters.isUnreserved(decoded) {
        normal.append(transform(decoded))
      } else {
        normal.append(UInt8(ascii: "%"))
        normal.append(URICharacters.hexadecimalDigit(high))
        normal.append(URICharacters.hexadecimalDigit(low))
      }
    }
  }
}

/// A text is not the URI of an HTTP request without its query. The text is not repeated.
public struct InvalidTargetURI: Error, Hashable, Sendable, CustomStringConvertible {
  init() {}

  public var description: String {
    "the URI of a request is `http` or `https` with a host, without query, fragment and user "
      + "information, such as `https://orders.example/v1/orders`"
  }
}
