import ControlPlane
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle

/// The control plane's HTTP interface for workloads, gateways and everybody who verifies.
package struct PublicListener: Service {
  private let host: String
  private let port: Int
  private let ports: PublicPorts
  private let counters: RequestCounters
  private let group: any EventLoopGroup
  private let logger: Logger
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - host: The address to listen on.
  ///   - port: The port, or 0 for any free one.
  ///   - onListening: Called once with the port when connections are accepted.
  package init(
    host: String, port: Int, ports: PublicPorts, counters: RequestCounters,
    eventLoopGroup: any EventLoopGroup, logger: Logger,
    onListening: @escaping @Sendable (Int) async -> Void
  ) {
    self.host = host
    self.port = port
    self.ports = ports
    self.counters = counters
    self.group = eventLoopGroup
    self.logger = logger
    self.onListening = onListening
  }

  package func run() async throws {
    let responder = EndpointResponder(
      endpoints: PublicEndpoints(ports: self.ports, counters: self.counters).all,
      counters: self.counters)
    let application = Application(
      responder: responder, server: .http1(configuration: .bounded()),
      configuration: ApplicationConfiguration(
        address: .hostname(self.host, port: self.port),
        availableConnectionsDelegate: MaximumAvailableConnections(ListenerLimits.connections)),
      onServerRunning: { [port, onListening] channel in
        await onListening(channel.localAddress?.port ?? port)
      }, eventLoopGroupProvider: .shared(self.group), logger: self.logger)
    try await application.run()
  }
}

extension HTTP1Channel.Configuration {
  /// What a listener of the control plane grants a connection.
  static func bounded(
    handlers: @autoclosure @escaping @Sendable () -> [any RemovableChannelHandler] = []
  ) -> HTTP1Channel.Configuration {
    HTTP1Channel.Configuration(
      additionalChannelHandlers: handlers(), idleTimeout: ListenerLimits.idleTime,
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: ListenerLimits.fieldBytes,
        maxHeaderListSize: ListenerLimits.fieldListBytes,
        maxHeaderFieldCount: ListenerLimits.fieldCount))
  }
}
