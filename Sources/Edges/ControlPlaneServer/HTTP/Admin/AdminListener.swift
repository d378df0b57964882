package import ControlPlane
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import NIOPosix
package import PolicyReview
import ServiceLifecycle

/// What the admin listener needs from the control plane.
package struct AdminPorts: Sendable {
  package var administration: any Administration
  package var revocations: any RevocationAuthority
  package var observation: any Observation
  package var policies: any PolicyReviewing

  package init(
    administration: any Administration, revocations: any RevocationAuthority,
    observation: any Observation, policies: any PolicyReviewing
  ) {
    self.administration = administration
    self.revocations = revocations
    self.observation = observation
    self.policies = policies
  }
}

/// The admin interface: HTTP on a Unix socket, for users whom the kernel vouches for.
package struct AdminListener: Service {
  private let socket: AdminSocket
  private let ports: AdminPorts
  private let counters: RequestCounters
  private let group: any EventLoopGroup
  private let logger: Logger
  private let onListening: @Sendable () async -> Void

  /// - Parameter onListening: Called once when connections are accepted.
  package init(
    socket: AdminSocket, ports: AdminPorts, counters: RequestCounters,
    eventLoopGroup: any EventLoopGroup, logger: Logger,
    onListening: @escaping @Sendable () async -> Void
  ) {
    self.socket = socket
    self.ports = ports
    self.counters = counters
    self.group = eventLoopGroup
    self.logger = logger
    self.onListening = onListening
  }

  package func run() async throws {
    try self.socket.prepare()
    defer { self.socket.remove() }
    let responder = EndpointResponder(
      endpoints: AdminEndpoints(ports: self.ports, socket: self.socket).all, counters: self.counters
    )
    let allowed = self.socket.allowedUIDs
    let application = Application(
      responder: responder,
      server: .http1(
        configuration: .bounded(handlers: [PeerCredentialHandler(allowed: allowed)])),
      configuration: ApplicationConfiguration(
        address: .unixDomainSocket(path: self.socket.path),
        availableConnectionsDelegate: MaximumAvailableConnections(ListenerLimits.connections)),
      onServerRunning: { [self] in await self.open($0) },
      eventLoopGroupProvider: .shared(self.group), logger: self.logger)
    try await application.run()
  }

  private func open(_ channel: any Channel) async {
    do {
      try self.socket.open()
      await self.onListening()
    } catch {
      self.logger.critical("the admin socket cannot be opened", metadata: ["error": "\(error)"])
      channel.close(mode: .all, promise: nil)
    }
  }
}
