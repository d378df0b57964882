import HTTPMessages
import Testing

/// A field block and what must become of it.
struct HostileBlock: Sendable, CustomTestStringConvertible {
  let what: String
  let fields: [Field]
  let refusal: RequestRefusal

  init(_ what: String, _ fields: [Field], _ refusal: RequestRefusal) {
    self.what = what
    self.fields = fields
    self.refusal = refusal
  }

  var testDescription: String { what }
}

@Suite("A hostile HTTP/2 request")
struct HTTP2HostileTests {
  static let pseudo: [HostileBlock] = [
    HostileBlock("no fields", [], .pseudoFieldMissing),
    HostileBlock("no method", request(":method", nil), .pseudoFieldMissing),
    HostileBlock("no scheme", request(":scheme", nil), .pseudoFieldMissing),
    HostileBlock("no path", request(":path", nil), .pseudoFieldMissing),
    HostileBlock("neither authority nor host", request(":authority", nil), .hostMissing),
    HostileBlock("empty path", request(":path", ""), .targetMalformed),
    HostileBlock("empty method", request(":method", ""), .methodMalformed),
    HostileBlock("empty scheme", request(":scheme", ""), .targetScheme),
    HostileBlock("empty authority", request(":authority", ""), .hostMalformed),
    HostileBlock("repeated method", pseudoFields + [Field(":method", "GET")], .pseudoFieldRepeated),
    HostileBlock("repeated path", pseudoFields + [Field(":path", "/admin")], .pseudoFieldRepeated),
    HostileBlock(
      "repeated authority", pseudoFields + [Field(":authority", "a.example")], .pseudoFieldRepeated),
    HostileBlock(
      "repeated scheme", pseudoFields + [Field(":scheme", "https")], .pseudoFieldRepeated),
    HostileBlock(
      "pseudo-field after a field", [Field("accept", "*/*")] + pseudoFields, .pseudoFieldMisplaced),
    HostileBlock("unknown pseudo-field", pseudoFields + [Field(":x", "y")], .pseudoFieldUnknown),
    HostileBlock("a response's", pseudoFields + [Field(":status", "200")], .pseudoFieldUnknown),
    HostileBlock("a colon alone", pseudoFields + [Field(":", "y")], .pseudoFieldUnknown),
    HostileBlock("upper-case pseudo", pseudoFields + [Field(":Path", "/")], .pseudoFieldUnknown),
    HostileBlock(
      "CONNECT", [Field(":method", "CONNECT"), Field(":authority", "a:443")], .methodUnknown),
    HostileBlock(
      "extended CONNECT",
      [Field(":method", "CONNECT"), Field(":protocol", "websocket")], .extendedConnect),
    HostileBlock("TRACE", request(":method", "TRACE"), .methodUnknown),
    HostileBlock("scheme of plain text", request(":scheme", "http"), .schemeDisagrees),
    HostileBlock("scheme of files", request(":scheme", "file"), .targetScheme),
    HostileBlock("scheme with host", request(":scheme", "https://x"), .targetScheme),
    HostileBlock(
      "host of another", pseudoFields + [Field("host", "b.example")], .hostDisagrees),
    HostileBlock(
      "host with another port", pseudoFields + [Field("host", "a.example:80")], .hostDisagrees),
    HostileBlock(
      "second host",
      pseudoFields + [Field("host", "a.example"), Field("host", "a.example")], .hostRepeated),
    HostileBlock("empty host", pseudoFields + [Field("host", "")], .hostMalformed),
    HostileBlock("userinfo", request(":authority", "u@a.example"), .hostMalformed),
    HostileBlock("authority with path", request(":authority", "a.example/x"), .hostMalformed),
  ]

  @Test("is refused for its pseudo-fields", arguments: pseudo)
  func pseudoFieldsRefused(block: HostileBlock) {
    #expect(refusal(block.fields) == block.refusal)
  }

  static let names: [(String, RequestRefusal)] = [
    ("", .fieldNameMalformed), ("Accept", .fieldNameNotLowerCase), ("x-A", .fieldNameNotLowerCase),
    ("x y", .fieldNameMalformed), ("x:", .fieldNameMalformed), ("x:y", .fieldNameMalformed),
    ("x\r\ny", .fieldNameMalformed), ("x\n", .fieldNameMalformed), ("x\0", .fieldNameMalformed),
    ("x\r\nhost: evil", .fieldNameMalformed),
    ("transfer-encoding: chunked\r\nx", .fieldNameMalformed),
    ("é", .fieldNameMalformed), (" host", .fieldNameMalformed), ("host ", .fieldNameMalformed),
    ("content_length", .framingLookAlike), ("transfer_encoding", .framingLookAlike),
    ("Transfer-Encoding", .fieldNameNotLowerCase), ("Content-Length", .fieldNameNotLowerCase),
  ]

  @Test("is refused for a field's name", arguments: names)
  func namesRefused(name: String, expected: RequestRefusal) {
    #expect(refusal(pseudoFields + [Field(name, "1")]) == expected)
  }

  static let values = [
    "a\r\nx: y", "a\nb", "a\rb", "a\0b", "\r\n", "\u{7F}", "\u{1}", " a", "a ", "\ta", "a\t", " ",
    "a\r\n\r\nGET /admin HTTP/1.1\r\nHost: a.example\r\n\r\n",
  ]

  @Test("is refused for a field's value", arguments: values)
  func valuesRefused(value: String) {
    #expect(refusal(pseudoFields + [Field("x", value)]) == .fieldValueMalformed)
    #expect(refusal(pseudoFields + [Field("cookie", value)]) == .fieldValueMalformed)
    #expect(refusal(pseudoFields + [Field("host", value)]) == .fieldValueMalformed)
  }

  static let connectionFields = [
    ("connection", "close"), ("connection", "x-secret"), ("keep-alive", "timeout=5"),
    ("proxy-connection", "keep-alive"), ("transfer-encoding", "chunked"),
    ("transfer-encoding", "identity"), ("transfer-encoding", ""), ("upgrade", "h2c"),
    ("upgrade", "websocket"), ("http2-settings", "AAMAAABkAAQAAP__"),
  ]

  @Test("is refused for a field about the connection", arguments: connectionFields)
  func connectionFieldsRefused(name: String, value: String) {
    #expect(refusal(pseudoFields + [Field(name, value)]) == .connectionSpecificField)
  }

  @Test("is refused for te other than trailers", arguments: ["gzip", "trailers, gzip", "", "x"])
  func transferCodingsRefused(value: String) {
    #expect(refusal(pseudoFields + [Field("te", value)]) == .teNotTrailers)
  }

  static let lengths = [
    "", "+1", "-1", "1,1", "1, 1", "0x1", "01", "1.0", "abc", "18446744073709551616",
    "99999999999999999999999",
  ]

  @Test("is refused for a malformed length", arguments: lengths)
  func lengthsRefused(value: String) {
    let fields = request(":method", "POST") + [Field("content-length", value)]
    #expect(refusal(fields, endStream: false) == .contentLengthMalformed)
  }

  @Test("is refused for two lengths, equal or not", arguments: ["5", "6"])
  func twoLengths(second: String) {
    let fields =
      request(":method", "POST") + [Field("content-length", "5"), Field("content-length", second)]
    #expect(refusal(fields, endStream: false) == .contentLengthRepeated)
  }

  @Test("has no use of a reader after a refusal that would let it through")
  func refusedFieldAddsNothing() {
    var reader = HTTP2RequestHeadReader(isSecure: true)
    #expect(throws: RequestRefusal.fieldNameMalformed) {
      try reader.add(name: "x\r\n".utf8, value: "y".utf8)
    }
    #expect(throws: RequestRefusal.self) { try reader.finish(endStream: true) }
  }

  @Test("is refused when it is larger than the limits")
  func limits() {
    let limits = MessageLimits(startLineBytes: 64, fieldBytes: 256, fieldCount: 4)
    let many = pseudoFields + (0..<5).map { Field("x-\($0)", "1") }
    #expect(refusal(many, limits: limits) == .tooManyFields)
    let large = pseudoFields + [Field("x", String(repeating: "a", count: 300))]
    #expect(refusal(large, limits: limits) == .fieldsTooLarge)
    let cookies = pseudoFields + (0..<100).map { _ in Field("cookie", "aaaaaaaa") }
    #expect(refusal(cookies, limits: limits) == .fieldsTooLarge)
    let path = request(":path", "/" + String(repeating: "a", count: 64))
    #expect(refusal(path, limits: limits) == .requestLineTooLong)
    let method = request(":method", String(repeating: "A", count: 40))
    #expect(refusal(method, limits: limits) == .methodUnknown)
    let authority = request(":authority", String(repeating: "a", count: 65))
    #expect(refusal(authority, limits: limits) == .requestLineTooLong)
  }

  @Test("never costs more than its limits, however many empty fields it sends")
  func emptyFields() {
    let fields = pseudoFields + (0..<10_000).map { _ in Field("x", "") }
    #expect(refusal(fields) == .tooManyFields)
    let crumbs = pseudoFields + (0..<100_000).map { _ in Field("cookie", "a") }
    #expect(refusal(crumbs) == .fieldsTooLarge)
  }
}

/// What was published of requests smuggled through the downgrade from HTTP/2 to HTTP/1.1.
@Suite("Smuggling by downgrade")
struct DowngradeSmugglingTests {
  @Test("H2.TE: transfer-encoding hides a second request in the content")
  func transferEncoding() {
    let fields = request(":method", "POST") + [Field("transfer-encoding", "chunked")]
    #expect(refusal(fields, endStream: false) == .connectionSpecificField)
  }

  @Test("H2.CL: content-length is less than the content")
  func contentLength() throws {
    let fields = request(":method", "POST") + [Field("content-length", "0")]
    var check = ContentLengthCheck(framing: try readHead(fields, endStream: false).framing)
    #expect(throws: RequestRefusal.contentLengthDisagrees) { try check.receive(1) }
  }

  @Test("a line end in a value makes a field of the attacker's")
  func lineEndInValue() {
    let fields =
      request(":method", "POST") + [Field("x", "a\r\ntransfer-encoding: chunked")]
    #expect(refusal(fields, endStream: false) == .fieldValueMalformed)
  }

  @Test("a line end in a name makes a field of the attacker's")
  func lineEndInName() {
    let fields = pseudoFields + [Field("x: a\r\ntransfer-encoding", "chunked")]
    #expect(refusal(fields) == .fieldNameMalformed)
  }

  @Test(
    "a line end in a pseudo-field makes a second request",
    arguments: [
      (":method", "GET / HTTP/1.1\r\nhost: evil\r\n\r\nGET", RequestRefusal.methodMalformed),
      (":path", "/ HTTP/1.1\r\nhost: evil\r\n\r\nGET /x", .targetMalformed),
      (":path", "/\r\n", .targetMalformed), (":path", "/\n", .targetMalformed),
      (":authority", "a.example\r\nx: y", .hostMalformed),
      (":scheme", "https\r\nx: y", .targetScheme),
    ])
  func lineEndInPseudoField(name: String, value: String, expected: RequestRefusal) {
    #expect(refusal(request(name, value)) == expected)
  }

  @Test(
    "a space in method or path shifts the request line",
    arguments: [
      (":method", "GET /admin", RequestRefusal.methodMalformed),
      (":method", "GET ", .methodMalformed),
      (":method", " GET", .methodMalformed), (":path", "/ HTTP/1.1", .targetMalformed),
      (":path", "/a b", .targetMalformed), (":path", " /", .targetMalformed),
      (":path", "/\u{A0}", .targetMalformed), (":path", "/\t", .targetMalformed),
    ])
  func spaceInRequestLine(name: String, value: String, expected: RequestRefusal) {
    #expect(refusal(request(name, value)) == expected)
  }

  @Test(
    "an absolute URI in :path names another host",
    arguments: [
      "http://evil.example/", "https://a.example/", "//evil.example/a", "evil.example/", "@evil/",
    ])
  func absolutePath(path: String) {
    let expected: RequestRefusal = path.hasPrefix("//") ? .pathEmptySegment : .targetMalformed
    #expect(refusal(request(":path", path)) == expected)
  }

  @Test("a scheme holds a host and a path")
  func schemeWithURL() {
    #expect(refusal(request(":scheme", "https://evil.example/x?")) == .targetScheme)
  }

  @Test("a second Host routes elsewhere behind the gateway")
  func secondHost() {
    let fields = pseudoFields + [Field("host", "internal.example")]
    #expect(refusal(fields) == .hostDisagrees)
  }

  @Test("content follows a request that may have none")
  func contentAfterGet() throws {
    var check = ContentLengthCheck(framing: try readHead(pseudoFields, endStream: true).framing)
    #expect(throws: RequestRefusal.contentLengthDisagrees) { try check.receive(1) }
  }
}
