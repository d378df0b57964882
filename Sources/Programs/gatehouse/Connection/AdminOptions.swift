import ArgumentParser
import AsyncHTTPClient
import ControlPlaneClient

/// How to reach the admin socket.
struct AdminOptions: ParsableArguments {
  @Option(help: "The server's admin socket.", completion: .file())
  var adminSocket: String?

  /// Runs a body with a client of the admin socket.
  func withClient<Result: Sendable>(
    _ body: (AdminClient) async throws -> Result
  ) async throws -> Result {
    let path = try Settings.current().value(.adminSocket, flag: self.adminSocket)
    return try await HTTPClient.withOneShot { http in
      try await body(try AdminClient(socketPath: path, http: http))
    }
  }
}
