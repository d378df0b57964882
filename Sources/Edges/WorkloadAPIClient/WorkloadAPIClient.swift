import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import SPIFFE
import SPIFFEWorkloadAPI

/// Asks a SPIFFE Workload API on a Unix socket for this process's credentials.
///
/// What it hands over is as trustworthy as the socket: the socket's folder must belong to whoever
/// runs the node agent.
package struct WorkloadAPIClient: Sendable {
  private static let metadata: Metadata = ["workload.spiffe.io": "true"]

  private let path: String
  private let timeout: Duration

  /// - Parameters:
  ///   - path: of the socket; absolute, at most 107 bytes.
  ///   - timeout: of calls that are not streams.
  /// - Throws: `InvalidWorkloadEndpointAddress`.
  package init(
    socketPath path: String, timeout: Duration = .seconds(30)
  ) throws(InvalidWorkloadEndpointAddress) {
    try WorkloadEndpointAddress.check(socketPath: path)
    self.path = path
    self.timeout = timeout
  }

  /// JWT-SVIDs for an audience: of the identity that is named, else of all that this process has;
  /// the default one first.
  ///
  /// - Throws: `WorkloadAPIClientError`.
  package func fetchJWTSVIDs(
    audience: [String], id: SPIFFEID?
  ) async throws -> [FetchedJWTSVID] {
    var request = JWTSVIDRequest()
    request.audience = audience
    request.spiffeID = id?.description ?? ""
    var options = CallOptions.defaults
    options.timeout = self.timeout
    let answer = try await self.withClient { [request, options] client in
      try await client.fetchJWTSVID(request, metadata: Self.metadata, options: options)
    }
    guard !answer.svids.isEmpty else { throw WorkloadAPIClientError.malformedAnswer }
    return try answer.svids.map { try FetchedJWTSVID($0) }
  }

  /// The X.509-SVIDs of this process as they are now.
  ///
  /// - Throws: `WorkloadAPIClientError`.
  package func fetchX509Context() async throws -> FetchedX509Context {
    var options = CallOptions.defaults
    options.timeout = self.timeout
    return try await self.withClient { [options] client in
      try await client.fetchX509SVID(
        X509SVIDRequest(), metadata: Self.metadata, options: options
      ) { response in
        for try await message in response.messages { return try FetchedX509Context(message) }
        throw WorkloadAPIClientError.malformedAnswer
      }
    }
  }

  /// Opens the stream of X.509-SVIDs once, and delivers each full set until the stream ends.
  ///
  /// - Throws: `WorkloadAPIClientError`, or what `deliver` throws.
  package func streamX509Contexts(
    _ deliver: @escaping @Sendable (FetchedX509Context) async throws -> Void
  ) async throws {
    try await self.withClient { client in
      try await client.fetchX509SVID(X509SVIDRequest(), metadata: Self.metadata) { response in
        for try await message in response.messages {
          try await deliver(try FetchedX509Context(message))
        }
      }
    }
  }

  private func withClient<Answer: Sendable>(
    _ body:
      @Sendable (SpiffeWorkloadAPI.Client<HTTP2ClientTransport.Posix>) async throws -> Answer
  ) async throws -> Answer {
    do {
      let transport = try HTTP2ClientTransport.Posix(
        target: .unixDomainSocket(path: self.path, authority: "localhost"),
        transportSecurity: .plaintext)
      return try await withGRPCClient(transport: transport) { client in
        try await body(SpiffeWorkloadAPI.Client(wrapping: client))
      }
    } catch let error as RPCError {
      throw WorkloadAPIClientError(error)
    }
  }
}
