import HTTPMessages
import Inspection
import NIOCore
import NIOPosix
import Testing

@testable import GatewayProxy
@testable import Upstreams

@Suite("A pool of connections to services")
struct UpstreamPoolTests {
  /// Somebody who is told of a connection.
  private final class User: UpstreamUser {
    let told: EventLoopPromise<(number: ObjectIdentifier, isReused: Bool)>
    var connection: UpstreamConnection?

    init(_ eventLoop: any EventLoop) { self.told = eventLoop.makePromise() }

    func connected(_ connection: UpstreamConnection, isReused: Bool) {
      self.connection = connection
      self.told.succeed((ObjectIdentifier(connection), isReused))
    }

    func notConnected(_ failure: UpstreamFailure) { self.told.fail(ChannelError.eof) }
    func responded(_ response: ReceivedResponse) {}
    func responseContent(_ bytes: ByteBuffer) {}
    func responsePaused() {}
    func responseEnded() {}
    func failed(_ failure: UpstreamFailure) {}
    func upstreamBecameWritable() {}
  }

  private struct Parts {
    let pool: UpstreamPool
    let endpoint: Endpoint
    var waiter: UpstreamPool.Waiter?
  }

  /// Takes a connection, and gives it back at once.
  private func use(
    _ parts: NIOLoopBoundBox<Parts>, on eventLoop: any EventLoop, at now: NIODeadline
  ) async throws -> (number: ObjectIdentifier, isReused: Bool) {
    try await eventLoop.flatSubmit {
      let user = User(eventLoop)
      let waiter = parts.value.pool.acquire(
        parts.value.endpoint, for: user, isFresh: false, at: now)
      parts.value.waiter = waiter
      return user.told.futureResult.assumeIsolated().map { told in
        if let connection = user.connection { parts.value.pool.release(connection) }
        return told
      }.nonisolated()
    }.get()
  }

  @Test("what comes in the place of the last connection, which was too old, is used again")
  func aged() async throws {
    try await ScriptedService.run(on: .singleton) { connection in
      while try await connection.readSome() != nil {}
    } _: { service in
      let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
      let origin = Upstream.Origin(host: "127.0.0.1", port: service.port)
      let endpoint = Endpoint(
        service: "orders", upstream: Upstream(origins: [origin]), origin: origin,
        address: try SocketAddress(ipAddress: "127.0.0.1", port: Int(service.port)), security: nil)
      let parts = try await eventLoop.submit {
        NIOLoopBoundBox(
          Parts(
            pool: UpstreamPool(
              ProxyConfiguration.Upstream(), eventLoop: eventLoop,
              flushes: FlushQueue(eventLoop: eventLoop), stock: BufferStock()),
            endpoint: endpoint),
          eventLoop: eventLoop)
      }.get()
      let first = try await self.use(parts, on: eventLoop, at: .now())
      let same = try await self.use(parts, on: eventLoop, at: .now())
      #expect(!first.isReused && same.isReused && same.number == first.number)
      let fresh = try await self.use(parts, on: eventLoop, at: .now() + .hours(24 * 365))
      #expect(!fresh.isReused)
      let again = try await self.use(parts, on: eventLoop, at: .now())
      #expect(again.isReused && again.number == fresh.number)
      try await eventLoop.submit { parts.value.pool.cut() }.get()
    }
  }
}
