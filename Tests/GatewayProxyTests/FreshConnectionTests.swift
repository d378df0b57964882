import Gateway
import GatewayProxy
import Inspection
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite("Requests that only a fresh connection will do for, over sockets")
struct FreshConnectionTests {
  @Test(
    "who is sent again and has to wait gets no connection that has been used",
    .timeLimit(.minutes(1))
  )
  func waiting() async throws {
    let (waits, isWaiting) = AsyncStream<Void>.makeStream()
    let wasUsedAgain = Mutex(false)
    try await ScriptedService.run(on: .singleton) { connection in
      let answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(connection.number)"
      guard try await connection.readHead() else { return }
      try await connection.write(answer)
      guard try await connection.readHead() else { return }
      // The first closes under its second request, once somebody waits for a connection.
      guard connection.number == 1 else { return wasUsedAgain.withLock { $0 = true } }
      var iterator = waits.makeAsyncIterator()
      await iterator.next()
    } _: { service in
      var options = TestStage.Options()
      options.hasOneLoop = true
      options.upstream = Upstream(origins: [.init(host: "127.0.0.1", port: service.port)])
      options.configure = {
        $0.upstream.connections = 1
        $0.upstream.connectTimeout = .minutes(1)
      }
      try await TestStage.run(options) { stage in
        #expect(try await stage.request("GET /hops").body == "1")
        async let again = stage.request("GET /hops")
        while stage.live.count < 1 { await Task.yield() }
        async let next = stage.request("GET /hops")
        while stage.live.count < 2 { await Task.yield() }
        isWaiting.yield()
        let bodies = try await (next.body, again.body)
        #expect(bodies == ("2", "3"))
      }
    }
    #expect(!wasUsedAgain.withLock { $0 })
  }
}
