import Credentials
import Glibc
import NodeAgent
import SPIFFE
import Testing
import WorkloadAPIClient
import WorkloadAPIServer

@Suite("The Workload API client", .timeLimit(.minutes(10)))
struct SwiftClientTests {
  @Test("X.509-SVIDs, their keys and bundles are fetched and verify")
  func x509() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["me"], forUser: geteuid())
      let context = try await server.client().fetchX509Context()
      let svid = try #require(context.svids.first)
      #expect(svid.id.description == "spiffe://example.org/me")
      #expect(svid.hint == "me")
      #expect(!svid.privateKey.reveal().isEmpty)
      #expect(svid.bundle.authorities.count == 1)
      #expect(svid.chain.intermediates.count == 1)
    }
  }

  @Test("JWT-SVIDs are fetched, and a refusal is told with the server's reason")
  func jwt() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["me"], forUser: geteuid())
      let client = try server.client()
      let svids = try await client.fetchJWTSVIDs(audience: ["orders"], id: nil)
      #expect(svids.map(\.id.path) == ["/me"])
      let foreign = try SPIFFEID(parsing: "spiffe://example.org/other")
      let error = await #expect(throws: WorkloadAPIClientError.self) {
        _ = try await client.fetchJWTSVIDs(audience: ["orders"], id: foreign)
      }
      #expect(error?.kind == .permissionDenied)
      #expect(error?.message.hasPrefix("identity-not-entitled") ?? false)
    }
  }

  @Test("an identity that is bound to this process is given to it alone")
  func bound() async throws {
    try await RunningServer.with(ownUID: geteuid()) { server in
      let client = try server.client()
      await #expect(throws: WorkloadAPIClientError.self) {
        _ = try await client.fetchX509Context()
      }
      let gateway = EntitledIdentity(
        id: try SPIFFEID(parsing: "spiffe://example.org/gateway"), workloadName: "gateway",
        hint: "")
      server.agent.bind(gateway, to: try server.ownIdentity())
      #expect(try await client.fetchX509Context().svids.map(\.id) == [gateway.id])
    }
  }

  @Test("following goes on over changes and withdrawal")
  func following() async throws {
    try await RunningServer.with { server in
      try server.authority.set(["one"], forUser: geteuid())
      let client = try server.client()
      let (events, continuation) = AsyncStream.makeStream(of: X509ContextEvent.self)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await client.followX509Contexts(pause: { _ in await Task.yield() }) {
            continuation.yield($0)
          }
        }
        var iterator = events.makeAsyncIterator()
        #expect(await iterator.next()?.path == "/one")
        try server.authority.set(["two"], forUser: geteuid())
        server.authority.tellOfChange()
        #expect(await iterator.next()?.path == "/two")
        try server.authority.set([], forUser: geteuid())
        server.authority.tellOfChange()
        #expect(await iterator.next()?.isWithdrawn ?? false)
        try server.authority.set(["three"], forUser: geteuid())
        var event = await iterator.next()
        while event?.isWithdrawn ?? false { event = await iterator.next() }
        #expect(event?.path == "/three")
        group.cancelAll()
      }
    }
  }

  @Test("where nobody serves, a call fails at once and is said to be unavailable")
  func nobody() async throws {
    let client = try WorkloadAPIClient(socketPath: "/tmp/gatehouse-no-such-socket")
    let error = await #expect(throws: WorkloadAPIClientError.self) {
      _ = try await client.fetchJWTSVIDs(audience: ["orders"], id: nil)
    }
    #expect(error?.kind == .unavailable)
  }
}

extension X509ContextEvent {
  fileprivate var path: String? {
    if case .current(let context) = self { context.svids.first?.id.path } else { nil }
  }

  fileprivate var isWithdrawn: Bool {
    if case .withdrawn = self { true } else { false }
  }
}
