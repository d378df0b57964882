import HTTPMessages
import Testing

@Suite("A request head")
struct RequestHeadTests {
  @Test("is read into method, target, fields, authority and framing")
  func ordinary() throws {
    let head = try head(
      "POST /a/b%20c?x=1&y=%C3%A9 HTTP/1.1\r\nHost: API.example:8080\r\n"
        + "Content-Length: 12\r\nX-Note:  two  words \t\r\nConnection: x-note, TE\r\n\r\n")
    #expect(head.method == .post)
    #expect(head.target.path == "/a/b%20c")
    #expect(head.target.query == "x=1&y=%C3%A9")
    #expect(head.authority.host == "api.example")
    #expect(head.authority.port == 8080)
    #expect(head.framing == .contentLength(12))
    #expect(head.fields.first(named: "x-note")?.text == "two  words")
    #expect(head.fields.first(named: "X-NOTE")?.name == "X-Note")
    #expect(head.connectionOptions == ["x-note", "te"])
    #expect(head.keepAlive)
    #expect(!head.expectsContinue)
    #expect(head.version == .http11)
  }

  @Test("in absolute form yields the same path and query")
  func absoluteForm() throws {
    let head = try head("GET http://A.example/x?y HTTP/1.1\r\nHost: a.example:80\r\n\r\n")
    #expect(head.target.form == .absolute)
    #expect(head.target.scheme == "http")
    #expect(head.target.originForm == "/x?y")
    #expect(head.authority.host == "a.example")
    let bare = try HTTPMessagesTests.head("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(bare.target.originForm == "/?q")
  }

  @Test("may ask for the server as a whole with OPTIONS")
  func asterisk() throws {
    let head = try head("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(head.target.form == .asterisk)
    #expect(head.target.originForm == "*")
    #expect(outcome("GET * HTTP/1.1\r\nHost: a\r\n\r\n") == .refused(.targetMalformed))
  }

  @Test("says whether the connection goes on and whether the client waits")
  func connection() throws {
    #expect(try !head(get("Connection: close")).keepAlive)
    #expect(try !head(get("Connection: x, Close")).keepAlive)
    #expect(try head(get("Connection: keep-alive")).keepAlive)
    #expect(try head(post("Content-Length: 1", "Expect: 100-Continue")).expectsContinue)
    #expect(try !head(post("Content-Length: 0", "Expect: 100-continue")).expectsContinue)
  }

  @Test("is followed by the next one at the byte that was left over")
  func pipelining() throws {
    let first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
    let second = "GET /2 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"
    let bytes = Array((first + second + "rest").utf8)
    var parser = RequestHeadParser()
    let one = try #require(try parser.receive(bytes))
    #expect(one.consumed == first.utf8.count)
    #expect(one.head.byteCount == first.utf8.count)
    let two = try #require(try parser.receive(bytes[one.consumed...]))
    #expect(two.head.target.path == "/2")
    #expect(two.head.fields.count == 2)
    #expect(two.consumed == second.utf8.count)
    #expect(!parser.isWithinHead)
  }

  @Test("may come after one empty line, and not after two")
  func leadingEmptyLine() {
    let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    let one = parse([Array(("\r\n" + request).utf8)])
    #expect(one.consumed == request.utf8.count + 2)
    #expect(outcome("\r\n\r\n" + request) == .refused(.requestLineMalformed))
    #expect(outcome("\n" + request) == .refused(.bareLF))
  }

  @Test("that is refused once stays refused")
  func poisoned() {
    var parser = RequestHeadParser()
    #expect(throws: RequestRefusal.methodMalformed) { try parser.receive(Array("(\r\n".utf8)) }
    #expect(throws: RequestRefusal.methodMalformed) {
      try parser.receive(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
    }
  }

  @Test("that is empty or cut short is incomplete")
  func truncated() {
    let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    for end in 0..<bytes.count {
      #expect(parse([Array(bytes[..<end])]).outcome == .incomplete)
    }
    #expect(parse([]).outcome == .incomplete)
    #expect(parse([[]]).outcome == .incomplete)
  }

  @Test("has limits that are exact")
  func limits() {
    let line = "GET /abc HTTP/1.1\r\n"
    let fields = "Host: a\r\nX: y\r\n\r\n"
    let exact = MessageLimits(
      startLineBytes: line.utf8.count, fieldBytes: fields.utf8.count, fieldCount: 2)
    #expect(outcome(line + fields, limits: exact) != .incomplete)
    var tight = exact
    tight.startLineBytes -= 1
    #expect(outcome(line + fields, limits: tight) == .refused(.requestLineTooLong))
    tight = exact
    tight.fieldBytes -= 1
    #expect(outcome(line + fields, limits: tight) == .refused(.fieldsTooLarge))
    tight = exact
    tight.fieldCount -= 1
    #expect(outcome(line + fields, limits: tight) == .refused(.tooManyFields))
  }

  @Test("that never ends a line is refused at the limit, not later")
  func endless() {
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: 100_000)
    #expect(parse([long]).outcome == .refused(.requestLineTooLong))
    #expect(parse([Array("GET / HTTP/1.1\r\n".utf8), long]).outcome == .refused(.fieldsTooLarge))
    let zeros = [UInt8](repeating: 0, count: 100_000)
    #expect(parse([zeros]).outcome == .refused(.requestLineTooLong))
  }

  @Test("maps every refusal to a status of the framing stage and says what was expected")
  func refusals() {
    let statuses: Set = [400, 413, 414, 431, 501, 505]
    for refusal in RequestRefusal.allCases {
      #expect(statuses.contains(refusal.status.code))
      #expect(!refusal.description.isEmpty)
    }
    #expect(RequestRefusal.methodUnknown.status == .notImplemented)
    #expect(RequestRefusal.versionUnsupported.status == .httpVersionNotSupported)
    #expect(RequestRefusal.requestLineTooLong.status == .uriTooLong)
    #expect(RequestRefusal.fieldsTooLarge.status == .requestHeaderFieldsTooLarge)
    #expect(RequestRefusal.bareLF.status == .badRequest)
  }
}
