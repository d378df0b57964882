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

  /// Connections are not read from before they are served: one that comes while the gateway stops
  /// listening is taken by nobody, and must not have a half-open stream around it.
  private func bind() async throws -> NIOAsyncChannel<any Channel, Never> {
    try await ServerBootstrap(group: self.group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.autoRead, value: false)
      .bind(host: self.configuration.address, port: self.configuration.port) { channel in
        channel.eventLoop.makeSucceededFuture(channel)
      }
  }

  private func accept(
    _ server: NIOAsyncChannel<any Channel, Never>, _ registry: ConnectionRegistry,
    _ upstream: UpstreamClient
  ) async throws {
    try await server.executeThenClose { channels in
      try await withThrowingDiscardingTaskGroup { group in
        for try await channel in channels {
          guard registry.enter(channel) else {
            self.logger.warning("a connection was closed: there are too many")
            channel.close(promise: nil)
            continue
          }
          group.addTask {
            await self.serve(channel, registry, upstream)
            registry.leave(channel)
          }
        }
      }
    }
  }

  private func serve(
    _ channel: any Channel, _ registry: ConnectionRegistry, _ upstream: UpstreamClient
  ) async {
    let client = ClientConnection(
      channel: channel, gateway: self.gateway, upstream: upstream,
      configuration: self.configuration, registry: registry)
    // An error here is the client's connection breaking, which every request has accounted for.
    try? await self.open(channel).executeThenClose { inbound, outbound in
      channel.setOption(.autoRead, value: true).whenComplete { _ in }
      await client.serve(inbound, outbound)
    }
  }

  private func open(
    _ channel: any Channel
  ) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
    let writeTimeout = self.configuration.writeTimeout
    return try await channel.eventLoop.submit {
      guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
      try channel.pipeline.syncOperations.addHandler(WriteStall(limit: writeTimeout))
      return try NIOAsyncChannel(
        wrappingChannelSynchronously: channel,
        configuration: .init(isOutboundHalfClosureEnabled: true))
    }.get()
  }
}
