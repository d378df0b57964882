package import Gateway
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import ServiceLifecycle

/// What the gateway tells those who run it, over HTTP on an address of its own.
///
/// It shows no secret and changes nothing, but it tells more than callers should know: it belongs on
/// the loopback interface or a network of the operators', and has no place on the port for traffic.
package struct GatewayAdminListener: Service {
  private let host: String
  private let port: Int
  private let source: any GatewayStatusSource
  private let group: any EventLoopGroup
  private let logger: Logger
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - port: 0 for any free one.
  ///   - onListening: called once with the port when connections are accepted.
  package init(
    host: String, port: Int, source: any GatewayStatusSource, eventLoopGroup: any EventLoopGroup,
    logger: Logger, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    self.host = host
    self.port = port
    self.source = source
    self.group = eventLoopGroup
    self.logger = logger
    self.onListening = onListening
  }

  package func run() async throws {
    let application = Application(
      responder: AdminResponder(source: self.source),
      server: .http1(configuration: .init(idleTimeout: Self.idleTime)),
      configuration: ApplicationConfiguration(
        address: .hostname(self.host, port: self.port),
        availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
      onServerRunning: { [port, onListening] channel in
        await onListening(channel.localAddress?.port ?? port)
      }, eventLoopGroupProvider: .shared(self.group), logger: self.logger)
    try await application.run()
  }

  private static let idleTime = TimeAmount.seconds(30)
  private static let connections = 64
}
