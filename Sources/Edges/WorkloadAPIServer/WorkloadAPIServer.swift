import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import NodeAgent
import ServiceLifecycle

/// Serves the SPIFFE Workload API on a Unix socket.
///
/// Callers do not authenticate: the kernel says which process connected. `run()` serves until
/// graceful shutdown, which ends the streams that are held open and removes the socket file.
package struct WorkloadAPIServer: ServiceLifecycle.Service {
  private let socket: WorkloadSocket
  private let server: GRPCServer<HTTP2ServerTransport.Posix>

  /// Opens the socket, so that callers can connect from now on; they are answered once `run()` runs.
  ///
  /// - Parameters:
  ///   - path: absolute, at most 107 bytes. A socket that nobody listens on is replaced.
  ///   - identification: says which process connected.
  /// - Throws: `WorkloadSocketError`.
  package init(
    path: String, agent: NodeAgent, identification: any PeerIdentification,
    limits: WorkloadAPILimits = WorkloadAPILimits()
  ) throws {
    let connections = PeerConnections(limits: limits)
    let intake = PeerIntake(
      agent: agent, identification: identification, connections: connections)
    let socket = try WorkloadSocket.listen(at: path)
    self.socket = socket
    self.server = GRPCServer(
      transport: .http2NIOPosix(
        listeningSocketDescriptor: Int(socket.descriptor), transportSecurity: .plaintext,
        config: Self.configuration(intake, limits)),
      services: [WorkloadAPIService(limits: limits)],
      interceptors: [PeerInterceptor(connections: connections)])
  }

  package func run() async throws {
    defer { self.socket.removeFile() }
    try await withGracefulShutdownHandler {
      try await self.server.serve()
    } onGracefulShutdown: {
      self.server.beginGracefulShutdown()
    }
  }

  private static func configuration(
    _ intake: PeerIntake, _ limits: WorkloadAPILimits
  ) -> HTTP2ServerTransport.Posix.Config {
    .defaults { config in
      config.rpc.maxRequestPayloadSize = limits.requestSize
      config.http2.maxConcurrentStreams = limits.callsPerConnection
      // Calls are few and small: waiting to gather several would only make them slower.
      config.connection.flushCoalescing = nil
      config.connection.maxGraceTime = .seconds(5)
      config.channelDebuggingCallbacks.onAcceptTCPConnection = { intake.accept($0) }
      config.channelDebuggingCallbacks.onAcceptHTTP2Stream = { intake.begin($0) }
    }
  }
}
