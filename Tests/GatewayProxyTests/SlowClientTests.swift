import Audit
import Gateway
import GatewayProxy
import HTTPMessages
import NIOCore
import TestIssuers
import Testing

/// Whoever is slow costs itself, and nobody else.
@Suite("Slow clients, over sockets")
struct SlowClientTests {
  /// Opens further clients, one within the other, so that all of them are there at once.
  static func with(
    _ count: Int, _ stage: TestStage, opened: [TestClient] = [],
    begin: @Sendable (inout TestClient) async throws -> Void,
    then body: (inout [TestClient]) async throws -> Void
  ) async throws {
    guard opened.count < count else {
      var clients = opened
      return try await body(&clients)
    }
    try await stage.connect { client in
      try await begin(&client)
      try await Self.with(count, stage, opened: opened + [client], begin: begin, then: body)
    }
  }

  static func upload(_ token: String, _ length: Int, _ more: String = "") -> String {
    "POST /plain HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\n"
      + "Content-Type: text/plain\nContent-Length: \(length)\(more)"
  }

  @Test("content that was announced and does not come takes no connection to the service")
  func announced() async throws {
    var options = TestStage.Options()
    options.configure = { $0.upstream.connections = 2 }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await Self.with(20, stage) { client in
        try await client.send(head: Self.upload(token, 4, "\nExpect: 100-continue"))
        #expect(try await client.answer(wantsInterim: true).status == 100)
      } then: { (clients: inout [TestClient]) async throws in
        #expect(stage.upstream.heads.isEmpty)
        for _ in 0..<4 { #expect(try await stage.request("GET /plain").body == "ok") }
        let small = "\nContent-Type: text/plain\nContent-Length: 2"
        #expect(try await stage.request("POST /plain", small, body: "ab").body == "ok")
        for index in clients.indices {
          try await clients[index].send("abcd")
          #expect(try await clients[index].answer().body == "ok")
        }
        #expect(stage.upstream.heads.count == 25)
      }
    }
  }

  @Test("content that comes slowly leaves connections to the service for others")
  func slowly() async throws {
    var options = TestStage.Options()
    options.configure = { $0.upstream.connections = 2 }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await Self.with(20, stage) { client in
        try await client.send(head: Self.upload(token, 5, "\nExpect: 100-continue"))
        #expect(try await client.answer(wantsInterim: true).status == 100)
        try await client.send("a")
      } then: { (clients: inout [TestClient]) async throws in
        for _ in 0..<8 { #expect(try await stage.request("GET /plain").body == "ok") }
        let small = "\nContent-Type: text/plain\nContent-Length: 2"
        for _ in 0..<8 {
          #expect(try await stage.request("POST /plain", small, body: "ab").body == "ok")
        }
        // Those that are under way do go on.
        for index in clients.indices {
          try await clients[index].send("bcde")
          #expect(try await clients[index].answer().body == "ok")
        }
      }
    }
  }

  @Test("large content that finds no room among others is 503 in the end")
  func noRoom() async throws {
    var options = TestStage.Options()
    options.responseTimeout = 1
    options.configure = { $0.upstream.connections = 1 }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      // More than there are event loops and connections.
      try await Self.with(40, stage) { client in
        try await client.send(head: Self.upload(token, 100_000, "\nExpect: 100-continue"))
        #expect(try await client.answer(wantsInterim: true).status == 100)
        try await client.send(String(repeating: "x", count: 50_000))
      } then: { (clients: inout [TestClient]) async throws in
        let last = clients.count - 1
        let answer = try await clients[last].answer()
        #expect((answer.status, answer.problem ?? "") == (503, "forward/no-capacity"))
        #expect(answer.field("connection") == "close")
      }
    }
  }

  @Test("a service that waits for the client's content is not late")
  func notToBlame() async throws {
    var options = TestStage.Options()
    options.responseTimeout = 1
    options.configure = { $0.bodyTimeout = .seconds(2) }
    try await TestStage.run(options) { stage in
      let answer = try await stage.request(
        "POST /plain", "\nContent-Type: text/plain\nContent-Length: 10", body: "ab")
      #expect((answer.status, answer.problem ?? "") == (408, "framing/body-timeout"))
    }
  }

  @Test("heads that do not end cost a connection each, for as long as one may take")
  func heads() async throws {
    var options = TestStage.Options()
    options.headTimeout = .seconds(6)
    try await TestStage.run(options) { stage in
      try await Self.with(50, stage) { client in
        try await client.send("GET /plain HTTP/1.1\r\nHost: ord")
      } then: { (clients: inout [TestClient]) async throws in
        #expect(try await stage.request("GET /plain").body == "ok")
        for index in clients.indices {
          #expect(try await clients[index].answer().status == 408)
          #expect(try await clients[index].isAtEnd())
        }
      }
    }
  }

  @Test("connections that lie idle are closed")
  func idle() async throws {
    var options = TestStage.Options()
    options.configure = { $0.idleTimeout = .seconds(1) }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await Self.with(50, stage) { client in
        try await client.send(
          head: "GET /plain HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        #expect(try await client.answer().body == "ok")
      } then: { (clients: inout [TestClient]) async throws in
        for index in clients.indices { #expect(try await clients[index].isAtEnd()) }
      }
    }
  }

  @Test("a client that takes nothing stops the service from sending")
  func reader() async throws {
    var options = TestStage.Options()
    options.configure = { $0.writeTimeout = .milliseconds(1500) }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "GET /flood HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        #expect(try await stage.request("GET /plain").body == "ok")
        var endings = stage.upstream.endings.makeAsyncIterator()
        await endings.next()
        // What the buffers of four sockets hold, which Linux lets grow to 36 MiB a pair, and no more.
        #expect(stage.upstream.floodedBytes < 96 << 20)
      }
    }
  }

  @Test(
    "a client that takes nothing gives way to one that waits for its connection",
    .timeLimit(.minutes(1)))
  func givesWay() async throws {
    var options = TestStage.Options()
    options.hasOneLoop = true
    options.configure = {
      $0.upstream.connections = 1
      $0.upstream.connectTimeout = .minutes(5)
      $0.writeTimeout = .minutes(10)
    }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "GET /flood HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        while stage.live.count < 1 { await Task.yield() }
        #expect(try await stage.request("GET /plain").body == "ok")
      }
      let reasons = try await stage.events().flatMap { $0.decision?.reasons ?? [] }
      #expect(reasons.contains { $0.hasPrefix("client-stalled") })
    }
  }

  @Test(
    "one source has so many connections and no more, and gets others when some have ended",
    .timeLimit(.minutes(1)))
  func perSource() async throws {
    var options = TestStage.Options()
    options.configure = { $0.connectionsPerSource = 5 }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      let head = "GET /plain HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)"
      try await Self.with(5, stage) { client in
        try await client.send(head: head)
        #expect(try await client.answer().body == "ok")
      } then: { (clients: inout [TestClient]) async throws in
        for _ in 0..<3 {
          #expect(try await stage.connect { try await $0.isAtEnd() })
        }
        try await clients[0].send(head: head)
        #expect(try await clients[0].answer().body == "ok")
      }
      var answer: TestClient.Answer?
      while answer == nil {
        try Task.checkCancellation()
        answer = try? await stage.request("GET /plain")
      }
      #expect(answer?.body == "ok")
    }
  }

  @Test("all clients together have so many connections and no more")
  func connections() async throws {
    var options = TestStage.Options()
    options.configure = { $0.maximumConnections = 5 }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      let head = "GET /plain HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)"
      try await Self.with(5, stage) { client in
        try await client.send(head: head)
        #expect(try await client.answer().body == "ok")
      } then: { (clients: inout [TestClient]) async throws in
        #expect(try await stage.connect { try await $0.isAtEnd() })
        try await clients[4].send(head: head)
        #expect(try await clients[4].answer().body == "ok")
      }
    }
  }
}
