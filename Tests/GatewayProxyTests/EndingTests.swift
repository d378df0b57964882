import Audit
import Gateway
import GatewayProxy
import IPAddresses
import Inspection
import NIOCore
import NIOPosix
import Synchronization
import TestIssuers
import Testing

@Suite("How connections to services begin and end, over sockets")
struct EndingTests {
  /// How a service ends the connection that its content ends with.
  enum End: CaseIterable {
    case close, reset, closeTLS, cutTLS

    var usesTLS: Bool { self == .closeTLS || self == .cutTLS }
    var isWhole: Bool { self == .close || self == .closeTLS }
  }

  @Test(
    "content that ends with its connection is whole only where the service said so",
    .timeLimit(.minutes(1)), arguments: End.allCases)
  func untilClose(_ end: End) async throws {
    let certificate = try LoopbackCertificate()
    let (reads, isRead) = AsyncStream<Void>.makeStream()
    try await ScriptedService.run(
      on: .singleton, tls: end.usesTLS ? certificate.context : nil
    ) { connection in
      guard try await connection.readHead() else { return }
      try await connection.write("HTTP/1.1 200 OK\r\n\r\nhalf of it")
      var iterator = reads.makeAsyncIterator()
      await iterator.next()
      switch end {
      case .close, .closeTLS: break
      case .reset: try await connection.reset()
      case .cutTLS: try await connection.endWithoutTLS()
      }
    } _: { service in
      var options = TestStage.Options()
      options.upstream =
        end.usesTLS
        ? certificate.upstream([service.port])
        : Upstream(origins: [.init(host: "127.0.0.1", port: service.port)])
      options.configure = { $0.upstream.connectTimeout = .minutes(1) }
      try await TestStage.run(options) { stage in
        let token = try stage.issuer.token()
        try await stage.connect { client in
          try await client.send(
            head: "GET /hops HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
          #expect(try await client.read(until: "half of it\r\n"))
          isRead.yield()
          // The last chunk says that it was all.
          #expect(try await client.read(until: "0\r\n\r\n") == end.isWhole)
        }
        var events = try await stage.events()
        while events.isEmpty { events = try await stage.events() }
        let isBroken = events.first?.decision?.reasons.contains { $0.hasPrefix("response-broken") }
        #expect(isBroken == !end.isWhole)
      }
    }
  }

  @Test("a handshake that fails has taken nothing: the request goes elsewhere")
  func handshake() async throws {
    let certificate = try LoopbackCertificate()
    try await ScriptedService.run(on: .singleton) { connection in
      // It takes what begins TLS, and closes.
      _ = try await connection.read(until: "\u{1}")
    } _: { bad in
      try await ScriptedService.run(on: .singleton, tls: certificate.context) { connection in
        while try await connection.read(until: "+end+") {
          try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
      } _: { good in
        var options = TestStage.Options()
        options.upstream = certificate.upstream([bad.port, good.port])
        options.configure = { $0.upstream.connectTimeout = .minutes(1) }
        try await TestStage.run(options) { stage in
          // As many as a service with little traffic may be asked again.
          for _ in 0..<3 {
            let answer = try await stage.request(
              "POST /hops", "\nContent-Type: text/plain\nContent-Length: 5", body: "+end+")
            #expect(answer.status == 200, "\(answer.body)")
          }
        }
      }
    }
  }

  @Test("a service that never ends its handshake is given up in time", .timeLimit(.minutes(1)))
  func endlessHandshake() async throws {
    let certificate = try LoopbackCertificate()
    try await ScriptedService.run(on: .singleton) { connection in
      while try await connection.read(until: "never") {}
    } _: { service in
      var options = TestStage.Options()
      options.upstream = certificate.upstream([service.port])
      options.configure = { $0.upstream.connectTimeout = .milliseconds(200) }
      try await TestStage.run(options) { stage in
        let answer = try await stage.request("GET /hops")
        #expect([503, 504].contains(answer.status), "\(answer.body)")
      }
    }
  }

  @Test("a connection that is old is not used again")
  func age() async throws {
    var options = TestStage.Options()
    options.configure = { $0.upstream.maximumAge = .nanoseconds(0) }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        for id in ["a", "b", "c"] {
          // Where the connection had been used, this would be dropped.
          try await client.send(
            head: "POST /id HTTP/1.1\nX-Id: \(id)\nHost: orders.example\n"
              + "Authorization: Bearer \(token)\nX-How: drop-kept\n"
              + "Content-Type: text/plain\nContent-Length: 2")
          try await client.send("xy")
          #expect(try await client.answer().body == id)
        }
      }
    }
  }

  @Test("whoever waits no more for a connection takes no place", .timeLimit(.minutes(1)))
  func waiting() async throws {
    var options = TestStage.Options()
    options.configure = {
      $0.upstream.connections = 1
      $0.upstream.waiting = 1
    }
    try await TestStage.run(options) { stage in
      // One connection, so that all is on one event loop.
      try await HTTP2Client.connect(stage) { client in
        try await client.send(headers: stage.fields("GET", "/stream"), on: 1)
        while client.answers[1]?.text != "hello" { try #require(try await client.readFrame()) }
        try await client.send(headers: stage.fields("GET", "/plain"), on: 3)
        try await client.send(reset: 3)
        try await client.send(headers: stage.fields("GET", "/plain"), on: 5)
        try await client.send(reset: 1)
        let answer = try await client.answer(on: 5)
        #expect((answer.status, answer.text) == (200, "ok"))
      }
    }
  }

  @Test(
    "content behind an answer that has none is nobody's answer", .timeLimit(.minutes(1)),
    arguments: ["HEAD", "GET"])
  func behind(_ method: String) async throws {
    let head =
      method == "HEAD"
      ? "HTTP/1.1 200 OK\r\nContent-Length: 51\r\n\r\n" : "HTTP/1.1 304 Not Modified\r\n\r\n"
    try await ScriptedService.run(on: .singleton) { connection in
      while try await connection.readHead() {
        guard connection.number == 1 else {
          try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
          continue
        }
        try await connection.write(head)
        try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
      }
    } _: { service in
      var options = TestStage.Options()
      options.upstream = Upstream(origins: [.init(host: "127.0.0.1", port: service.port)])
      options.configure = {
        $0.upstream.connections = 1
        $0.upstream.restAfterNoContent = .seconds(5)
      }
      try await TestStage.run(options) { stage in
        try await HTTP2Client.connect(stage) { client in
          try await client.send(headers: stage.fields(method, "/hops"), on: 1)
          // It waits for the same connection.
          try await client.send(headers: stage.fields("GET", "/hops"), on: 3)
          #expect(try await client.answer(on: 1).isComplete)
          #expect(try await client.answer(on: 3).text == "ok")
        }
      }
    }
  }

  @Test(
    "an answer that comes when its client has left is nobody's", .timeLimit(.minutes(1)))
  func late() async throws {
    let certificate = try LoopbackCertificate()
    let (ends, hasLeft) = AsyncStream<Void>.makeStream()
    let (begins, hasBegun) = AsyncStream<Void>.makeStream()
    try await ScriptedService.run(on: .singleton, tls: certificate.context) { connection in
      let answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nnumber"
      if connection.number == 1 {
        guard try await connection.readHead() else { return }
        hasBegun.yield()
        var iterator = ends.makeAsyncIterator()
        await iterator.next()
        try await connection.write(answer)
      }
      while try await connection.read(until: "+end+") { try await connection.write(answer) }
    } _: { service in
      var options = TestStage.Options()
      options.upstream = certificate.upstream([service.port])
      options.configure = {
        $0.upstream.connections = 1
        $0.upstream.connectTimeout = .minutes(1)
      }
      try await TestStage.run(options) { stage in
        try await HTTP2Client.connect(stage) { client in
          try await client.send(headers: stage.fields("GET", "/hops"), on: 1)
          var iterator = begins.makeAsyncIterator()
          await iterator.next()
          try await client.send(reset: 1)
          hasLeft.yield()
          for stream: UInt32 in [3, 5, 7] {
            let text = [("content-type", "text/plain"), ("content-length", "5")]
            try await client.send(
              headers: stage.fields("POST", "/hops", text), on: stream, ends: false)
            try await client.send(data: "+end+", on: stream)
            let answer = try await client.answer(on: stream)
            #expect((answer.status, answer.text) == (200, "number"))
          }
        }
      }
    }
  }
}
