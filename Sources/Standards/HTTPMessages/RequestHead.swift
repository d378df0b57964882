/// The head of a request in its one reading, RFC 9112 sections 3 to 6.
public struct RequestHead: Sendable {
  public let method: HTTPMethod
  public let target: RequestTarget
  /// Always HTTP/1.1: everything else is refused.
  public let version: HTTPVersion
  public let fields: HTTPFields
  /// The one Host that was sent; the target's authority, where there is one, agrees with it.
  public let authority: Authority
  /// What content follows: never ``MessageFraming/untilClose``.
  public let framing: MessageFraming
  /// Whether the client wants to go on using the connection.
  public let keepAlive: Bool
  /// Whether the client waits for 100 (Continue) before it sends content that it has announced.
  public let expectsContinue: Bool
  /// The options of Connection in lower case: these fields are for this hop only.
  public let connectionOptions: [String]
  /// The size of the head as it was sent.
  public let byteCount: Int

  init(
    method: HTTPMethod, target: RequestTarget, fields: HTTPFields, byteCount: Int
  ) throws(RequestRefusal) {
    let important = FramingFields(fields)
    try important.refuseLookAlikes()
    let authority = try important.authority(agreeingWith: target)
    let framing = try important.framing()
    let expectsContinue = try important.expectsContinue()
    guard let options = HTTPMessages.connectionOptions(of: fields) else {
      throw .connectionMalformed
    }
    self.method = method
    self.target = target
    version = .http11
    self.fields = fields
    self.authority = authority
    self.framing = framing
    keepAlive = !options.contains("close")
    self.expectsContinue = expectsContinue && framing != .none
    connectionOptions = options
    self.byteCount = byteCount
  }
}

/// The fields that decide where a request ends and whom it is for, gathered in one pass.
private struct FramingFields {
  private var hosts: [HTTPField] = []
  private var lengths: [HTTPField] = []
  private var codings: [HTTPField] = []
  private var expectations: [HTTPField] = []
  private var hasLookAlike = false

  init(_ fields: HTTPFields) {
    for field in fields {
      // Lengths of the names looked for; every other field is passed over quickly.
      switch field.nameBytes.count {
      case 4 where field.isNamed("host"): hosts.append(field)
      case 6 where field.isNamed("expect"): expectations.append(field)
      case 14 where field.isNamed("content-length"): lengths.append(field)
      case 14 where field.isNamed("content_length"): hasLookAlike = true
      case 17 where field.isNamed("transfer-encoding"): codings.append(field)
      case 17 where field.isNamed("transfer_encoding"): hasLookAlike = true
      default: break
      }
    }
  }

  func refuseLookAlikes() throws(RequestRefusal) {
    // Gateway interfaces such as CGI make "_" and "-" one, and would see a second length.
    guard !hasLookAlike else { throw .framingLookAlike }
  }

  func authority(agreeingWith target: RequestTarget) throws(RequestRefusal) -> Authority {
    guard let host = hosts.first else { throw .hostMissing }
    guard hosts.count == 1 else { throw .hostRepeated }
    guard let authority = Authority(host.value) else { throw .hostMalformed }
    if let named = target.authority, let scheme = target.scheme {
      guard named.agrees(with: authority, scheme: scheme) else { throw .hostDisagrees }
    }
    return authority
  }

  func framing() throws(RequestRefusal) -> MessageFraming {
    guard codings.isEmpty || lengths.isEmpty else { throw .contentLengthWithTransferEncoding }
    if let coding = codings.first {
      guard codings.count == 1 else { throw .transferEncodingRepeated }
      guard coding.value.elementsEqual("chunked".utf8) else { throw .transferEncodingUnsupported }
      return .chunked
    }
    guard let length = lengths.first else { return .none }
    guard lengths.count == 1 else { throw .contentLengthRepeated }
    guard let count = parseContentLength(length.value) else { throw .contentLengthMalformed }
    return count == 0 ? .none : .contentLength(count)
  }

  func expectsContinue() throws(RequestRefusal) -> Bool {
    guard let expectation = expectations.first else { return false }
    guard expectations.count == 1, expectation.value.equalsIgnoringCase("100-continue") else {
      throw .expectationUnknown
    }
    return true
  }
}
