package import Gateway
import Glibc
package import Logging
import NIOCore
package import NIOPosix
import ServiceLifecycle
import Synchronization
package import Upstreams

/// Listens for requests, and serves each connection until it ends or the gateway drains.
///
/// Every event loop has a listening socket of its own on the same port (SO_REUSEPORT), so that a
/// connection stays on the loop that accepted it.
package struct GatewayListener: Service {
  private let configuration: ProxyConfiguration
  private let gateway: Gateway
  private let upstreams: UpstreamDirectory
  private let group: MultiThreadedEventLoopGroup
  private let logger: Logger
  private let ready: @Sendable (_ address: String, _ port: Int) -> Void

  /// - Parameter ready: told once, when connections are accepted.
  package init(
    configuration: ProxyConfiguration, gateway: Gateway, upstreams: UpstreamDirectory,
    group: MultiThreadedEventLoopGroup, logger: Logger, ready: @escaping @Sendable (_ address: String, _ port: Int) -> Void
  ) {
    self.configuration = configuration
    self.gateway = gateway
    self.upstreams = upstreams
    self.group = group
    self.logger = logger
    self.ready = ready
  }

  package func run() async throws {
    let connections = ConnectionCount(maximum: self.configuration.maximumConnections)
    let loops = self.loops(connections)
    let sockets = try await self.bind(loops)
    self.ready(self.configuration.address, sockets.first?.localAddress?.port ?? 0)
    await withTaskCancellationOrGracefulShutdownHandler {
      for socket in sockets { try? await socket.closeFuture.get() }
    } onCancelOrGracefulShutdown: {
      for socket in sockets { socket.close(promise: nil) }
    }
    await self.drain(loops, connections)
  }

  private func loops(_ connections: ConnectionCount) -> [NIOLoopBoundBox<ProxyLoop>] {
    self.group.makeIterator().map { eventLoop in
      NIOLoopBoundBox.makeBoxSendingValue(
        ProxyLoop(
          eventLoop: eventLoop, gateway: self.gateway, configuration: self.configuration,
          connections: connections, targets: self.upstreams.makeReader()), eventLoop: eventLoop)
    }
  }

  private func bind(
    _ loops: [NIOLoopBoundBox<ProxyLoop>]
  ) async throws -> [any Channel] {
    var sockets: [any Channel] = []
    var port = self.configuration.port
    do {
      for loop in loops {
        let socket = try await self.bind(loop, port)
        sockets.append(socket)
        port = socket.localAddress?.port ?? port
      }
    } catch {
      for socket in sockets { try? await socket.close() }
      throw error
    }
    return sockets
  }

  private func bind(
    _ loop: NIOLoopBoundBox<ProxyLoop>, _ port: Int
  ) async throws -> any Channel {
    let logger = self.logger
    return try await ServerBootstrap(group: loop.eventLoop, childGroup: loop.eventLoop)
      .serverChannelOption(.backlog, value: 4096)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(ChannelOptions.socket(.init(SOL_SOCKET), .init(SO_REUSEPORT)), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try Self.accept(channel, loop.value, logger)
        }
      }
      .bind(host: self.configuration.address, port: port).get()
  }

  private static func accept(
    _ channel: any Channel, _ loop: ProxyLoop, _ logger: Logger
  ) throws {
    guard loop.connections.enter() else {
      logger.warning("a connection was closed: there are too many")
      return channel.close(promise: nil)
    }
    let source = channel.remoteAddress?.ipAddress ?? "unknown"
    let intake = RequestIntake(
      gateway: loop.gateway, origin: ClientOrigin(source: source, isSecure: false))
    try channel.pipeline.syncOperations.addHandler(
      VersionChoice(loop: loop, awaitsTLS: false) { channel, version in
        try Self.serve(channel, version, loop, intake)
      })
  }

  private static func serve(
    _ channel: any Channel, _ version: VersionChoice.Version, _ loop: ProxyLoop,
    _ intake: RequestIntake
  ) throws {
    switch version {
    case .http2: try HTTP2Connection.add(to: channel, loop, intake)
    case .http1:
      let transport = ChannelTransport()
      let connection = HTTP1Connection(transport: transport, loop: loop, intake: intake)
      transport.receiver = connection
      loop.enter(connection)
      try channel.pipeline.syncOperations.addHandler(transport)
    }
  }

  /// Lets what is under way end, and cuts it off when that takes too long.
  private func drain(
    _ loops: [NIOLoopBoundBox<ProxyLoop>], _ connections: ConnectionCount
  ) async {
    for loop in loops { loop.eventLoop.execute { loop.value.drain() } }
    let end = NIODeadline.now() + self.configuration.drainTimeout
    while connections.current > 0, NIODeadline.now() < end, !Task.isCancelled {
      // Cancelled waits are over at once, and so is the patience.
      do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
    }
    for loop in loops {
      try? await loop.eventLoop.submit {
        loop.value.cutAll()
        loop.value.upstreams.cut()
      }.get()
    }
  }
}
