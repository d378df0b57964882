import Audit
import Gateway
import GatewayProxy
import HTTPMessages
import NIOCore
import ServiceLifecycle
import TestIssuers
import Testing

@Suite("Stopping, over sockets")
struct DrainTests {
  @Test("what is under way ends, idle connections close, and nothing new begins")
  func drain() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { idle in
        try await idle.send(
          head: "GET /plain HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        #expect(try await idle.answer().body == "ok")
        try await stage.connect { client in
          try await client.send(
            head: "POST /echo HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\n"
              + "Content-Type: text/plain\nTransfer-Encoding: chunked")
          try await client.send("5\r\nfirst\r\n")
          #expect(try await client.read(until: "first"))
          await stage.listener?.triggerGracefulShutdown()
          #expect(try await idle.isAtEnd())
          try await client.send("6\r\nsecond\r\n0\r\n\r\n")
          #expect(try await client.read(until: "second\r\n0\r\n\r\n"))
          #expect(try await client.isAtEnd())
        }
        await #expect(throws: (any Error).self) { try await stage.request("GET /plain") }
      }
    }
  }

  @Test("a request that begins while the gateway stops is answered for the last time")
  func late() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { idle in
        try await idle.send(
          head: "GET /plain HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        #expect(try await idle.answer().body == "ok")
        try await stage.connect { client in
          try await client.send("GET /plain HTTP/1.1\r\nHost: orders.example\r\n")
          // Another request on the way back and forth, so that this one has been read.
          #expect(try await stage.request("GET /plain").body == "ok")
          await stage.listener?.triggerGracefulShutdown()
          #expect(try await idle.isAtEnd())
          try await client.send("Authorization: Bearer \(token)\r\n\r\n")
          let answer = try await client.answer()
          #expect((answer.body, answer.field("connection") ?? "") == ("ok", "close"))
          #expect(try await client.isAtEnd())
        }
      }
    }
  }

  @Test("who has connected and sent nothing yet may still send a first request")
  func first() async throws {
    var options = TestStage.Options()
    options.hasOneLoop = true
    options.configure = { $0.firstRequestNotice = .minutes(1) }
    options.headTimeout = .minutes(1)
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      let head = "GET /plain HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)"
      try await stage.connect { fresh in
        try await stage.connect { idle in
          try await idle.send(head: head)
          #expect(try await idle.answer().body == "ok")
          await stage.listener?.triggerGracefulShutdown()
          #expect(try await idle.isAtEnd())
        }
        try await fresh.send(head: head)
        let answer = try await fresh.answer()
        #expect((answer.body, answer.field("connection") ?? "") == ("ok", "close"))
        #expect(try await fresh.isAtEnd())
      }
    }
  }

  @Test("who has connected and goes on sending nothing is not waited for", .timeLimit(.minutes(1)))
  func silent() async throws {
    var options = TestStage.Options()
    options.hasOneLoop = true
    options.headTimeout = .minutes(10)
    options.configure = { $0.drainTimeout = .minutes(10) }
    try await TestStage.run(options) { stage in
      try await stage.connect { silent in
        // Its own connection comes first, and has been accepted when this is answered.
        let answer = try await stage.request("GET /plain")
        #expect(answer.body == "ok")
        await stage.listener?.triggerGracefulShutdown()
        #expect(try await silent.isAtEnd())
      }
    }
  }

  @Test("what takes too long is cut off")
  func cut() async throws {
    var options = TestStage.Options()
    options.configure = { $0.drainTimeout = .milliseconds(200) }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(
          head: "GET /stream HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
        #expect(try await client.read(until: "hello"))
        await stage.listener?.triggerGracefulShutdown()
        #expect(try await client.isAtEnd())
      }
      let reasons = try await stage.events().first?.decision?.reasons ?? []
      #expect(reasons.contains { $0.hasPrefix("gateway-stopped") })
    }
  }

  @Test("a second listener takes over the port of one that stops, and no request is lost")
  func takeOver() async throws {
    try await TestStage.run { first in
      try await first.withListener(port: first.port) { second in
        try await withThrowingTaskGroup(of: Int.self) { clients in
          for _ in 0..<8 {
            clients.addTask {
              var failures = 0
              for _ in 0..<100 {
                let answer = try? await second.request("GET /plain")
                if answer?.body != "ok" { failures += 1 }
              }
              return failures
            }
          }
          clients.addTask {
            while second.upstream.heads.count < 200 { await Task.yield() }
            await first.listener?.triggerGracefulShutdown()
            return 0
          }
          while let failures = try await clients.next() { #expect(failures == 0) }
        }
      }
    }
  }
}
