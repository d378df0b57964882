/// The head of a request in its one reading, RFC 9112 sections 3 to 6.
///
/// It is handed to many on a request's way, so it is shared and not copied.
public final class RequestHead: Sendable {
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
  /// One of those fields: where it was first, and whether it came again.
  private struct Sole {
    var line: FieldLine?
    var isRepeated = false

    mutating func add(_ another: FieldLine) {
      if line == nil { line = another } else { isRepeated = true }
    }
  }

  private let storage: [UInt8]
  private var host = Sole()
  private var length = Sole()
  private var coding = Sole()
  private var expectation = Sole()
  private var hasLookAlike = false

  init(_ fields: HTTPFields) {
    storage = fields.storage
    for line in fields.lines {
      guard let known = line.kind.known else { continue }
      switch known {
      case .host: host.add(line)
      case .expect: expectation.add(line)
      case .contentLength, .transferEncoding:
        if line.kind.isLookAlike {
          hasLookAlike = true
        } else if known == .contentLength {
          length.add(line)
        } else {
          coding.add(line)
        }
      default: break
      }
    }
  }

  func refuseLookAlikes() throws(RequestRefusal) {
    // Gateway interfaces such as CGI make "_" and "-" one, and would see a second length.
    guard !hasLookAlike else { throw .framingLookAlike }
  }

  func authority(agreeingWith target: RequestTarget) throws(RequestRefusal) -> Authority {
    guard let line = host.line else { throw .hostMissing }
    guard !host.isRepeated else { throw .hostRepeated }
    guard let authority = Authority(in: storage, at: line.value) else { throw .hostMalformed }
    if let named = target.authority, let scheme = target.scheme {
      guard named.agrees(with: authority, scheme: scheme) else { throw .hostDisagrees }
    }
    return authority
  }

  func framing() throws(RequestRefusal) -> MessageFraming {
    guard coding.line == nil || length.line == nil else {
      throw .contentLengthWithTransferEncoding
    }
    if let line = coding.line {
      guard !coding.isRepeated else { throw .transferEncodingRepeated }
      guard storage[line.value].elementsEqual("chunked".utf8) else {
        throw .transferEncodingUnsupported
      }
      return .chunked
    }
    guard let line = length.line else { return .none }
    guard !length.isRepeated else { throw .contentLengthRepeated }
    guard let count = parseContentLength(storage[line.value]) else {
      throw .contentLengthMalformed
    }
    return count == 0 ? .none : .contentLength(count)
  }

  func expectsContinue() throws(RequestRefusal) -> Bool {
    guard let line = expectation.line else { return false }
    guard !expectation.isRepeated, storage[line.value].equalsIgnoringCase("100-continue") else {
      throw .expectationUnknown
    }
    return true
  }
}
