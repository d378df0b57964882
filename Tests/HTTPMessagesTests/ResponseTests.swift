import HTTPMessages
import Testing

@Suite("A response")
struct ResponseTests {
  private func received(
    _ text: String, _ method: HTTPMethod = .get, limits: MessageLimits = MessageLimits()
  ) throws -> ReceivedResponse {
    let bytes = Array(text.utf8)
    var parser = ResponseHeadParser(limits: limits)
    guard let whole = try parser.receive(bytes.span, answering: method) else { throw Incomplete() }
    #expect(whole.consumed == bytes.count)
    var singly = ResponseHeadParser(limits: limits)
    var last: ResponseHeadParser.Received?
    for byte in bytes { last = try singly.receive([byte].span, answering: method) }
    #expect(last?.response.head == whole.response.head)
    return whole.response
  }

  @Test("is read into status, fields and framing")
  func ordinary() throws {
    let response = try received(
      "HTTP/1.1 404 Not Found Here\r\nContent-Length: 3\r\nX: y\r\nConnection: x\r\n\r\n")
    #expect(response.head.status == .notFound)
    #expect(response.framing == .contentLength(3))
    #expect(response.keepAlive)
    #expect(response.connectionOptions == ["x"])
    #expect(try received("HTTP/1.1 200\r\n\r\n").head.status == .ok)
    #expect(try received("HTTP/1.1 200 \r\n\r\n").head.status == .ok)
  }

  @Test(
    "has framing that depends on status and method",
    arguments: [
      ("200 OK\r\n", HTTPMethod.get, MessageFraming.untilClose),
      ("200 OK\r\nContent-Length: 0\r\n", .get, .none),
      ("200 OK\r\nContent-Length: 5\r\n", .head, .none),
      ("200 OK\r\nTransfer-Encoding: chunked\r\n", .get, .chunked),
      ("200 OK\r\nTransfer-Encoding: Chunked\r\n", .head, .none),
      ("204 No Content\r\n", .get, .none), ("204 No Content\r\nContent-Length: 0\r\n", .get, .none),
      ("304 Not Modified\r\nContent-Length: 5\r\n", .get, .none),
      ("100 Continue\r\n", .post, .none),
      ("101 Switching Protocols\r\n", .get, .none), ("500 x\r\n", .head, .none),
    ])
  func framing(_ lines: String, _ method: HTTPMethod, _ framing: MessageFraming) throws {
    #expect(try received("HTTP/1.1 \(lines)\r\n", method).framing == framing)
  }

  @Test("of HTTP/1.0 keeps the connection only if it says so")
  func http10() throws {
    let length = "Content-Length: 1\r\n"
    #expect(try !received("HTTP/1.0 200 OK\r\n\(length)\r\n").keepAlive)
    #expect(try received("HTTP/1.0 200 OK\r\n\(length)Connection: keep-alive\r\n\r\n").keepAlive)
    #expect(try !received("HTTP/1.1 200 OK\r\n\(length)Connection: close\r\n\r\n").keepAlive)
    #expect(try !received("HTTP/1.1 200 OK\r\n\r\n").keepAlive)
  }

  @Test(
    "that is malformed is a fault",
    arguments: [
      ("HTTP/1.1 2000 OK\r\n\r\n", ResponseFault.statusLineMalformed),
      ("HTTP/1.1 99 OK\r\n\r\n", .statusLineMalformed), ("HTTP/1.1 099 OK\r\n\r\n", .statusUnknown),
      ("HTTP/1.1 600 OK\r\n\r\n", .statusUnknown),
      ("HTTP/1.1  200 OK\r\n\r\n", .statusLineMalformed),
      ("HTTP/1.1\r\n\r\n", .statusLineMalformed), ("HTTP/2.0 200 OK\r\n\r\n", .versionUnsupported),
      ("HTTP/1.1x 200 OK\r\n\r\n", .versionUnsupported), ("SSH-2.0-x\r\n", .statusLineMalformed),
      ("\r\n", .statusLineMalformed), ("HTTP/1.1 200 \u{0}\r\n\r\n", .statusLineMalformed),
      ("HTTP/1.1 200 OK\n\r\n", .bareLF), ("HTTP/1.1 200 O\rK\r\n\r\n", .bareCR),
      ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", .fieldMalformed),
      ("HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n", .fieldMalformed),
      ("HTTP/1.1 200 OK\r\nX: y\nSet-Cookie: z\r\n\r\n", .bareLF),
      ("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", .bareCR),
      ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .contentLengthMalformed),
      (
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .contentLengthMalformed
      ),
      (
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        .contentLengthWithTransferEncoding
      ),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .transferEncodingUnsupported),
      ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingUnsupported),
      ("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", .contentLengthForbidden),
      ("HTTP/1.1 100 C\r\nTransfer-Encoding: chunked\r\n\r\n", .contentLengthForbidden),
      ("HTTP/1.1 200 OK\r\nConnection: a b\r\n\r\n", .connectionMalformed),
    ])
  func malformed(_ text: String, _ fault: ResponseFault) {
    #expect(throws: fault) { try received(text) }
    #expect(!fault.description.isEmpty)
  }

  @Test("that is too large is a fault")
  func limits() {
    let limits = MessageLimits(startLineBytes: 30, fieldBytes: 30, fieldCount: 2)
    let long = String(repeating: "a", count: 40)
    let start = "HTTP/1.1 200 OK\r\n"
    #expect(throws: ResponseFault.statusLineTooLong) {
      try received("HTTP/1.1 200 \(long)\r\n\r\n", limits: limits)
    }
    #expect(throws: ResponseFault.fieldsTooLarge) {
      try received("\(start)X: \(long)\r\n\r\n", limits: limits)
    }
    #expect(throws: ResponseFault.fieldsTooLarge) {
      try received("\(start)A:\r\nB:\r\nC:\r\n\r\n", limits: limits)
    }
  }

  @Test("after an interim one comes from the same parser")
  func interim() throws {
    let bytes = Array("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n".utf8)
    var parser = ResponseHeadParser()
    let first = try #require(try parser.receive(bytes.span, answering: .get))
    #expect(first.response.head.status.isInformational)
    let rest = Array(bytes[first.consumed...])
    let second = try #require(try parser.receive(rest.span, answering: .get))
    #expect(second.response.head.status == .ok)
    #expect(second.response.head.fields.isEmpty)
  }

  @Test("is written as it will be read")
  func written() throws {
    var fields = HTTPFields()
    try fields.append(name: "Content-Length", value: "2")
    try fields.append(name: "X-Note", value: "  spaced ")
    let bytes = ResponseHead(status: .forbidden, fields: fields).serialized()
    let text = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-Note: spaced\r\n\r\n"
    #expect(String(decoding: bytes, as: UTF8.self) == text)
    #expect(try received(text).head.fields == fields)
  }

  @Test("has a status between 100 and 599")
  func statuses() {
    #expect(HTTPStatus(code: 99) == nil)
    #expect(HTTPStatus(code: 600) == nil)
    #expect(HTTPStatus(code: 418)?.reasonPhrase == "")
    #expect(HTTPStatus.tooManyRequests.reasonPhrase == "Too Many Requests")
  }
}
