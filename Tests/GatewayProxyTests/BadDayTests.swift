import Audit
import Credentials
import Gateway
import GatewayProxy
import HTTPMessages
import Inspection
import NIOCore
import SPIFFE
import TestIssuers
import Testing

@Suite("Bad days, over sockets")
struct BadDayTests {
  @Test("a service that cannot be reached, breaks off or talks nonsense is 502")
  func badGateway() async throws {
    var options = TestStage.Options()
    options.upstream = Upstream(origins: [.init(host: "127.0.0.1", port: 1)])
    try await TestStage.run(options) { stage in
      let answer = try await stage.request("GET /hops")
      #expect((answer.status, answer.problem ?? "") == (502, "forward/unreachable"))
    }
    try await TestStage.run { stage in
      for path in ["/close", "/garbage", "/signed"] {
        let answer = try await stage.request("GET \(path)")
        #expect((answer.status, answer.problem ?? "") == (502, "forward/broken"))
      }
      let event = try #require(try await stage.events().first)
      #expect(event.type == .requestRefused)
      #expect(event.decision?.stage == "forward")
    }
  }

  @Test("a service that does not answer in time is 504")
  func timeout() async throws {
    var options = TestStage.Options()
    options.responseTimeout = 1
    try await TestStage.run(options) { stage in
      let answer = try await stage.request("GET /hang")
      #expect((answer.status, answer.problem ?? "") == (504, "forward/timeout"))
    }
  }

  @Test(
    "a response that breaks off is cut, and never looks complete",
    arguments: ["/broken", "/broken-chunks"])
  func cut(_ path: String) async throws {
    try await TestStage.run { stage in
      let answer = try await stage.request("GET \(path)")
      #expect(answer.status == 200)
      #expect(!answer.isComplete)
      let event = try #require(try await stage.events().first)
      #expect(event.decision?.reasons.contains { $0.hasPrefix("response-broken") } == true)
    }
  }

  @Test("an answer before the body has ended arrives, and the connection closes")
  func early() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "POST /early HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\n"
            + "Content-Type: text/plain\nContent-Length: 1000"
        )
        try await client.send("only this")
        let answer = try await client.answer()
        #expect(answer.status == 403)
        #expect(answer.body == "no")
        #expect(answer.field("connection") == "close")
        #expect(try await client.isAtEnd())
      }
      #expect(try await stage.request("GET /plain").body == "ok")
    }
  }

  @Test("a client that goes away ends the request to the service", .timeLimit(.minutes(1)))
  func clientGone() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "GET /stream HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        #expect(try await client.read(until: "hello"))
      }
      var endings = stage.upstream.endings.makeAsyncIterator()
      await endings.next()
      var events = try await stage.events()
      while events.isEmpty { events = try await stage.events() }
      #expect(events.first?.request?.status == 200)
      #expect(stage.live.count == 0)
    }
  }

  @Test("a client that takes nothing of its answer is cut off", .timeLimit(.minutes(1)))
  func stalledClient() async throws {
    var options = TestStage.Options()
    options.configure = { $0.writeTimeout = .milliseconds(200) }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "GET /flood HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        var endings = stage.upstream.endings.makeAsyncIterator()
        await endings.next()
      }
      var events = try await stage.events()
      while events.isEmpty { events = try await stage.events() }
      #expect(events.first?.decision?.reasons.contains { $0.hasPrefix("client-stalled") } == true)
    }
  }

  @Test("a body that does not end in time is refused, however it comes")
  func endlessBody() async throws {
    var options = TestStage.Options()
    options.configure = { $0.bodyTotalTimeout = .milliseconds(200) }
    try await TestStage.run(options) { stage in
      let answer = try await stage.request(
        "POST /plain", "\nContent-Type: text/plain\nContent-Length: 10", body: "ab")
      #expect((answer.status, answer.problem ?? "") == (408, "framing/body-timeout"))
    }
  }

  @Test("a request that takes too long in all is 504, whoever is waited for")
  func totalTimeout() async throws {
    var options = TestStage.Options()
    options.configure = { $0.totalTimeout = .milliseconds(200) }
    try await TestStage.run(options) { stage in
      let unanswered = try await stage.request("GET /hang")
      #expect(unanswered.status == 504)
      #expect(unanswered.problem == "forward/timeout")
      let slow = try await stage.request(
        "POST /hang", "\nContent-Type: text/plain\nContent-Length: 5", body: "he")
      #expect(slow.status == 504)
    }
  }

  @Test("an answer that takes too long in all is cut")
  func totalTimeoutOfAnswers() async throws {
    var options = TestStage.Options()
    // Long enough for the answer to begin.
    options.configure = { $0.totalTimeout = .seconds(10) }
    try await TestStage.run(options) { stage in
      let answer = try await stage.request("GET /stream")
      #expect(answer.status == 200)
      #expect(!answer.isComplete)
      let reasons = try await stage.events().flatMap { $0.decision?.reasons ?? [] }
      #expect(reasons.contains { $0.hasPrefix("took-too-long") })
    }
  }

  @Test("revocation ends an open stream, and the next request is refused")
  func revoked() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "GET /stream HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        #expect(try await client.read(until: "hello"))
        #expect(stage.live.count == 1)
        let workload = try SPIFFEID(parsing: "spiffe://example.org/shop/checkout")
        let world = stage.world.alsoRefusing(
          RevocationView(cutoffs: [Principal(workload): 1_000_100]))
        stage.current.replace(with: world)
        stage.live.closeRefused(by: world)
        #expect(try await client.isAtEnd())
      }
      let answer = try await stage.request("GET /hops")
      #expect((answer.status, answer.problem ?? "") == (401, "credential/workload-revoked"))
      let events = try await stage.events()
      #expect(
        events.contains { event in
          event.decision?.reasons.contains { $0.hasPrefix("credential-revoked") } == true
        })
    }
  }

  @Test("the end of its credential's time ends an open stream, and the record says so")
  func expired() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "GET /stream HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        #expect(try await client.read(until: "hello"))
        stage.live.closeExpired(at: 1_000_299, leeway: 0)
        #expect(stage.live.count == 1)
        stage.live.closeExpired(at: 1_000_300, leeway: 0)
        #expect(try await client.isAtEnd())
      }
      let events = try await stage.events()
      #expect(
        events.contains { event in
          event.decision?.reasons.contains { $0.hasPrefix("credential-expired") } == true
        })
    }
  }

  @Test("noise of any length ends in a refusal or a closed connection, and harms nobody")
  func noise() async throws {
    var options = TestStage.Options()
    options.headTimeout = .seconds(6)
    // Who is answered while sending still has time to see the answer before a reset takes it.
    options.configure = { $0.lingerTimeout = .minutes(1) }
    try await TestStage.run(options) { stage in
      for text in ["\0", "\r\n\r\n\r\n", "é\r\n\r\n", String(repeating: "x", count: 100_000)] {
        try await stage.connect { client in
          // Who is answered before the end may find the connection ended.
          try? await client.send(text)
          let status = try await client.answer().status
          #expect([400, 408, 414, 501].contains(status))
        }
      }
      #expect(try await stage.request("GET /plain").body == "ok")
    }
  }
}
