import HTTPMessages
import Testing

@Suite("Content and trailers of HTTP/2")
struct HTTP2ContentTests {
  @Test("are as long as announced, in any pieces")
  func exactLength() throws {
    for pieces in [[10], [0, 3, 7, 0], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]] {
      var check = ContentLengthCheck(framing: .contentLength(10))
      for piece in pieces { try check.receive(piece) }
      try check.finish()
    }
  }

  @Test("are refused when longer, at the first byte too many")
  func longer() throws {
    var check = ContentLengthCheck(framing: .contentLength(10))
    try check.receive(10)
    #expect(throws: RequestRefusal.contentLengthDisagrees) { try check.receive(1) }
    // What was refused does not count.
    try check.finish()
  }

  @Test("are refused when shorter")
  func shorter() throws {
    var check = ContentLengthCheck(framing: .contentLength(10))
    try check.receive(9)
    #expect(throws: RequestRefusal.contentLengthDisagrees) { try check.finish() }
  }

  @Test("may have any length that was not announced")
  func unannounced() throws {
    var check = ContentLengthCheck(framing: .chunked)
    try check.receive(.max)
    try check.finish()
  }

  @Test("do not overflow")
  func overflow() throws {
    var check = ContentLengthCheck(framing: .contentLength(.max))
    try check.receive(.max)
    try check.receive(.max)
    try check.receive(1)
    #expect(throws: RequestRefusal.contentLengthDisagrees) { try check.receive(1) }
    try check.receive(-1)
  }

  @Test("accept trailers that carry nothing dangerous")
  func trailers() throws {
    var reader = HTTP2TrailerReader()
    try reader.add(name: "grpc-status".utf8, value: "0".utf8)
    try reader.add(name: "x-checksum".utf8, value: "abc".utf8)
    #expect(reader.fields.map(\.name) == ["grpc-status", "x-checksum"])
  }

  static let badTrailers: [(String, String, RequestRefusal)] = [
    (":path", "/", .pseudoFieldMisplaced), (":status", "200", .pseudoFieldMisplaced),
    ("content-length", "1", .trailerForbidden), ("host", "a", .trailerForbidden),
    ("authorization", "Bearer a", .trailerForbidden), ("dpop", "a", .trailerForbidden),
    ("cookie", "a=1", .trailerForbidden), ("connection", "close", .connectionSpecificField),
    ("transfer-encoding", "chunked", .connectionSpecificField), ("X", "1", .fieldNameNotLowerCase),
    ("", "1", .fieldNameMalformed), ("x", "a\r\nb", .fieldValueMalformed),
    ("content_length", "1", .trailerForbidden),
  ]

  @Test("refuse other trailers", arguments: badTrailers)
  func badTrailer(name: String, value: String, expected: RequestRefusal) {
    var reader = HTTP2TrailerReader()
    #expect(throws: expected) { try reader.add(name: name.utf8, value: value.utf8) }
  }

  @Test("refuse trailers beyond the limits")
  func trailerLimits() throws {
    var reader = HTTP2TrailerReader(limits: MessageLimits(trailerBytes: 64, trailerCount: 2))
    try reader.add(name: "a".utf8, value: "1".utf8)
    try reader.add(name: "b".utf8, value: "1".utf8)
    #expect(throws: RequestRefusal.trailersTooLarge) {
      try reader.add(name: "c".utf8, value: "1".utf8)
    }
    var large = HTTP2TrailerReader(limits: MessageLimits(trailerBytes: 64, trailerCount: 2))
    #expect(throws: RequestRefusal.trailersTooLarge) {
      try large.add(name: "a".utf8, value: String(repeating: "a", count: 64).utf8)
    }
  }

  @Test("go back with :status first, in lower case, without fields about the connection")
  func response() throws {
    var fields = HTTPFields()
    for (name, value) in [
      ("Content-Type", "text/plain"), ("Connection", "X-Hop"), ("X-Hop", "1"),
      ("Transfer-Encoding", "chunked"), ("Keep-Alive", "5"), ("Upgrade", "h2c"),
      ("Proxy-Connection", "close"), ("Content-Length", "3"), ("X-Mine", "a  b"),
    ] { try fields.append(name: name, value: value) }
    let lines = ResponseHead(status: .ok, fields: fields).http2Fields(connectionOptions: ["x-hop"])
    #expect(
      lines?.map { "\($0.name)=\($0.value)" } == [
        ":status=200", "content-type=text/plain", "content-length=3", "x-mine=a  b",
      ])
  }

  @Test("never go back as 101")
  func noSwitching() {
    #expect(ResponseHead(status: .switchingProtocols).http2Fields() == nil)
  }
}
