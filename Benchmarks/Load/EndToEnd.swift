import AsyncHTTPClient
import ControlPlaneClient
import Credentials
import Glibc
import WorkloadAPIClient

/// A running `gatehouse dev`, found by the variables of its dev.env; this process must be a
/// registered workload.
struct EndToEnd: Sendable {
  private let client: WorkloadAPIClient
  private let issuer: String
  private let url: String
  private let audience: String
  private let scopes: [String]

  init() throws {
    let socket = try Self.variable("SPIFFE_ENDPOINT_SOCKET")
    self.client = try WorkloadAPIClient(
      socketPath: String(socket.dropFirst("unix://".count)))
    self.issuer = try Self.variable("GATEHOUSE_ISSUER")
    self.url = try Self.variable("GATEHOUSE_URL")
    self.audience = try Self.variable("LOAD_AUDIENCE")
    self.scopes = [try Self.variable("LOAD_SCOPE")]
  }

  func x509SVID() -> @Sendable () async throws -> Void {
    { _ = try await self.client.fetchX509Context() }
  }

  func jwtSVID() -> @Sendable () async throws -> Void {
    { _ = try await self.client.fetchJWTSVIDs(audience: [self.audience], id: nil) }
  }

  func token() async throws -> @Sendable () async throws -> Void {
    let svids = try await self.client.fetchJWTSVIDs(audience: [self.issuer], id: nil)
    guard let proof = svids.first?.token else { throw LoadError("no JWT-SVID") }
    let tokens = try TokenClient(baseURL: self.url, http: HTTPClient.shared)
    let exchange = TokenExchange(
      subjectToken: proof, audience: self.audience, scopes: self.scopes)
    return { _ = try await tokens.exchange(exchange) }
  }

  private static func variable(_ name: String) throws -> String {
    guard let value = getenv(name) else { throw LoadError("\(name) is not set") }
    return String(cString: value)
  }
}
