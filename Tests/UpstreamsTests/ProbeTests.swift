import Inspection
import NIOCore
import NIOPosix
import Testing

@testable import Upstreams

@Suite("Probes, over sockets", .timeLimit(.minutes(1)))
struct ProbeTests {
  private let probe = HealthProbe(group: MultiThreadedEventLoopGroup.singleton)

  private func endpoint(_ service: LoopbackService) throws -> Endpoint {
    Endpoint(
      service: "orders", upstream: Upstream(origins: [service.origin]), origin: service.origin,
      address: try address("127.0.0.1", service.port), security: nil)
  }

  private let check = Upstream.HealthCheck(path: "/healthz?deep=1", timeout: 30)

  @Test("the path is asked for with GET, and the status comes back")
  func good() async throws {
    try await LoopbackService.run(.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")) {
      service in
      let endpoint = try self.endpoint(service)
      #expect(await self.probe.ask(endpoint, self.check) == .status(200))
      var heads = service.heads.makeAsyncIterator()
      let head = try #require(await heads.next())
      #expect(head.hasPrefix("GET /healthz?deep=1 HTTP/1.1\r\nHost: 127.0.0.1:\(service.port)\r\n"))
      #expect(head.contains("\r\nConnection: close\r\n"))
    }
  }

  @Test("a redirect is an answer, and is not followed")
  func redirect() async throws {
    let answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"
    try await LoopbackService.run(.answer(answer)) { service in
      let outcome = await self.probe.ask(try self.endpoint(service), self.check)
      #expect(outcome == .status(302) && !outcome.isGood(for: self.check))
      #expect(outcome.isGood(for: .init(path: "/", expected: [204, 302])))
    }
  }

  @Test("who closes, resets or talks nonsense is not healthy")
  func bad() async throws {
    for manner in [LoopbackService.Manner.close, .reset] {
      try await LoopbackService.run(manner) { service in
        let endpoint = try self.endpoint(service)
        #expect(await self.probe.ask(endpoint, self.check) == .failed(.closed))
      }
    }
    let endless = "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 100_000)
    for nonsense in ["SSH-2.0-OpenSSH\r\n", endless] {
      try await LoopbackService.run(.answer(nonsense)) { service in
        let endpoint = try self.endpoint(service)
        #expect(await self.probe.ask(endpoint, self.check) == .failed(.malformed))
      }
    }
  }

  @Test("who is not there is not healthy")
  func refused() async throws {
    try await LoopbackService.run(.silence) { service in
      // A client's own port: nobody listens there, and nobody else can have it meanwhile.
      let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: service.port).get()
      let port = try #require(client.localAddress?.port)
      let origin = Upstream.Origin(host: "127.0.0.1", port: UInt16(clamping: port))
      let gone = Endpoint(
        service: "orders", upstream: Upstream(origins: [origin]), origin: origin,
        address: try address("127.0.0.1", port), security: nil)
      #expect(await self.probe.ask(gone, self.check) == .failed(.refused))
      try await client.close()
    }
  }

  @Test("who says nothing runs out of time")
  func silent() async throws {
    try await LoopbackService.run(.silence) { service in
      let check = Upstream.HealthCheck(path: "/", timeout: 1)
      let endpoint = try self.endpoint(service)
      #expect(await self.probe.ask(endpoint, check) == .failed(.responseTimeout))
    }
  }

  @Test("a cancelled probe ends at once")
  func cancelled() async throws {
    try await LoopbackService.run(.silence) { service in
      let endpoint = try self.endpoint(service)
      await withTaskGroup(of: ProbeOutcome.self) { group in
        group.addTask { await self.probe.ask(endpoint, .init(path: "/", timeout: 50)) }
        var heads = service.heads.makeAsyncIterator()
        _ = await heads.next()
        group.cancelAll()
        #expect(await group.next() == .failed(.closed))
      }
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct NameLookUpTests {
  @Test("localhost has the loopback's address with the port")
  func localhost() async throws {
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    let found = await NameLookUp(pool: pool).addresses(of: "localhost", port: 8080)
    let loopback = [try address("127.0.0.1", 8080), try address("::1", 8080)]
    #expect(!found.isEmpty && found.allSatisfy(loopback.contains))
    try await pool.shutdownGracefully()
  }

  @Test("what is no name has no address", arguments: ["a..b", "", " ", "\u{1}"])
  func nonsense(name: String) async throws {
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    #expect(await NameLookUp(pool: pool).addresses(of: name, port: 80) == [])
    try await pool.shutdownGracefully()
  }

  @Test("who is cancelled does not wait for the system, and a pool that ended has no answer")
  func cancelled() async throws {
    // Never started: what is submitted to it is never done.
    let pool = NIOThreadPool(numberOfThreads: 1)
    await withTaskGroup(of: [SocketAddress].self) { group in
      group.addTask { await NameLookUp(pool: pool).addresses(of: "localhost", port: 80) }
      group.cancelAll()
      #expect(await group.next() == [])
    }
    pool.start()
    try await pool.shutdownGracefully()
    #expect(await NameLookUp(pool: pool).addresses(of: "localhost", port: 80) == [])
  }
}
