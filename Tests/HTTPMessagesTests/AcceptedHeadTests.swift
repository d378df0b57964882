import HTTPMessages
import Testing

@Suite("A proper request head")
struct AcceptedHeadTests {
  static let heads: [String] = [
    get("X: y"), get("X:"), get("X: "), get("X:y"), get("X:\ty\t"), get("X: \u{E9}"), get("x_y: z"),
    get("!#$%&'*+-.^_`|~: z"), get("X: a:b"), get("X: \"quoted, string\""), get("Accept: */*"),
    get("Transfer-Encodings: x"), get("Expect: 100-continue"), get("Connection: , close,,"),
    get("Connection:"), get("X: y", target: "/a/"), get("X: y", target: "/a;b=c/d"),
    get("X: y", target: "/?"), get("X: y", target: "/?a=b&c[d]=e|f"), get("X: y", target: "/a:b@c"),
    get("X: y", target: "/%20%C3%A9%25"), get("X: y", target: "/...;x"), get("X: y", target: "/.a"),
    get("X: y", target: "/a/..b"), get("X: y", target: "/?/../%2e%2F"),
    get("X: y", target: "/?a=%0A"), get("X: y", target: "/!$&'()*+,;=:@-._~"),
    get("X: y", target: "HTTP://a.example/b"), get("X: y", target: "http://a.example:80"),
    "GET / HTTP/1.1\r\nHost: a_b.example\r\n\r\n", "GET / HTTP/1.1\r\nHost:a\r\n\r\n",
    "GET / HTTP/1.1\r\nhOsT: 127.0.0.1:65535\r\n\r\n", "GET / HTTP/1.1\r\nHost: a.\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / HTTP/1.1\r\nHost: [::]\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: [1:2:3:4:5:6:7:8]\r\n\r\n", "GET / HTTP/1.1\r\nHost: [1::]\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: [::ffff:1.2.3.4]\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: [1:2:3:4:5:6:1.2.3.4]\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: [2001:DB8::8:800:200C:417A]:443\r\n\r\n",
    post("Content-Length: 0"), post("Content-Length: 18446744073709551615"),
    post("Transfer-Encoding: chunked"), post("transfer-encoding:\tchunked \t"), post(),
    "DELETE /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n",
  ]

  @Test("is accepted", arguments: heads)
  func accepted(_ text: String) {
    guard case .accepted = outcome(text) else {
      Issue.record("\(outcome(text))")
      return
    }
  }

  @Test("has the same reading, however its bytes are cut", arguments: heads)
  func cutAnywhere(_ text: String) {
    let bytes = Array(text.utf8)
    let whole = parse([bytes])
    let singly = parse(bytes.singly)
    #expect(singly.outcome == whole.outcome)
    #expect(singly.consumed == bytes.count)
    for cut in 0...bytes.count {
      let inTwo = parse([Array(bytes[..<cut]), Array(bytes[cut...]) + Array("NEXT".utf8)])
      #expect(inTwo.outcome == whole.outcome)
      #expect(inTwo.consumed == bytes.count)
    }
  }

  @Test(
    "may have a path that its rules permit",
    arguments: [
      ("/a%2Fb", PathRules.encodedSlashes), ("/a/../b", .dotSegments), ("/a//b", .emptySegments),
      ("/%41", .encodedUnreserved), ("/%2e%2e%2f//%41", .all),
    ])
  func rules(_ path: String, _ rules: PathRules) throws {
    let text = get("X: y", target: path)
    guard case .accepted = parse([Array(text.utf8)], rules: rules).outcome else {
      Issue.record("refused")
      return
    }
    let target = try RequestTarget(Array(path.utf8), method: .get, rules: rules)
    #expect(target.refusal(under: .strict) != nil)
    #expect(target.refusal(under: rules) == nil)
  }

  @Test("never has a path that looks behind an encoded slash for dots unless both are permitted")
  func rulesDoNotHideEachOther() {
    #expect(throws: RequestRefusal.pathDotSegment) {
      try RequestTarget(Array("/a%2f..%2fb".utf8), method: .get, rules: [.encodedSlashes])
    }
    #expect(throws: RequestRefusal.percentEncodedControl) {
      try RequestTarget(Array("/%0a".utf8), method: .get, rules: .all)
    }
  }

  @Test("has a query that can be read as a form")
  func query() throws {
    let items = try head(get("X: y", target: "/?a=1&b=%C3%A9+x&c&=d&&e=f=g")).target.queryItems()
    #expect(items.map(\.name) == ["a", "b", "c", "", "e"])
    #expect(items.map(\.value) == ["1", "é x", "", "d", "f=g"])
    let bad = try head(get("X: y", target: "/?a=%FF")).target
    #expect(throws: RequestRefusal.percentEncodingNotUTF8) { try bad.queryItems() }
  }
}
