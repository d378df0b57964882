import Credentials
import Glibc
import NodeAgent
import Testing
import WorkloadAPIServer

/// Requests that a well-behaved client cannot make.
@Suite(
  "A raw gRPC client", .timeLimit(.minutes(10)),
  .enabled(if: PythonClient.isAvailable, PythonClient.skipped))
struct RawClientTests {
  @Test("a call without the exact metadata of the standard is an invalid argument")
  func headers() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["me"], forUser: geteuid())
      let lines = try await PythonClient.run("raw_client", [server.socket, "headers"])
      #expect(
        lines == [
          "none INVALID_ARGUMENT", "upper case value INVALID_ARGUMENT", "false INVALID_ARGUMENT",
          "empty INVALID_ARGUMENT", "twice INVALID_ARGUMENT", "another name INVALID_ARGUMENT",
          "right OK",
        ])
    }
  }

  @Test(
    "a client that claims another connection's number is still known by its own",
    .enabled(if: PythonClient.isRoot, "only root can run a client as another user"))
  func forged() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["me"], forUser: geteuid())
      try server.authority.set(["victim"], forUser: 41_002)
      let lines = try await PythonClient.run("raw_client", [server.socket, "forged"])
      #expect(
        lines == [
          "other message 1", "forged spiffe://example.org/me",
          "forged twice spiffe://example.org/me",
        ])
    }
  }

  @Test("requests that are malformed or too large are refused, and the server goes on")
  func requests() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["me"], forUser: geteuid())
      let now = SystemAlarmClock().now().seconds
      let valid = try server.authority.token(
        id: "spiffe://example.org/other", audience: ["orders"], issuedAt: now, expiresAt: now + 60)
      let expired = try server.authority.token(
        id: "spiffe://example.org/other", audience: ["orders"], issuedAt: now - 120,
        expiresAt: now - 60)
      let lines = try await PythonClient.run(
        "raw_client", [server.socket, "requests", valid, expired])
      // The transport resets the stream, or says why first.
      #expect(!lines.contains("huge message OK"))
      #expect(
        lines.filter { !$0.hasPrefix("huge message") } == [
          "no audience INVALID_ARGUMENT", "empty audience INVALID_ARGUMENT",
          "one empty audience INVALID_ARGUMENT", "many audiences INVALID_ARGUMENT",
          "long audience INVALID_ARGUMENT", "malformed id INVALID_ARGUMENT",
          "foreign id PERMISSION_DENIED", "not utf-8 INVALID_ARGUMENT",
          "not a message INVALID_ARGUMENT",
          "validate nothing INVALID_ARGUMENT", "validate without audience INVALID_ARGUMENT",
          "validate without token INVALID_ARGUMENT", "validate garbage INVALID_ARGUMENT",
          "validate given OK", "validate expired INVALID_ARGUMENT",
          "unknown method UNIMPLEMENTED", "after all that OK",
        ])
    }
  }

  @Test("without an identity every method is PermissionDenied, and it is said why")
  func denied() async throws {
    try await RunningServer.with { server in
      let lines = try await PythonClient.run("raw_client", [server.socket, "denied"])
      #expect(lines.count == 5)
      #expect(lines.allSatisfy { $0.contains("PERMISSION_DENIED no-identity: ") })
    }
  }

  @Test("an issuer that fails is Unavailable")
  func unavailable() async throws {
    try await RunningServer.with { server in
      server.authority.set(reachable: false)
      let lines = try await PythonClient.run("raw_client", [server.socket, "status"])
      #expect(lines == ["UNAVAILABLE"])
    }
  }

  @Test("a connection whose process has ended gives nothing to the child that inherited it")
  func orphan() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["me"], forUser: geteuid())
      let lines = try await PythonClient.run("raw_client", [server.socket, "orphan"])
      #expect(lines == ["control answered", "orphan refused"])
      #expect(server.authority.refusals.map(\.reason.code) == ["process-ended"])
    }
  }

  @Test("graceful shutdown ends streams that are held open")
  func shutdown() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["me"], forUser: geteuid())
      let lines = try await PythonClient.run("raw_client", [server.socket, "held"]) { line in
        if line == "message 1" { await server.shutDown() }
        return nil
      }
      #expect(lines == ["message 1", "end UNAVAILABLE"])
    }
  }

  @Test("one user has so many calls and connections and no more")
  func limits() async throws {
    let limits = WorkloadAPILimits(connectionsPerUser: 2, callsPerUser: 4)
    try await RunningServer.with(limits: limits) { server in
      try server.authority.set(["me"], forUser: geteuid())
      let lines = try await PythonClient.run("raw_client", [server.socket, "many"])
      #expect(lines.first == "streams OK,OK,OK,OK,RESOURCE_EXHAUSTED,RESOURCE_EXHAUSTED")
      #expect(lines.last == "connections RESOURCE_EXHAUSTED,UNAVAILABLE,UNAVAILABLE")
      let again = try await PythonClient.run("raw_client", [server.socket, "status"])
      #expect(again == ["OK"])
    }
  }
}
