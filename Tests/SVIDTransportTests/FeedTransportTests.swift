import ControlPlaneClient
import ControlPlaneServer
import Distribution
import SPIFFE
import SVIDTransport
import Synchronization
import Testing

/// A feed that answers every report with a message and remembers who came.
final class EchoFeed: GatewayFeed {
  private let seen = Mutex<[SPIFFEID]>([])

  var gateways: [SPIFFEID] { self.seen.withLock { $0 } }

  func serve(_ session: GatewaySession, gateway: SPIFFEID) async throws {
    self.seen.withLock { $0.append(gateway) }
    for try await report in session.incoming {
      guard case .acknowledged(let revision) = report else { return }
      try await session.send(.changes(items: [], revision: revision + 1))
    }
  }
}

/// Something that a test replaces while others read it.
final class Replaceable<Value: Sendable>: Sendable {
  private let state: Mutex<Value>
  init(_ value: Value) { self.state = Mutex(value) }
  var value: Value {
    get { self.state.withLock { $0 } }
    set { self.state.withLock { $0 = newValue } }
  }
}

/// The feed over real sockets: mutual TLS between SPIFFE identities.
@Suite(.timeLimit(.minutes(2))) struct FeedTransportTests {
  private func withServer(
    identity: @escaping @Sendable () throws -> TransportIdentity, peer: PeerVerification,
    _ body: (Int, EchoFeed) async throws -> Void
  ) async throws {
    let feed = EchoFeed()
    let server = try GatewayFeedServer(
      host: "127.0.0.1", port: 0, feed: feed, identity: identity, peer: peer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      try await body(try await server.port, feed)
      group.cancelAll()
    }
  }

  /// Whether a session with an echo could be had.
  private func succeeds(
    port: Int, identity: TransportIdentity, peer: PeerVerification
  ) async -> Bool {
    let client = GatewayFeedClient(
      host: "127.0.0.1", port: port, identity: { identity }, peer: peer)
    let heard = Replaceable(false)
    try? await client.withSession { session in
      try await session.send(.acknowledged(revision: 41))
      for try await message in session.incoming {
        heard.value = message == .changes(items: [], revision: 42)
        return
      }
    }
    return heard.value
  }

  @Test("both ends prove who they are, and the server learns the gateway's SPIFFE ID")
  func right() async throws {
    let authority = try TestAuthority()
    let server = try authority.identity("/server")
    try await self.withServer(
      identity: { server }, peer: try authority.verification(of: "/gateway")
    ) { port, feed in
      let outcome1 = await self.succeeds(
        port: port, identity: try authority.identity("/gateway"),
        peer: try authority.verification(of: "/server"))
      #expect(outcome1)
      let gateway = try authority.id("/gateway")
      #expect(feed.gateways == [gateway])
    }
  }

  @Test("a gateway of another id, a foreign authority or with an expired SVID gets no session")
  func wrongGateways() async throws {
    let authority = try TestAuthority()
    let server = try authority.identity("/server")
    try await self.withServer(
      identity: { server }, peer: try authority.verification(of: "/gateway")
    ) { port, feed in
      for identity in [
        try authority.identity("/other"), try TestAuthority().identity("/gateway"),
        try TestAuthority("example.com").identity("/gateway"),
        try authority.identity("/gateway", notAfter: TestAuthority.now - 1),
      ] {
        let outcome2 = await self.succeeds(
          port: port, identity: identity, peer: try authority.verification(of: "/server"))
        #expect(!outcome2)
      }
      #expect(feed.gateways.isEmpty)
    }
  }

  @Test("a server of another id, a foreign authority or with an expired SVID is told nothing")
  func wrongServers() async throws {
    let authority = try TestAuthority()
    for server in [
      try authority.identity("/other"), try TestAuthority().identity("/server"),
      try authority.identity("/server", notAfter: TestAuthority.now - 1),
    ] {
      try await self.withServer(
        identity: { server }, peer: try authority.verification(of: "/gateway")
      ) { port, feed in
        let outcome3 = await self.succeeds(
          port: port, identity: try authority.identity("/gateway"),
          peer: try authority.verification(of: "/server"))
        #expect(!outcome3)
        #expect(feed.gateways.isEmpty)
      }
    }
  }

  @Test("a client without a certificate gets no session")
  func noCertificate() async throws {
    let authority = try TestAuthority()
    let server = try authority.identity("/server")
    try await self.withServer(
      identity: { server }, peer: try authority.verification(of: "/gateway")
    ) { port, feed in
      let outcome4 = await self.succeeds(
        port: port, identity: TransportIdentity(chain: [], privateKey: []),
        peer: try authority.verification(of: "/server"))
      #expect(!outcome4)
      let isAnswered = try await AnonymousClient.connects(port: port)
      #expect(!isAnswered)
      #expect(feed.gateways.isEmpty)
    }
  }

  @Test("a certificate of another's with one's own key gets no session")
  func stolenCertificate() async throws {
    let authority = try TestAuthority()
    let server = try authority.identity("/server")
    try await self.withServer(
      identity: { server }, peer: try authority.verification(of: "/gateway")
    ) { port, feed in
      let stolen = TransportIdentity(
        chain: try authority.identity("/gateway").chain,
        privateKey: try authority.identity("/gateway").privateKey)
      let outcome5 = await self.succeeds(
        port: port, identity: stolen, peer: try authority.verification(of: "/server"))
      #expect(!outcome5)
      #expect(feed.gateways.isEmpty)
    }
  }

  @Test("a renewed SVID of the server holds for the next connection")
  func renewal() async throws {
    let authority = try TestAuthority()
    let identity = Replaceable(try authority.identity("/server"))
    try await self.withServer(
      identity: { identity.value }, peer: try authority.verification(of: "/gateway")
    ) { port, _ in
      let gateway = try authority.identity("/gateway")
      let peer = try authority.verification(of: "/server")
      let outcome6 = await self.succeeds(port: port, identity: gateway, peer: peer)
      #expect(outcome6)
      identity.value = try authority.identity("/renamed")
      let outcome7 = await self.succeeds(port: port, identity: gateway, peer: peer)
      #expect(!outcome7)
      let renamed = try authority.verification(of: "/renamed")
      let outcome8 = await self.succeeds(port: port, identity: gateway, peer: renamed)
      #expect(outcome8)
    }
  }

  @Test("a trust bundle that changes holds for the next connection")
  func bundleChange() async throws {
    let authority = try TestAuthority()
    let server = try authority.identity("/server")
    let bundles = Replaceable(TrustBundleSet())
    let wanted = try authority.id("/gateway")
    let peer = PeerVerification(
      bundles: { bundles.value }, now: { TestAuthority.now }, isWanted: { $0 == wanted })
    try await self.withServer(identity: { server }, peer: peer) { port, _ in
      let gateway = try authority.identity("/gateway")
      let verification = try authority.verification(of: "/server")
      let outcome9 = await self.succeeds(port: port, identity: gateway, peer: verification)
      #expect(!outcome9)
      bundles.value = try authority.bundles
      let outcome10 = await self.succeeds(port: port, identity: gateway, peer: verification)
      #expect(outcome10)
      bundles.value = TrustBundleSet()
      let outcome11 = await self.succeeds(port: port, identity: gateway, peer: verification)
      #expect(!outcome11)
    }
  }
}
