/// What a request is for, RFC 9112 section 3.2, in parts that are checked and read in one way.
///
/// Origin-form and absolute-form yield the same path and query. Asterisk-form is accepted for
/// OPTIONS only; authority-form belongs to CONNECT, which is not implemented.
public struct RequestTarget: Sendable {
  public enum Form: Sendable, Hashable {
    case origin
    case absolute
    case asterisk
  }

  public let form: Form
  /// `http` or `https` for the absolute form, else nil.
  public let scheme: String?
  /// The authority of the absolute form, else nil.
  public let authority: Authority?
  /// The bytes that path and query are part of; a received target shares those of its message.
  let storage: [UInt8]
  let pathRange: Range<Int>
  /// What follows the "?" that follows the path.
  let queryRange: Range<Int>?
  /// Whether the path holds no percent-encoding, and nothing that any ``PathRules`` forbid.
  private let isPlain: Bool

  /// Reads the target of a request with `method`.
  ///
  /// - Throws: one of the `target-…`, `path-…` and `percent-…` refusals.
  public init(
    _ bytes: some BidirectionalCollection<UInt8>, method: HTTPMethod,
    rules: PathRules = .strict
  ) throws(RequestRefusal) {
    let all = Array(bytes)
    guard let first = all.first else { throw .requestLineMalformed }
    if first == UInt8(ascii: "/") {
      try self.init(form: .origin, scheme: nil, authority: nil, pathAndQuery: all, rules)
    } else if all.elementsEqual("*".utf8), method == .options {
      self.init(asterisk: all)
    } else {
      try self.init(absolute: all, method: method, rules)
    }
  }

  /// A target in origin form whose path is plain, in the bytes of its message.
  init(plain storage: [UInt8], path: Range<Int>, query: Range<Int>?) {
    (form, scheme, authority) = (.origin, nil, nil)
    self.storage = storage
    pathRange = path
    queryRange = query
    isPlain = true
  }

  private init(asterisk bytes: [UInt8]) {
    (form, scheme, authority) = (.asterisk, nil, nil)
    storage = bytes
    pathRange = 0..<bytes.count
    queryRange = nil
    isPlain = false
  }

  private init(
    absolute bytes: [UInt8], method: HTTPMethod, _ rules: PathRules
  ) throws(RequestRefusal) {
    let (scheme, rest) = try Self.scheme(of: bytes)
    let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
    let name = rest[..<end]
    guard !name.contains(UInt8(ascii: "@")) else { throw .targetUserinfo }
    guard let authority = Authority(name) else { throw .targetMalformed }
    var target = Array(rest[end...])
    if target.first != UInt8(ascii: "/") { target.insert(UInt8(ascii: "/"), at: 0) }
    try self.init(
      form: .absolute, scheme: scheme, authority: authority, pathAndQuery: target, rules)
  }

  private static func scheme(
    of bytes: [UInt8]
  ) throws(RequestRefusal) -> (String, ArraySlice<UInt8>) {
    for scheme in ["http", "https"] {
      let prefix = "\(scheme)://"
      if bytes.prefix(prefix.utf8.count).equalsIgnoringCase(prefix) {
        return (scheme, bytes.dropFirst(prefix.utf8.count))
      }
    }
    let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
    let allowed = ByteSet.scheme
    guard let colon, colon > 0, bytes[..<colon].allSatisfy({ allowed.contains($0) }),
      bytes[colon...].starts(with: "://".utf8)
    else { throw .targetMalformed }
    throw .targetScheme
  }

  private init(
    form: Form, scheme: String?, authority: Authority?, pathAndQuery: [UInt8],
    _ rules: PathRules
  ) throws(RequestRefusal) {
    guard !pathAndQuery.contains(UInt8(ascii: "#")) else { throw .targetFragment }
    let mark = pathAndQuery.firstIndex(of: UInt8(ascii: "?"))
    let pathBytes = pathAndQuery[..<(mark ?? pathAndQuery.endIndex)]
    try Self.checkBytes(of: pathBytes, allowed: .path)
    try rules.check(pathBytes)
    pathRange = pathBytes.startIndex..<pathBytes.endIndex
    queryRange = mark.map { ($0 + 1)..<pathAndQuery.endIndex }
    if let queryRange { try Self.checkBytes(of: pathAndQuery[queryRange], allowed: .query) }
    storage = pathAndQuery
    isPlain = false
    (self.form, self.scheme, self.authority) = (form, scheme, authority)
  }

  /// Every byte is allowed or part of a percent-encoding of anything but NUL.
  private static func checkBytes(
    of bytes: ArraySlice<UInt8>, allowed: ByteSet
  ) throws(RequestRefusal) {
    var rest = bytes.makeIterator()
    while let byte = rest.next() {
      if allowed.contains(byte) { continue }
      guard byte == UInt8(ascii: "%") else { throw .targetMalformed }
      guard let high = rest.next()?.hexDigitValue, let low = rest.next()?.hexDigitValue else {
        throw .percentEncodingMalformed
      }
      guard high | low != 0 else { throw .percentEncodedControl }
    }
  }
}

extension RequestTarget {
  /// The bytes of the path as sent, beginning with "/"; "*" for the asterisk form.
  public var pathBytes: ArraySlice<UInt8> { storage[pathRange] }

  /// The path as sent, beginning with "/"; "*" for the asterisk form. Made when asked for.
  public var path: String { String(decoding: pathBytes, as: UTF8.self) }

  /// The bytes that follow the first "?", as sent; nil where there is none.
  public var queryBytes: ArraySlice<UInt8>? { queryRange.map { storage[$0] } }

  /// What follows the first "?", as sent; nil where there is none. Made when asked for.
  public var query: String? { queryBytes.map { String(decoding: $0, as: UTF8.self) } }

  /// The bytes of ``originForm``.
  public var originFormBytes: ArraySlice<UInt8> {
    storage[pathRange.lowerBound..<(queryRange ?? pathRange).upperBound]
  }

  /// The target in origin form (asterisk form stays), as it goes to the next server.
  public var originForm: String { String(decoding: originFormBytes, as: UTF8.self) }

  /// Why this path breaks `rules`, or nil; for rules that are known only after routing.
  public func refusal(under rules: PathRules) -> RequestRefusal? {
    guard form != .asterisk, !isPlain else { return nil }
    do {
      try rules.check(pathBytes)
      return nil
    } catch {
      return error
    }
  }

  /// One `name=value` of a query, both decoded.
  public struct QueryItem: Sendable, Hashable {
    public let name: String
    /// Empty both for `name=` and for `name`.
    public let value: String
  }

  /// The query read as `application/x-www-form-urlencoded`, in order: "+" is a space.
  public func queryItems() throws(RequestRefusal) -> [QueryItem] {
    guard let queryBytes else { return [] }
    var items: [QueryItem] = []
    for pair in queryBytes.split(separator: UInt8(ascii: "&")) {
      let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      let name = try PercentEncoding.decode(pair[..<equals], plusIsSpace: true)
      let value = try PercentEncoding.decode(pair[equals...].dropFirst(), plusIsSpace: true)
      items.append(QueryItem(name: name, value: value))
    }
    return items
  }
}

extension RequestTarget: Hashable {
  /// Targets are equal when their form, their authority and their bytes are.
  public static func == (left: RequestTarget, right: RequestTarget) -> Bool {
    left.form == right.form && left.scheme == right.scheme && left.authority == right.authority
      && left.pathBytes == right.pathBytes && left.queryBytes == right.queryBytes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(form)
    hasher.combine(scheme)
    hasher.combine(authority)
    hasher.combine(pathBytes)
    hasher.combine(queryBytes)
  }
}
