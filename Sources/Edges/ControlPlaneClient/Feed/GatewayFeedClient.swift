package import Distribution
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GatewayFeedAPI
package import SVIDTransport

/// Opens feed sessions over gRPC and mutual TLS.
package struct GatewayFeedClient: ControlPlaneLink {
  private let host: String
  private let port: Int
  private let identity: @Sendable () async throws -> TransportIdentity
  private let peer: PeerVerification

  /// - Parameters:
  ///   - identity: the gateway's own SVID, asked for each session.
  ///   - peer: must want the control plane's SPIFFE ID and no other.
  package init(
    host: String, port: Int, identity: @escaping @Sendable () async throws -> TransportIdentity,
    peer: PeerVerification
  ) {
    self.host = host
    self.port = port
    self.identity = identity
    self.peer = peer
  }

  package func withSession(
    _ body: @escaping @Sendable (ControlPlaneSession) async throws -> Void
  ) async throws {
    let transport = try HTTP2ClientTransport.Posix(
      target: .ipv4(address: self.host, port: self.port),
      transportSecurity: .svid(identity: try await self.identity(), peer: self.peer))
    try await withGRPCClient(transport: transport) { client in
      try await Self.follow(client, body)
    }
  }

  private static func follow(
    _ client: GRPCClient<HTTP2ClientTransport.Posix>,
    _ body: @escaping @Sendable (ControlPlaneSession) async throws -> Void
  ) async throws {
    let (outbox, queue) = AsyncStream<GatewayReport>.makeStream()
    var options = CallOptions.defaults
    options.maxResponseMessageBytes = Self.maximumMessage
    // A control plane that is away is the caller's to wait for.
    options.waitForReady = false
    try await Gatehouse_Feed_V1_GatewayFeed.Client(wrapping: client).follow(
      options: options,
      requestProducer: { writer in
        for await report in outbox { try await writer.write(report.wire) }
      },
      onResponse: { response in
        defer { queue.finish() }
        try await Self.converse(response, queue, body)
      })
  }

  private static func converse(
    _ response: StreamingClientResponse<Gatehouse_Feed_V1_Message>,
    _ queue: AsyncStream<GatewayReport>.Continuation,
    _ body: @escaping @Sendable (ControlPlaneSession) async throws -> Void
  ) async throws {
    let (incoming, continuation) = AsyncThrowingStream<FeedMessage, any Error>.makeStream()
    let session = ControlPlaneSession(incoming: incoming) { report in
      guard case .enqueued = queue.yield(report) else { throw CancellationError() }
    }
    try await withThrowingTaskGroup(of: Part.self) { group in
      group.addTask {
        do {
          for try await message in response.messages {
            if let message = FeedMessage(message) { continuation.yield(message) }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
        return .reader
      }
      group.addTask {
        try await body(session)
        return .session
      }
      defer { group.cancelAll() }
      // The reader may end first; the session itself ends the call, while the other side still
      // holds its end open.
      while let part = try await group.next(), part == .reader {}
    }
  }

  private enum Part {
    case reader, session
  }

  private static let maximumMessage = 16 * 1024 * 1024
}
