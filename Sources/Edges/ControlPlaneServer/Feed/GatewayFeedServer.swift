package import Distribution
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GatewayFeedAPI
import SPIFFE
package import SVIDTransport
import ServiceLifecycle

/// The feed's listener: gRPC over mutual TLS, in which both ends prove a SPIFFE ID.
package struct GatewayFeedServer: Service {
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let transport: HTTP2ServerTransport.Posix

  /// - Parameters:
  ///   - host: an IP address; the listener is IPv4.
  ///   - port: 0 for a free one.
  ///   - identity: the server's own SVID, asked for each connection.
  package init(
    host: String, port: Int, feed: any GatewayFeed,
    identity: @escaping @Sendable () throws -> TransportIdentity, peer: PeerVerification
  ) throws {
    let transport = HTTP2ServerTransport.Posix(
      address: .ipv4(host: host, port: port),
      transportSecurity: try .svid(identity: identity, peer: peer),
      config: .defaults { config in
        config.rpc.maxRequestPayloadSize = Self.maximumMessage
      })
    self.transport = transport
    self.server = GRPCServer(transport: transport, services: [GatewayFeedService(feed: feed)])
  }

  /// The port that is listened on, once `run` has bound it.
  package var port: Int {
    get async throws {
      guard let port = try await self.transport.listeningAddress.ipv4?.port else {
        throw RPCError(code: .unavailable, message: "the feed listens on no port")
      }
      return port
    }
  }

  package func run() async throws {
    try await withGracefulShutdownHandler {
      try await self.server.serve()
    } onGracefulShutdown: {
      self.server.beginGracefulShutdown()
    }
  }

  private static let maximumMessage = 16 * 1024 * 1024
}

/// Turns one RPC into one session.
private struct GatewayFeedService: Gatehouse_Feed_V1_GatewayFeed.SimpleServiceProtocol {
  let feed: any GatewayFeed

  func follow(
    request: RPCAsyncSequence<Gatehouse_Feed_V1_Report, any Error>,
    response: RPCWriter<Gatehouse_Feed_V1_Message>, context: ServerContext
  ) async throws {
    let gateway = try Self.peer(context)
    let (incoming, continuation) = AsyncThrowingStream<GatewayReport, any Error>.makeStream()
    let session = GatewaySession(incoming: incoming) { message in
      try await response.write(message.wire)
    }
    try await withThrowingTaskGroup(of: Part.self) { group in
      group.addTask {
        do {
          for try await report in request {
            if let report = GatewayReport(report) { continuation.yield(report) }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
        return .reader
      }
      group.addTask {
        try await self.serve(session, gateway)
        return .session
      }
      group.addTask {
        try await context.cancellation.cancelled
        return .session
      }
      defer { group.cancelAll() }
      // The reader may end first; the session itself or a shutdown ends the call.
      while let part = try await group.next(), part == .reader {}
    }
  }

  private enum Part {
    case reader, session
  }

  private func serve(_ session: GatewaySession, _ gateway: SPIFFEID) async throws {
    do {
      try await self.feed.serve(session, gateway: gateway)
    } catch let error as RPCError {
      throw error
    } catch {
      throw RPCError(code: .failedPrecondition, message: "\(error)")
    }
  }

  /// The SPIFFE ID of the certificate that the handshake verified.
  private static func peer(_ context: ServerContext) throws -> SPIFFEID {
    let transport = context.transportSpecific as? HTTP2ServerTransport.Posix.Context
    guard let leaf = transport?.peerCertificate,
      let id = try? UnverifiedX509SVID(chain: [leaf]).claimedID
    else {
      throw RPCError(code: .unauthenticated, message: "the peer showed no X.509-SVID")
    }
    return id
  }
}
