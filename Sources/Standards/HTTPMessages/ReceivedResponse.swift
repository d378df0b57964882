/// The head of another server's response in its one reading, RFC 9112 sections 4 to 6.
public struct ReceivedResponse: Sendable {
  public let version: HTTPVersion
  /// Status and fields as received; reason phrases are not kept.
  public let head: ResponseHead
  /// What content follows, given the method of the request.
  public let framing: MessageFraming
  /// Whether the connection can be used again once the content has been read.
  public let keepAlive: Bool
  /// The options of Connection in lower case: these fields are for that hop only.
  public let connectionOptions: [String]

  init(
    version: HTTPVersion, status: HTTPStatus, fields: HTTPFields, requestMethod: HTTPMethod
  ) throws(ResponseFault) {
    guard let options = HTTPMessages.connectionOptions(of: fields) else {
      throw .connectionMalformed
    }
    let framing = try Self.framing(version, status, fields, requestMethod)
    self.version = version
    self.head = ResponseHead(status: status, fields: fields)
    self.framing = framing
    connectionOptions = options
    keepAlive =
      framing != .untilClose && !options.contains("close")
      && (version == .http11 || options.contains("keep-alive"))
  }

  private static func framing(
    _ version: HTTPVersion, _ status: HTTPStatus, _ fields: HTTPFields, _ method: HTTPMethod
  ) throws(ResponseFault) -> MessageFraming {
    let isCoded = fields.contains(.transferEncoding)
    guard !isCoded || !fields.contains(.contentLength) else {
      throw .contentLengthWithTransferEncoding
    }
    let length = try length(in: fields)
    if isCoded { try checkCoding(of: fields, version) }
    if status.code < 200 || status.code == 204 {
      guard !isCoded, length ?? 0 == 0 else { throw .contentLengthForbidden }
    }
    if method == .head || status.excludesContent { return .none }
    if isCoded { return .chunked }
    guard let length else { return .untilClose }
    return length == 0 ? .none : .contentLength(length)
  }

  private static func length(in fields: HTTPFields) throws(ResponseFault) -> UInt64? {
    guard let field = fields.first(.contentLength) else { return nil }
    guard fields.count(of: .contentLength) == 1, let length = parseContentLength(field.value) else {
      throw .contentLengthMalformed
    }
    return length
  }

  private static func checkCoding(
    of fields: HTTPFields, _ version: HTTPVersion
  ) throws(ResponseFault) {
    guard version == .http11, let coding = fields.first(.transferEncoding),
      fields.count(of: .transferEncoding) == 1, coding.value.equalsIgnoringCase("chunked")
    else { throw .transferEncodingUnsupported }
  }
}
