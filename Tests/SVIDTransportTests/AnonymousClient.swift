import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GatewayFeedAPI

/// A client that trusts any server and shows no certificate.
enum AnonymousClient {
  /// Whether it gets an answer that is not a refusal of the connection.
  static func connects(port: Int) async throws -> Bool {
    let transport = try HTTP2ClientTransport.Posix(
      target: .ipv4(address: "127.0.0.1", port: port),
      transportSecurity: .tls { $0.serverCertificateVerification = .noVerification })
    do {
      return try await withGRPCClient(transport: transport) { client in
        var options = CallOptions.defaults
        options.waitForReady = false
        return try await Gatehouse_Feed_V1_GatewayFeed.Client(wrapping: client).follow(
          options: options, requestProducer: { _ in },
          onResponse: { response in
            for try await _ in response.messages {}
            return true
          })
      }
    } catch {
      return false
    }
  }
}
