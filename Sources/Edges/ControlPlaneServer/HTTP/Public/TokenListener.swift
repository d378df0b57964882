package import ControlPlane
import ControlPlaneAPI
import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
package import OAuth
package import SVIDTransport
import ServiceLifecycle

/// The token endpoint over mutual TLS: a client that shows an X.509-SVID gets a token that is bound to
/// it (RFC 8705 section 3). Nothing else is served here.
package struct TokenListener: Service {
  private let host: String
  private let port: Int
  private let endpoint: TokenEndpoint
  private let counters: RequestCounters
  private let tls: MutualTLS
  private let group: any EventLoopGroup
  private let logger: Logger
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - port: 0 for a free one.
  ///   - uri: the endpoint's URI as clients know it, which DPoP proofs must name.
  ///   - onListening: called once with the port when connections are accepted.
  package init(
    host: String, port: Int, uri: DPoPTargetURI, tokens: any TokenIssuing, tls: MutualTLS,
    counters: RequestCounters, eventLoopGroup: any EventLoopGroup, logger: Logger,
    onListening: @escaping @Sendable (Int) async -> Void
  ) {
    self.host = host
    self.port = port
    self.endpoint = TokenEndpoint(tokens: tokens, counters: counters, uri: uri)
    self.counters = counters
    self.tls = tls
    self.group = eventLoopGroup
    self.logger = logger
    self.onListening = onListening
  }

  package func run() async throws {
    let endpoint = self.endpoint
    let responder = EndpointResponder(
      endpoints: [Endpoint(.post, PublicPath.token) { try await endpoint.answer($0) }],
      counters: self.counters)
    let application = Application(
      responder: responder, server: .mutualTLS(self.tls),
      configuration: ApplicationConfiguration(
        address: .hostname(self.host, port: self.port),
        availableConnectionsDelegate: MaximumAvailableConnections(ListenerLimits.connections)),
      onServerRunning: { [port, onListening] channel in
        await onListening(channel.localAddress?.port ?? port)
      }, eventLoopGroupProvider: .shared(self.group), logger: self.logger)
    try await application.run()
  }
}

extension HTTPServerBuilder {
  /// HTTP/1.1 inside of mutual TLS.
  fileprivate static func mutualTLS(_ tls: MutualTLS) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      SecuredChannel(
        base: HTTP1Channel(responder: responder, configuration: .bounded()), tls: tls)
    }
  }
}

private struct SecuredChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  let base: HTTP1Channel
  let tls: MutualTLS

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture { try self.tls.secure(channel) }.flatMap {
      self.base.setup(channel: channel, logger: logger)
    }
  }

  func handle(value: Value, logger: Logger) async {
    await self.base.handle(value: value, logger: logger)
  }
}
