import HTTPMessages
import NIOCore
import TestIssuers
import Testing

@Suite("Framing, over a socket")
struct FramingTests {
  /// Bytes and the status that they earn; long ones are shown in part.
  struct Sample: Sendable, CustomTestStringConvertible {
    let text: String
    let status: Int

    init(_ text: String, _ status: Int) {
      self.text = text
      self.status = status
    }

    var testDescription: String { "\(self.status): \(self.text.prefix(60).debugDescription)" }
  }

  static let samples: [Sample] = [
    Sample("GET\r\n\r\n", 400),
    Sample("GET  /plain HTTP/1.1\r\nHost: orders.example\r\n\r\n", 400),
    Sample("GET /plain HTTP/1.1\r\n\r\n", 400),
    Sample("GET /plain HTTP/1.1\nHost: orders.example\n\n", 400),
    Sample("GET /plain HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    Sample("GET /plain HTTP/1.1\r\nHost : orders.example\r\n\r\n", 400),
    Sample("GET /plain/../x HTTP/1.1\r\nHost: orders.example\r\n\r\n", 400),
    Sample("GET /plain%2fx HTTP/1.1\r\nHost: orders.example\r\n\r\n", 400),
    Sample("GET http://other.example/ HTTP/1.1\r\nHost: orders.example\r\n\r\n", 400),
    Sample(
      "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: orders.example\r\n\r\n", 414),
    Sample(
      "GET /plain HTTP/1.1\r\nHost: orders.example\r\n"
        + "X: \(String(repeating: "a", count: 40_000))\r\n\r\n", 431),
    Sample("BREW /plain HTTP/1.1\r\nHost: orders.example\r\n\r\n", 501),
    Sample("CONNECT orders.example:443 HTTP/1.1\r\nHost: orders.example\r\n\r\n", 501),
    Sample(
      "POST /plain HTTP/1.1\r\nHost: orders.example\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      501
    ),
    Sample("GET /plain HTTP/2.0\r\nHost: orders.example\r\n\r\n", 505),
    Sample("GET /plain HTTP/1.0\r\nHost: orders.example\r\n\r\n", 505),
  ]

  @Test("what is not one request with one reading is refused and closed", arguments: samples)
  func refused(_ sample: Sample) async throws {
    try await TestStage.run { stage in
      try await stage.connect { client in
        try await client.send(sample.text)
        let answer = try await client.answer()
        #expect(answer.status == sample.status)
        #expect(answer.field("connection") == "close")
        #expect(answer.field("x-request-id")?.isEmpty == false)
        #expect(answer.field("content-type") == "application/problem+json")
        #expect(answer.problem?.hasPrefix("framing/") == true)
        #expect(try await client.isAtEnd())
      }
      #expect(stage.upstream.heads.isEmpty)
    }
  }

  @Test(
    "an odd path that its service does not allow closes the connection, and one that it allows goes on"
  )
  func oddPaths() async throws {
    for rules in [PathRules.strict, .all.subtracting(.encodedUnreserved), .encodedUnreserved] {
      let isAllowed = rules == .encodedUnreserved
      var options = TestStage.Options()
      options.pathRules = rules
      try await TestStage.run(options) { stage in
        try await stage.connect { client in
          let request = "GET /%70lain HTTP/1.1\r\nHost: orders.example\r\n\r\n"
          try await client.send(request + request)
          let answer = try await client.answer()
          #expect(answer.status == (isAllowed ? 200 : 400))
          if isAllowed {
            #expect(try await client.answer().status == 200)
          } else {
            #expect(answer.problem == "framing/percent-encoding-not-canonical")
            #expect(answer.field("connection") == "close")
            #expect(try await client.isAtEnd())
          }
        }
        // It goes on as it came.
        let heads = stage.upstream.heads.map { $0.hasPrefix("GET /%70lain HTTP/1.1\r\n") }
        #expect(heads == (isAllowed ? [true, true] : []))
      }
    }
  }

  static let twoReadings = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: +5", "Content-Length: 5, 5", "Content-Length: 0x5",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding : chunked", "Transfer-Encoding:\u{0B}chunked", "Transfer_Encoding: chunked",
    "X: y\r\n Transfer-Encoding: chunked", "X: y\rTransfer-Encoding: chunked",
  ]

  @Test("requests with two readings reach nobody", arguments: twoReadings)
  func smuggling(_ fields: String) async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          "POST /plain HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer \(token)\r\n"
            + "Content-Type: text/plain\r\n\(fields)\r\n\r\n0\r\n\r\n"
            + "GET /hops HTTP/1.1\r\nHost: orders.example\r\n\r\n")
        #expect([400, 501].contains(try await client.answer().status))
        #expect(try await client.isAtEnd())
      }
      #expect(stage.upstream.heads.isEmpty)
    }
  }

  @Test("bad chunks are refused, and nothing after them is read")
  func chunks() async throws {
    for chunk in ["5;a=b\r\nhello\r\n", "g\r\n", "5\r\nhelloXX", "-1\r\n", "5\nhello"] {
      try await TestStage.run { stage in
        let answer = try await stage.request(
          "POST /plain", "\nContent-Type: text/plain\nTransfer-Encoding: chunked", body: chunk)
        #expect(answer.status == 400)
        #expect(answer.field("connection") == "close")
      }
    }
  }

  @Test("a head that does not end is answered with 408")
  func headTimeout() async throws {
    var options = TestStage.Options()
    options.headTimeout = .seconds(6)
    try await TestStage.run(options) { stage in
      let answer = try await stage.raw("GET /plain HTTP/1.1\r\nHost: ord")
      #expect(answer.status == 408)
      #expect(answer.problem == "framing/head-timeout")
    }
  }
}
