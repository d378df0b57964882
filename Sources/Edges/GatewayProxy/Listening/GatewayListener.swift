package import Gateway
import Glibc
package import ListenerSecurity
package import Logging
import NIOCore
package import NIOPosix
import ServiceLifecycle
package import Upstreams

/// Listens for requests, and serves each connection until it ends or the gateway drains.
///
/// Every event loop has a listening socket of its own on the same port (SO_REUSEPORT), so that a
/// connection stays on the loop that accepted it.
package struct GatewayListener: Service {
  private let configuration: ProxyConfiguration
  private let gateway: Gateway
  private let upstreams: UpstreamDirectory
  private let security: ListenerSecurity?
  private let observation: ProxyObservation
  private let group: MultiThreadedEventLoopGroup
  private let logger: Logger
  private let sockets = ListeningSockets()
  private let ready: @Sendable (_ address: String, _ port: Int) -> Void

  /// - Parameters:
  ///   - security: `nil` for plain connections.
  ///   - ready: told once, when connections are accepted.
  package init(
    configuration: ProxyConfiguration, gateway: Gateway, upstreams: UpstreamDirectory,
    security: ListenerSecurity? = nil, observation: ProxyObservation,
    group: MultiThreadedEventLoopGroup, logger: Logger,
    ready: @escaping @Sendable (_ address: String, _ port: Int) -> Void
  ) {
    self.configuration = configuration
    self.gateway = gateway
    self.upstreams = upstreams
    self.security = security
    self.observation = observation
    self.group = group
    self.logger = logger
    self.ready = ready
  }

  package func run() async throws {
    let connections = BoundedCount(maximum: self.configuration.maximumConnections)
    let loops = self.loops(connections)
    let sockets = try await self.bind(loops, self.opening)
    self.sockets.hold(sockets)
    self.observation.serving.listens()
    self.ready(self.configuration.address, sockets.first?.localAddress?.port ?? 0)
    await withTaskCancellationOrGracefulShutdownHandler {
      for socket in sockets { try? await socket.closeFuture.get() }
    } onCancelOrGracefulShutdown: {
      self.sockets.close()
    }
    self.observation.serving.drains()
    await self.drain(loops, connections)
  }

  /// Accepts no further connections; `run` returns once those that are there have ended or were cut off.
  package func retire() { self.sockets.close() }

  private var opening: ConnectionOpening {
    ConnectionOpening(
      security: self.security, logger: self.logger,
      sources: SourceCount(maximum: self.configuration.connectionsPerSource),
      handshakes: BoundedCount(maximum: self.configuration.maximumHandshakes))
  }

  private func loops(_ connections: BoundedCount) -> [NIOLoopBoundBox<ProxyLoop>] {
    let requests = SourceCount(maximum: self.configuration.requestsPerSource)
    return self.group.makeIterator().enumerated().map { index, eventLoop in
      NIOLoopBoundBox.makeBoxSendingValue(
        ProxyLoop(
          eventLoop: eventLoop, index: index, gateway: self.gateway,
          configuration: self.configuration,
          connections: connections, requests: requests, targets: self.upstreams.makeReader(),
          observation: self.observation), eventLoop: eventLoop)
    }
  }

  private func bind(
    _ loops: [NIOLoopBoundBox<ProxyLoop>], _ opening: ConnectionOpening
  ) async throws -> [any Channel] {
    var sockets: [any Channel] = []
    var port = self.configuration.port
    do {
      for loop in loops {
        let socket = try await self.bind(loop, port, opening)
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
    _ loop: NIOLoopBoundBox<ProxyLoop>, _ port: Int, _ opening: ConnectionOpening
  ) async throws -> any Channel {
    try await ServerBootstrap(group: loop.eventLoop, childGroup: loop.eventLoop)
      .serverChannelOption(.backlog, value: 4096)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(ChannelOptions.socket(.init(SOL_SOCKET), .init(SO_REUSEPORT)), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try opening.open(channel, loop.value)
        }
      }
      .bind(host: self.configuration.address, port: port).get()
  }

  /// Lets what is under way end, and cuts it off when that takes too long.
  private func drain(
    _ loops: [NIOLoopBoundBox<ProxyLoop>], _ connections: BoundedCount
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
