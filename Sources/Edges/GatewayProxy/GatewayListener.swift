package import Gateway
package import Logging
import NIOCore
package import NIOPosix
import ServiceLifecycle

/// Listens for HTTP/1.1 requests, and serves each connection until it ends or the gateway drains.
package struct GatewayListener: Service {
  private let configuration: ProxyConfiguration
  private let gateway: Gateway
  private let group: MultiThreadedEventLoopGroup
  private let logger: Logger
  private let ready: @Sendable (_ address: String, _ port: Int) -> Void

  /// - Parameter ready: told once, when connections are accepted.
  package init(
    configuration: ProxyConfiguration, gateway: Gateway, group: MultiThreadedEventLoopGroup,
    logger: Logger, ready: @escaping @Sendable (_ address: String, _ port: Int) -> Void
  ) {
    self.configuration = configuration
    self.gateway = gateway
    self.group = group
    self.logger = logger
    self.ready = ready
  }

  private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  package func run() async throws {
    let server = try await self.bind()
    let registry = ConnectionRegistry(maximum: self.configuration.maximumConnections)
    let upstream = UpstreamClient(self.configuration.upstream, group: self.group)
    self.ready(self.configuration.address, server.channel.localAddress?.port ?? 0)
    let drainTimeout = self.configuration.drainTimeout
    do {
      try await withGracefulShutdownHandler {
        try await self.accept(server, registry, upstream)
      } onGracefulShutdown: {
        server.channel.close(promise: nil)
        registry.drain()
        server.channel.eventLoop.scheduleTask(in: drainTimeout) { registry.cutAll() }
      }
    } catch {
      try? await upstream.shutdown()
      throw error
    }
    try await upstream.shutdown()
  }

  private func bind() async throws -> NIOAsyncChannel<Connection, Never> {
    try await ServerBootstrap(group: self.group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .bind(host: self.configuration.address, port: self.configuration.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try Connection(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true))
        }
      }
  }

  private func accept(
    _ server: NIOAsyncChannel<Connection, Never>, _ registry: ConnectionRegistry,
    _ upstream: UpstreamClient
  ) async throws {
    try await server.executeThenClose { connections in
      try await withThrowingDiscardingTaskGroup { group in
        for try await connection in connections {
          guard registry.enter(connection.channel) else {
            self.logger.warning("a connection was closed: there are too many")
            connection.channel.close(promise: nil)
            group.addTask { try? await connection.executeThenClose { _, _ in } }
            continue
          }
          group.addTask { await self.serve(connection, registry, upstream) }
        }
      }
    }
  }

  private func serve(
    _ connection: Connection, _ registry: ConnectionRegistry, _ upstream: UpstreamClient
  ) async {
    let client = ClientConnection(
      channel: connection.channel, gateway: self.gateway, upstream: upstream,
      configuration: self.configuration, registry: registry)
    // An error here is the client's connection breaking, which every request has accounted for.
    try? await connection.executeThenClose { inbound, outbound in
      await client.serve(inbound, outbound)
    }
    registry.leave(connection.channel)
  }
}
