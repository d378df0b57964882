import Audit
import IPAddresses
import NIOCore
import StrictJSON
import TestIssuers
import Testing

@testable import GatewayProxy

@Suite("What a listener takes and tells, over sockets")
struct ListeningTests {
  @Test(
    "the PROXY protocol is believed of the proxies alone",
    arguments: [("127.0.0.0/8", true), ("10.0.0.0/8", false)])
  func proxies(_ range: String, _ isProxy: Bool) async throws {
    let range = try #require(IPAddressRange(range))
    var options = TestStage.Options()
    options.configure = { $0.proxies = [range] }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try? await client.send(
          "PROXY TCP4 192.0.2.7 192.0.2.1 40000 80\r\n"
            + "GET /plain HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer \(token)\r\n\r\n"
        )
        let isServed = try await client.read(until: "200 OK")
        #expect(isServed == isProxy)
      }
      let sent = stage.upstream.heads.first?.contains("for=192.0.2.7")
      #expect(sent == (isProxy ? true : nil))
    }
  }

  @Test("a connection on which nothing comes has the time of a head")
  func silent() async throws {
    var options = TestStage.Options()
    options.headTimeout = .milliseconds(200)
    options.configure = { $0.idleTimeout = .hours(1) }
    try await TestStage.run(options) { stage in
      let isAtEnd = try await stage.connect { client in try await client.isAtEnd() }
      #expect(isAtEnd)
    }
  }

  @Test("what comes in floods is told of once a minute, with how often it came")
  func notice() {
    let notice = FloodNotice()
    let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    #expect(notice.count(at: start) == 1)
    for _ in 0..<99 { #expect(notice.count(at: start + .seconds(59)) == nil) }
    #expect(notice.count(at: start + .seconds(60)) == 100)
    #expect(notice.count(at: start + .seconds(61)) == nil)
  }

  @Test("an identity of any length goes on to the service")
  func longIdentity() async throws {
    var options = TestStage.Options()
    options.workload = "/" + String(repeating: "a", count: 1980)
    let id = "spiffe://example.org\(options.workload)"
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token(["sub": .string(id), "client_id": .string(id)])
      #expect(try await stage.request("GET /plain", token: token).status == 200)
      #expect(stage.upstream.heads.first?.contains("gatehouse-subject: \(id)\r\n") == true)
    }
  }

  @Test("the content of a request behind another goes on before it has ended")
  func pipelinedBody() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      let fields = "Host: orders.example\r\nAuthorization: Bearer \(token)\r\n"
      try await stage.connect { client in
        try await client.send(
          "GET /plain HTTP/1.1\r\n\(fields)\r\nPOST /echo HTTP/1.1\r\n\(fields)"
            + "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst.\r\n")
        #expect(try await client.answer().body == "ok")
        #expect(try await client.read(until: "first."))
        try await client.send("0\r\n\r\n")
        #expect(try await client.read(until: "0\r\n\r\n"))
      }
    }
  }

  @Test("content that fails behind its answer's beginning is recorded as what it was")
  func failedBody() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "POST /echo HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\n"
            + "Content-Type: text/plain\nTransfer-Encoding: chunked")
        try await client.send("6\r\nfirst.\r\n")
        #expect(try await client.read(until: "first."))
        try await client.send("no chunk\r\n")
        #expect(try await client.isAtEnd())
      }
      let event = try #require(try await stage.events().first)
      #expect(event.decision?.reasons.contains { $0.hasPrefix("body-malformed") } == true)
    }
  }

  @Test("one faulty stream ends alone")
  func faultyStream() async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        try await client.send(headers: stage.fields("GET", "/stream"), on: 1)
        while client.answers[1]?.text != "hello" { try #require(try await client.readFrame()) }
        try await client.send(headers: stage.fields("GET", "/stream"), on: 3)
        while client.answers[3]?.text != "hello" { try #require(try await client.readFrame()) }
        // More than a window can hold.
        try await client.send(
          .windowUpdate, stream: 3, payload: ByteBuffer(integer: UInt32(0x7fff_ffff)))
        #expect(try await client.answer(on: 3).reset != nil)
        try await client.send(headers: stage.fields("GET", "/plain"), on: 5)
        #expect(try await client.answer(on: 5).text == "ok")
        #expect(client.answers[1]?.isOver == false)
        #expect(client.goAway == nil)
      }
    }
  }

  @Test("clients that open no window keep neither streams nor connections")
  func closedWindows() async throws {
    var options = TestStage.Options()
    options.configure = {
      $0.writeTimeout = .milliseconds(200)
      $0.idleTimeout = .milliseconds(200)
      $0.goodbyeNotice = .milliseconds(100)
    }
    try await TestStage.run(options) { stage in
      try await HTTP2Client.connect(stage, settings: [(4, 0)]) { client in
        client.opensWindows = false
        for index: UInt32 in 0..<50 {
          try await client.send(headers: stage.fields("GET", "/plain"), on: index * 2 + 1)
        }
        try await client.readToEnd()
        #expect(client.goAway?.code == 0)
        #expect(client.answers.count == 50)
        #expect(client.answers.values.allSatisfy { $0.status == 200 && $0.reset != nil })
      }
    }
  }
}
