import EnvoyAuthorization
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Gateway
import ServiceLifecycle

/// The verdict over Envoy's protocol for external authorization, gRPC, version 3.
package struct ExternalAuthorizationServer: Service {
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let transport: HTTP2ServerTransport.Posix

  /// - Parameters:
  ///   - host: an IP address.
  ///   - port: 0 for a free one.
  package init(host: String, port: Int, desk: VerdictDesk) {
    let transport = HTTP2ServerTransport.Posix(
      address: host.contains(":") ? .ipv6(host: host, port: port) : .ipv4(host: host, port: port),
      transportSecurity: .plaintext,
      config: .defaults { config in
        config.rpc.maxRequestPayloadSize = Self.maximumMessage
      })
    self.transport = transport
    self.server = GRPCServer(
      transport: transport, services: [ExternalAuthorizationService(desk: desk)])
  }

  /// The port that is listened on, once `run` has bound it.
  package var port: Int {
    get async throws {
      let address = try await self.transport.listeningAddress
      guard let port = address.ipv4?.port ?? address.ipv6?.port else {
        throw RPCError(code: .unavailable, message: "verdicts are given on no port")
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

  /// A head, and whatever of a body the proxy sends along.
  private static let maximumMessage = 256 * 1024
}

struct ExternalAuthorizationService: Envoy_Service_Auth_V3_Authorization.SimpleServiceProtocol {
  let desk: VerdictDesk

  func check(
    request: Envoy_Service_Auth_V3_CheckRequest, context: ServerContext
  ) async throws -> Envoy_Service_Auth_V3_CheckResponse {
    let (original, bodyIsKnown) = OriginalRequest.of(request)
    return .init(
      self.desk.verdict(
        on: original, bodyIsKnown: bodyIsKnown, counter: .verdictsExternalAuthorization))
  }
}
