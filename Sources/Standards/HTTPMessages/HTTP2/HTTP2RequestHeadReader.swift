/// Reads the field block of an HTTP/2 request, RFC 9113 sections 8.2 and 8.3, into the same
/// ``RequestHead`` that HTTP/1.1 gives.
///
/// Every rule of HTTP/2 is checked on the fields as they are added. What passes is written as the
/// head of an HTTP/1.1 request and read by ``RequestHeadParser``: whatever that refuses is refused
/// here, so that a request has one reading whichever way it came, and what cannot be said in
/// HTTP/1.1 never reaches a server that speaks it.
///
/// - `:method`, `:scheme` and `:path` are needed, each pseudo-field once, before all others.
///   CONNECT, extended or not, is refused.
/// - `:scheme` equals the connection's. `:path` is in origin form, or `*` for OPTIONS.
/// - `:authority` or `host` is needed. Where both are sent, they must name the same host and port
///   (RFC 9113 section 8.3.1), and the head holds one Host, with the text of `:authority`.
/// - Pieces of `cookie` become one field (section 8.2.3), the last of the head.
/// - Content without `content-length` is announced as chunked, as it is forwarded to HTTP/1.1; the
///   head then holds the `transfer-encoding` that says so.
public struct HTTP2RequestHeadReader: Sendable {
  public let limits: MessageLimits
  public let pathRules: PathRules
  public let isSecure: Bool
  private var pseudo = HTTP2PseudoFields()
  private var host: [UInt8]?
  private var cookie: [UInt8] = []
  private var lines: [UInt8] = []
  private var fieldCount = 0
  private var hasLength = false
  private var isWithinFields = false

  /// - Parameter isSecure: whether the connection is secured by TLS: then `:scheme` is `https`.
  public init(
    isSecure: Bool, limits: MessageLimits = MessageLimits(), pathRules: PathRules = .strict
  ) {
    self.isSecure = isSecure
    self.limits = limits
    self.pathRules = pathRules
  }

  /// Takes the next field of the block, in the order in which they were sent.
  ///
  /// - Throws: the refusal of the whole request; the reader is of no more use then.
  public mutating func add(
    name: some Collection<UInt8>, value: some Collection<UInt8>
  ) throws(RequestRefusal) {
    if name.first == UInt8(ascii: ":") {
      guard !isWithinFields else { throw .pseudoFieldMisplaced }
      try pseudo.add(name: name, value: value, maximumBytes: limits.startLineBytes)
      return
    }
    isWithinFields = true
    try HTTP2FieldRules.check(name: name, value: value)
    try addField(name: name, value: value)
  }

  /// The head, once all fields of the block were added.
  ///
  /// - Parameter endStream: whether the block ended the request, so that it has no content.
  public mutating func finish(endStream: Bool) throws(RequestRefusal) -> RequestHead {
    let (method, path) = try pseudo.methodAndPath(isSecure: isSecure)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(method.count + path.count + lines.count + cookie.count + 64)
    bytes += method
    bytes.append(.space)
    bytes += path
    bytes += " HTTP/1.1\r\nhost: ".utf8
    bytes += try authority()
    bytes += "\r\n".utf8
    bytes += lines
    if !cookie.isEmpty { Self.append("cookie".utf8, cookie, to: &bytes) }
    if !endStream, !hasLength { bytes += "transfer-encoding: chunked\r\n".utf8 }
    bytes += "\r\n".utf8
    let head = try read(bytes)
    guard !endStream || head.framing == .none else { throw .contentLengthDisagrees }
    return head
  }

  private mutating func addField(
    name: some Collection<UInt8>, value: some Collection<UInt8>
  ) throws(RequestRefusal) {
    guard lines.count + cookie.count + name.count + value.count <= limits.fieldBytes else {
      throw .fieldsTooLarge
    }
    if name.elementsEqual("cookie".utf8) {
      if !cookie.isEmpty { cookie += "; ".utf8 }
      cookie += value
      return
    }
    guard fieldCount < limits.fieldCount else { throw .tooManyFields }
    fieldCount += 1
    if name.elementsEqual("host".utf8) {
      guard host == nil else { throw .hostRepeated }
      host = Array(value)
    } else {
      if name.elementsEqual("content-length".utf8) { hasLength = true }
      Self.append(name, value, to: &lines)
    }
  }

  /// The one authority, in bytes that a Host may hold.
  private func authority() throws(RequestRefusal) -> [UInt8] {
    let named = try pseudo.authority.map(Self.authority)
    let host = try host.map(Self.authority)
    if let named, let host {
      guard named.agrees(with: host, scheme: isSecure ? "https" : "http") else {
        throw .hostDisagrees
      }
    }
    guard let authority = pseudo.authority ?? self.host else { throw .hostMissing }
    return authority
  }

  private static func authority(_ bytes: [UInt8]) throws(RequestRefusal) -> Authority {
    guard let authority = Authority(bytes) else { throw .hostMalformed }
    return authority
  }

  private func read(_ bytes: [UInt8]) throws(RequestRefusal) -> RequestHead {
    var parser = RequestHeadParser(limits: limits, pathRules: pathRules)
    guard let received = try parser.receive(bytes), received.consumed == bytes.count else {
      // No field holds a line end, so the head ends where it was ended here and nowhere else.
      throw .fieldLineMalformed
    }
    return received.head
  }

  private static func append(
    _ name: some Collection<UInt8>, _ value: some Collection<UInt8>, to output: inout [UInt8]
  ) {
    output += name
    output += ": ".utf8
    output += value
    output += "\r\n".utf8
  }
}
