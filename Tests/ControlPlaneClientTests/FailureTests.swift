import AsyncHTTPClient
import ControlPlaneClient
import Credentials
import Foundation
import Testing

@Suite("What clients say when it does not work")
struct FailureTests {
  @Test("without a server, what to do next")
  func noServer() async throws {
    let path = "/tmp/no-\(UUID().uuidString.prefix(8)).sock"
    let failure = await #expect(throws: RequestFailure.self) {
      try await HTTPClient.withOneShot {
        try await AdminClient(socketPath: path, http: $0).status()
      }
    }
    #expect(
      failure?.description
        == "cannot reach the admin socket at \(path): is `gatehouse dev` running?")
  }

  @Test(
    "a socket's path that cannot be one",
    arguments: ["relative", "/" + String(repeating: "a", count: 107)])
  func path(path: String) async throws {
    let failure = await #expect(throws: RequestFailure.self) {
      try await HTTPClient.withOneShot { _ = try AdminClient(socketPath: path, http: $0) }
    }
    #expect(failure?.description.contains("at most 107 bytes") == true)
  }

  @Test("without a token endpoint, and never with the subject token in the text")
  func noTokenEndpoint() async throws {
    let failure = await #expect(throws: RequestFailure.self) {
      try await HTTPClient.withOneShot {
        try await TokenClient(baseURL: "http://127.0.0.1:1", http: $0).exchange(
          TokenExchange(
            subjectToken: Redacted("m4rked"), audience: "https://a.example", scopes: []))
      }
    }
    #expect(failure?.description.contains("cannot reach the token endpoint") == true)
    #expect(failure?.description.contains("m4rked") == false)
  }

  @Test(
    "a proof goes over TLS or stays on this machine",
    arguments: [
      ("http://127.0.0.1:8080", true), ("http://127.3.2.1", true), ("http://[::1]:1/", true),
      ("http://localhost:80/base", true), ("https://gatehouse.example", true),
      ("http://gatehouse.example", false), ("http://127.0.0.1.example", false),
      ("http://127.0.0.1@evil.example", false), ("http://localhost.example", false),
      ("https://", false), ("", false), ("ftp://127.0.0.1", false), ("https://a b", false),
      ("https://a.example?x", false), ("http://evil\\127.0.0.1", false), ("http://127.1", false),
    ])
  func urls(url: String, isSafe: Bool) async throws {
    try await HTTPClient.withOneShot { http in
      let client = try? TokenClient(baseURL: url, http: http)
      #expect((client != nil) == isSafe)
    }
  }
}
