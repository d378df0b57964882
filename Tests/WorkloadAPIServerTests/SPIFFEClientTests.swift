import Credentials
import NodeAgent
import Testing

/// The PyPI client `spiffe`, run as other users than the server's.
@Suite(
  "The Python client of SPIFFE", .timeLimit(.minutes(10)),
  .enabled(if: PythonClient.isAvailable, PythonClient.skipped),
  .enabled(if: PythonClient.isRoot, "only root can run a client as another user"))
struct SPIFFEClientTests {
  private static let alice: UInt32 = 41_001
  private static let bob: UInt32 = 41_002
  private static let nobody: UInt32 = 41_003

  @Test("three users receive their own identities: two, one, and none")
  func threeUsers() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["alice", "orders"], forUser: Self.alice)
      try server.authority.set(["bob"], forUser: Self.bob)
      let alice = try await PythonClient.run(
        "spiffe_client", [server.socket, "\(Self.alice)", "x509"])
      #expect(
        alice == [
          "svid spiffe://example.org/alice chain 2 key True",
          "svid spiffe://example.org/orders chain 2 key True", "chain verifies",
        ])
      let bob = try await PythonClient.run("spiffe_client", [server.socket, "\(Self.bob)", "x509"])
      #expect(bob == ["svid spiffe://example.org/bob chain 2 key True", "chain verifies"])
      let nobody = try await PythonClient.run(
        "spiffe_client", [server.socket, "\(Self.nobody)", "x509"])
      #expect(nobody == ["refused True"])
      #expect(server.authority.refusals.map(\.reason.code).contains("no-identity"))
      #expect(server.authority.refusals.first?.facts["uid"] == ["\(Self.nobody)"])
    }
  }

  @Test("bundles hold the authorities and the keys of JWT-SVIDs")
  func bundles() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["alice"], forUser: Self.alice)
      let lines = try await PythonClient.run(
        "spiffe_client", [server.socket, "\(Self.alice)", "bundles"])
      #expect(lines == ["x509 authorities 1", "jwt keys jwt-1"])
    }
  }

  @Test("JWT-SVIDs are fetched for all identities or one, and validated for their audience only")
  func jwtSVIDs() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["alice", "orders"], forUser: Self.alice)
      let lines = try await PythonClient.run(
        "spiffe_client", [server.socket, "\(Self.alice)", "jwt"])
      #expect(
        lines == [
          "jwt spiffe://example.org/alice billing,orders", "validated spiffe://example.org/alice",
          "all spiffe://example.org/alice,spiffe://example.org/orders",
          "named spiffe://example.org/alice", "other audience refused",
        ])
    }
  }

  @Test("a held stream is told of a new registration, and ends when no identity remains")
  func stream() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["alice"], forUser: Self.alice)
      let lines = try await PythonClient.run(
        "spiffe_client", [server.socket, "\(Self.alice)", "stream"]
      ) { line in
        switch line {
        case "update spiffe://example.org/alice":
          try server.authority.set(["alice", "orders"], forUser: Self.alice)
        case "update spiffe://example.org/alice,spiffe://example.org/orders":
          try server.authority.set([], forUser: Self.alice)
        default: break
        }
        server.authority.tellOfChange()
        return nil
      }
      #expect(
        lines == [
          "update spiffe://example.org/alice",
          "update spiffe://example.org/alice,spiffe://example.org/orders",
          "error gRPC error: StatusCode.PERMISSION_DENIED",
        ])
    }
  }

  @Test("the agent's own user is refused")
  func ownUser() async throws {
    try await RunningServer.with(ownUID: Self.alice) { server in
      try server.authority.set(["alice"], forUser: Self.alice)
      let lines = try await PythonClient.run(
        "spiffe_client", [server.socket, "\(Self.alice)", "x509"])
      #expect(lines == ["refused True"])
      #expect(server.authority.refusals.map(\.reason.code).contains("own-user"))
    }
  }
}
