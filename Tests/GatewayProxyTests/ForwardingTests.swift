import Audit
import HTTPMessages
import Inspection
import NIOCore
import NIOPosix
import TestIssuers
import Testing

@Suite("Forwarding, over sockets")
struct ForwardingTests {
  @Test("a permitted request is forwarded, answered and recorded")
  func allowed() async throws {
    try await TestStage.run { stage in
      let answer = try await stage.request("GET /hops")
      #expect(answer.status == 200)
      #expect(answer.body == "ok")
      #expect(answer.field("x-kept") == "yes")
      for name in ["x-hop", "keep-alive", "gatehouse-subject"] {
        #expect(answer.field(name) == nil)
      }
      let requestID = try #require(answer.field("x-request-id"))
      #expect(requestID != "theirs")
      let event = try #require(try await stage.events().first)
      #expect(event.type == .requestAllowed)
      #expect(event.workload == "spiffe://example.org/shop/checkout")
      #expect(event.request?.requestID == requestID)
      #expect(event.request?.status == 200)
      #expect(event.request?.bytesOut == 2)
      #expect(event.request?.operation == "get-hops")
      #expect(event.request?.upstreamMilliseconds != nil)
      #expect(event.decision?.revision == 7)
    }
  }

  @Test("identity and hop-by-hop fields stay behind; ours are added")
  func fields() async throws {
    try await TestStage.run { stage in
      let fields = """

        Gatehouse-Subject: spiffe://example.org/admin
        gatehouse_subject: spiffe://example.org/admin
        X-Forwarded-For: 10.0.0.1
        X-Original-URL: /admin
        Forwarded: for=10.0.0.1
        X-HTTP-Method-Override: DELETE
        Connection: x-secret
        X-Secret: 1
        TE: trailers
        X-Request-Id: mine
        X-Untrusted-Request-Id: forged
        X-Kept: yes
        traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
        """
      #expect(try await stage.request("GET /plain?a=b%20c", fields).status == 200)
      let head = try #require(stage.upstream.heads.first).lowercased()
      #expect(head.hasPrefix("get /plain?a=b%20c http/1.1\r\n"))
      #expect(head.contains("gatehouse-subject: spiffe://example.org/shop/checkout\r\n"))
      #expect(head.contains("x-untrusted-request-id: mine\r\n"))
      #expect(head.contains("traceparent: 00-0af7651916cd43dd8448eb211c80319c-"))
      #expect(head.contains("forwarded: for=127.0.0.1;proto=http;host=\"orders.example\"\r\n"))
      #expect(head.contains("x-kept: yes\r\n"))
      for absent in [
        "admin", "gatehouse_subject", "x-forwarded", "x-original", "override", "x-secret",
        "trailers", "authorization", "b7ad6b7169203331", "forged", "10.0.0.1",
      ] {
        #expect(!head.contains(absent), "\(absent) went on")
      }
      let event = try #require(try await stage.events().first)
      #expect(event.request?.traceID == "0af7651916cd43dd8448eb211c80319c")
    }
  }

  @Test(
    "a target goes on byte for byte",
    arguments: [
      "/plain?", "/plain?a%5b1%5D=%7e&b=/?:@!$'()*+,;=~", "/plain?%41=%c3%a9", "/plain?a[1]=2|3",
    ])
  func target(_ target: String) async throws {
    try await TestStage.run { stage in
      _ = try await stage.request("GET \(target)")
      #expect(stage.upstream.heads.first?.hasPrefix("GET \(target) HTTP/1.1\r\n") == true)
    }
  }

  @Test("the token goes on only where the service asks for it")
  func forwardToken() async throws {
    var options = TestStage.Options()
    options.forwardsToken = true
    try await TestStage.run(options) { stage in
      _ = try await stage.request("GET /plain")
      let head = try #require(stage.upstream.heads.first).lowercased()
      #expect(head.contains("authorization: bearer"))
    }
  }

  @Test("pipelined requests are answered in order on one connection")
  func pipelining() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      let request = { (path: String) in
        "GET \(path) HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer \(token)\r\n\r\n"
      }
      try await stage.connect { client in
        let paths = ["/plain", "/hops", "/empty", "/old"]
        try await client.send(paths.map(request).joined())
        #expect(try await client.answer().body == "ok")
        #expect(try await client.answer().field("x-kept") == "yes")
        #expect(try await client.answer().status == 204)
        #expect(try await client.answer().body == "until the end")
      }
    }
  }

  @Test("HEAD and 204 have no content; HEAD keeps the length")
  func noContent() async throws {
    try await TestStage.run { stage in
      let head = try await stage.request("HEAD /plain")
      #expect(head.field("content-length") == "5")
      #expect(head.body.isEmpty)
      let empty = try await stage.request("GET /empty")
      #expect(empty.status == 204)
      #expect(empty.field("transfer-encoding") == nil)
    }
  }

  @Test("bodies stream both ways before either has ended")
  func streaming() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "POST /echo HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\n"
            + "Content-Type: text/plain\nTransfer-Encoding: chunked"
        )
        try await client.send("6\r\nfirst.\r\n")
        #expect(try await client.read(until: "first."))
        try await client.send("7\r\nsecond.\r\n")
        #expect(try await client.read(until: "second."))
        try await client.send("0\r\n\r\n")
        #expect(try await client.read(until: "0\r\n\r\n"))
      }
      let event = try #require(try await stage.events().first)
      #expect(event.request?.bytesIn == 13)
      #expect(event.request?.bytesOut == 13)
    }
  }

  @Test("a large body comes back whole")
  func large() async throws {
    try await TestStage.run { stage in
      let text = String(repeating: "0123456789abcdef", count: 50_000)
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "POST /echo HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\n"
            + "Content-Type: text/plain\nContent-Length: \(text.utf8.count)"
        )
        let outbound = client.outbound
        async let sent: Void = outbound.write(ByteBuffer(string: text))
        let answer = try await client.answer()
        try await sent
        #expect(answer.body == text)
      }
    }
  }

  @Test("what a socket takes in parts arrives whole and in order, and so does the next answer")
  func parts() async throws {
    let text = (0..<1_500_000).map { "\($0);" }.joined()
    try await ScriptedService.run(on: .singleton) { connection in
      while try await connection.readHead() {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
        // The head and a little content leave together, and the rest behind them.
        try await connection.write(answer + text.prefix(5_000))
        try await connection.write(String(text.dropFirst(5_000)))
      }
    } _: { service in
      var options = TestStage.Options()
      options.upstream = Upstream(origins: [.init(host: "127.0.0.1", port: service.port)])
      try await TestStage.run(options) { stage in
        let token = try stage.issuer.token()
        let request = "GET /hops HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)"
        // Ten megabytes do not go through a window of a few kilobytes as fast as the service sends them.
        var beginning = TestBeginning()
        beginning.hasSmallBuffers = true
        try await stage.connect(beginning) { client in
          try await client.send(head: request)
          try await client.send(head: request)
          #expect(try await client.answer().body == text)
          #expect(try await client.answer().body == text)
        }
      }
    }
  }

  @Test("a client that waits for it is told to continue")
  func expectContinue() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "POST /plain HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\n"
            + "Content-Type: text/plain\nContent-Length: 2\nExpect: 100-continue"
        )
        #expect(try await client.answer(wantsInterim: true).status == 100)
        try await client.send("ab")
        #expect(try await client.answer().status == 200)
      }
    }
  }
}
