import HTTPMessages
import Testing

@Suite("The head of an HTTP/2 request")
struct HTTP2HeadTests {
  @Test("reads as the same request over HTTP/1.1 does")
  func sameReading() throws {
    let fields =
      request(":path", "/orders/42?x=1&y=%20") + [
        Field("user-agent", "curl/8"), Field("authorization", "Bearer abc"),
        Field("x-empty", ""), Field("accept", "*/*"),
      ]
    let two = try readHead(fields)
    let one = try head(
      """
      GET /orders/42?x=1&y=%20 HTTP/1.1\r
      host: a.example\r
      user-agent: curl/8\r
      authorization: Bearer abc\r
      x-empty: \r
      accept: */*\r
      \r

      """)
    #expect(two.method == one.method)
    #expect(two.target == one.target)
    #expect(two.authority == one.authority)
    #expect(two.framing == one.framing)
    #expect(two.keepAlive)
    #expect(Array(two.fields) == Array(one.fields))
  }

  @Test("takes host where there is no :authority")
  func hostAlone() throws {
    let read = try readHead(request(":authority", nil) + [Field("host", "b.example:8443")])
    #expect(read.authority == Authority("b.example:8443"))
    #expect(read.fields.all(named: "host").count == 1)
  }

  @Test(
    "holds one Host where :authority and host agree",
    arguments: ["a.example", "A.EXAMPLE", "a.example:443"])
  func agreeingHost(host: String) throws {
    let read = try readHead(pseudoFields + [Field("host", host)])
    #expect(read.fields.all(named: "host").map(\.text) == ["a.example"])
  }

  @Test("joins the pieces of a cookie, wherever they stand")
  func cookies() throws {
    let read = try readHead(
      pseudoFields + [
        Field("cookie", "a=1"), Field("accept", "*/*"), Field("cookie", "b=2"),
        Field("cookie", "c=3"),
      ])
    #expect(read.fields.all(named: "cookie").map(\.text) == ["a=1; b=2; c=3"])
  }

  @Test("announces content of unknown length as chunked")
  func unknownLength() throws {
    #expect(try readHead(request(":method", "POST"), endStream: false).framing == .chunked)
    #expect(try readHead(request(":method", "POST"), endStream: true).framing == .none)
  }

  @Test("announces content of known length with it")
  func knownLength() throws {
    let fields = request(":method", "POST") + [Field("content-length", "17")]
    #expect(try readHead(fields, endStream: false).framing == .contentLength(17))
    #expect(refusal(fields, endStream: true) == .contentLengthDisagrees)
    let none = request(":method", "POST") + [Field("content-length", "0")]
    #expect(try readHead(none, endStream: true).framing == .none)
    #expect(try readHead(none, endStream: false).framing == .none)
  }

  @Test("may expect 100 (Continue)")
  func expectation() throws {
    let fields = request(":method", "PUT") + [Field("expect", "100-continue")]
    #expect(try readHead(fields, endStream: false).expectsContinue)
  }

  @Test("may ask for trailers, in either case")
  func trailersAsked() throws {
    #expect(refusal(pseudoFields + [Field("te", "trailers")]) == nil)
    #expect(refusal(pseudoFields + [Field("te", "Trailers")]) == nil)
  }

  @Test("may be OPTIONS for the whole server")
  func asterisk() throws {
    let fields = [
      Field(":method", "OPTIONS"), Field(":scheme", "https"), Field(":authority", "a.example"),
      Field(":path", "*"),
    ]
    #expect(try readHead(fields).target.form == .asterisk)
  }

  @Test("uses http without TLS")
  func plain() throws {
    #expect(refusal(request(":scheme", "http"), isSecure: false) == nil)
    #expect(refusal(request(":scheme", "HTTPS"), isSecure: true) == nil)
  }

  @Test("obeys the service's path rules")
  func rules() throws {
    let fields = request(":path", "/a%2Fb")
    #expect(refusal(fields) == .pathEncodedSlash)
    #expect(try readHead(fields, rules: .encodedSlashes).target.path == "/a%2Fb")
  }

  @Test("keeps bytes above 0x7F in values")
  func opaqueBytes() throws {
    let read = try readHead(pseudoFields + [Field("x-text", bytes: [0xE9, 0x20, 0xFF])])
    #expect(read.fields.first(named: "x-text").map { Array($0.value) } == [0xE9, 0x20, 0xFF])
  }
}
