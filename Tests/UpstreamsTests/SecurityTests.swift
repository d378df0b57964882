import Inspection
import NIOCore
import NIOPosix
import NIOSSL
import SPIFFE
import SVIDTransport
import Synchronization
import Testing

@testable import Upstreams

private let ok = LoopbackService.Manner.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

/// The gateway's SVID of the moment.
private final class Held: Sendable {
  private let state: Mutex<TransportIdentity>

  init(_ identity: TransportIdentity) { self.state = Mutex(identity) }

  var identity: TransportIdentity { self.state.withLock { $0 } }

  func replace(with identity: TransportIdentity) { self.state.withLock { $0 = identity } }
}

private func ask(
  _ service: LoopbackService, host: String = "127.0.0.1", _ transport: Upstream.Transport,
  _ credentials: GatewayCredentials = .none
) async throws -> ProbeOutcome {
  let origin = Upstream.Origin(host: host, port: UInt16(clamping: service.port))
  let endpoint = Endpoint(
    service: "orders", upstream: Upstream(origins: [origin], transport: transport), origin: origin,
    address: try address("127.0.0.1", service.port),
    security: UpstreamSecurity(transport, credentials: credentials))
  return await HealthProbe(group: MultiThreadedEventLoopGroup.singleton)
    .ask(endpoint, .init(path: "/", timeout: 30))
}

private func expect(
  _ outcome: ProbeOutcome, _ expected: ProbeOutcome,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome == expected, sourceLocation: sourceLocation)
}

@Suite("TLS to services, over sockets", .timeLimit(.minutes(1)))
struct WebSecurityTests {
  private let authority: WebAuthority

  init() throws { self.authority = try WebAuthority() }

  private func trusted(_ serverName: String? = nil) throws -> Upstream.Transport {
    .tls(serverName: serverName, roots: .certificates(try self.authority.pem))
  }

  @Test("a certificate of the given authority for the host's name is believed")
  func named() async throws {
    let tls = try self.authority.server(names: ["orders.example"])
    try await LoopbackService.run(ok, tls: tls) { service in
      try await expect(ask(service, host: "orders.example", self.trusted()), .status(200))
      try await expect(ask(service, self.trusted("orders.example")), .status(200))
    }
  }

  @Test("one for another name is not, whatever else is right")
  func misnamed() async throws {
    let tls = try self.authority.server(names: ["orders.example", "*.wild.example"])
    try await LoopbackService.run(ok, tls: tls) { service in
      for name in ["stock.example", "a.orders.example", "a.b.wild.example"] {
        try await expect(ask(service, host: name, self.trusted()), .failed(.handshake))
      }
      try await expect(ask(service, self.trusted()), .failed(.handshake))
      let other = try self.trusted("stock.example")
      try await expect(ask(service, host: "orders.example", other), .failed(.handshake))
    }
  }

  @Test("an endpoint by address needs the address in its certificate")
  func addressed() async throws {
    let tls = try self.authority.server(names: [], address: [127, 0, 0, 1])
    try await LoopbackService.run(ok, tls: tls) { service in
      try await expect(ask(service, self.trusted()), .status(200))
    }
    let other = try self.authority.server(names: [], address: [127, 0, 0, 2])
    try await LoopbackService.run(ok, tls: other) { service in
      try await expect(ask(service, self.trusted()), .failed(.handshake))
    }
  }

  @Test("another authority is not believed, neither by the given one nor by the machine's")
  func untrusted() async throws {
    let tls = try WebAuthority().server(names: ["orders.example"])
    try await LoopbackService.run(ok, tls: tls) { service in
      let system = Upstream.Transport.tls(serverName: nil, roots: .system)
      for transport in [try self.trusted(), system] {
        try await expect(ask(service, host: "orders.example", transport), .failed(.handshake))
      }
    }
  }

  @Test("TLS 1.2 is spoken, and nothing older")
  func versions() async throws {
    for (version, expected) in [
      (TLSVersion.tlsv12, ProbeOutcome.status(200)), (.tlsv11, .failed(.handshake)),
    ] {
      let tls = try self.authority.server(names: ["orders.example"], version: version)
      try await LoopbackService.run(ok, tls: tls) { service in
        try await expect(ask(service, host: "orders.example", self.trusted()), expected)
      }
    }
  }

  @Test("a plain server is no TLS server")
  func plain() async throws {
    try await LoopbackService.run(.reset) { service in
      let outcome = try await ask(service, host: "orders.example", self.trusted())
      #expect(outcome == .failed(.closed) || outcome == .failed(.handshake))
    }
  }

  @Test("certificates that cannot be read make no connection, and say so")
  func unreadable() {
    for text in ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
      let security = UpstreamSecurity(
        .tls(serverName: nil, roots: .certificates(text)), credentials: .none)
      #expect(throws: UpstreamSecurityError.unusableCertificates) { try security?.context() }
    }
  }

  @Test("one context serves all connections")
  func cached() throws {
    let security = try #require(UpstreamSecurity(self.trusted(), credentials: .none))
    #expect(try security.context() === security.context())
  }
}

@Suite("Mutual TLS to services, over sockets", .timeLimit(.minutes(1)))
struct MutualSecurityTests {
  private let authority: TestAuthority

  init() throws { self.authority = try TestAuthority() }

  private func server(_ path: String, of authority: TestAuthority? = nil) throws -> NIOSSLContext {
    let identity = try (authority ?? self.authority).identity(path)
    return try serverContext(
      chain: identity.chain, key: identity.privateKey, asksClient: true)
  }

  private func credentials(
    now: Int64 = TestAuthority.now,
    _ identity: @escaping @Sendable () throws -> TransportIdentity
  ) -> GatewayCredentials {
    let authority = self.authority
    return GatewayCredentials(
      identity: identity, bundles: { try authority.bundles() }, unixTime: { now })
  }

  private func wanted(_ paths: String...) throws -> Upstream.Transport {
    .mutualTLS(serverName: nil, peers: Set(try paths.map { try self.authority.id($0) }))
  }

  @Test("an endpoint with a wanted SPIFFE ID is believed, and sees the gateway's SVID")
  func wanted() async throws {
    let identity = try self.authority.identity("/gateway")
    try await LoopbackService.run(ok, tls: try self.server("/orders")) { service in
      let outcome = try await ask(
        service, self.wanted("/stock", "/orders"), self.credentials { identity })
      #expect(outcome == .status(200))
      var clients = service.clients.makeAsyncIterator()
      #expect(await clients.next() == identity.chain.first)
    }
  }

  @Test("one with another SPIFFE ID, of a strange authority, or out of its time is not")
  func unwanted() async throws {
    let identity = try self.authority.identity("/gateway")
    try await LoopbackService.run(ok, tls: try self.server("/orders")) { service in
      let known = self.credentials { identity }
      try await expect(ask(service, self.wanted("/stock"), known), .failed(.handshake))
      try await expect(ask(service, self.wanted("/orders/a"), known), .failed(.handshake))
      let late = self.credentials(now: TestAuthority.now + 7200) { identity }
      try await expect(ask(service, self.wanted("/orders"), late), .failed(.handshake))
    }
    let impostor = try self.server("/orders", of: TestAuthority())
    try await LoopbackService.run(ok, tls: impostor) { service in
      let known = self.credentials { identity }
      try await expect(ask(service, self.wanted("/orders"), known), .failed(.handshake))
    }
  }

  @Test("a renewed SVID is shown by the next connection")
  func renewed() async throws {
    let first = try self.authority.identity("/gateway")
    let second = try self.authority.identity("/gateway")
    let held = Held(first)
    try await LoopbackService.run(ok, tls: try self.server("/orders")) { service in
      var clients = service.clients.makeAsyncIterator()
      let transport = try self.wanted("/orders")
      let security = try #require(
        UpstreamSecurity(transport, credentials: self.credentials { held.identity }))
      let endpoint = Endpoint(
        service: "orders", upstream: Upstream(origins: [service.origin], transport: transport),
        origin: service.origin, address: try address("127.0.0.1", service.port),
        security: security)
      let probe = HealthProbe(group: MultiThreadedEventLoopGroup.singleton)
      #expect(await probe.ask(endpoint, .init(path: "/", timeout: 30)) == .status(200))
      #expect(await clients.next() == first.chain.first)
      held.replace(with: second)
      #expect(await probe.ask(endpoint, .init(path: "/", timeout: 30)) == .status(200))
      #expect(await clients.next() == second.chain.first)
      #expect(try security.context() === security.context())
    }
  }

  @Test("a gateway without an SVID makes no connection, and says why")
  func without() async throws {
    try await LoopbackService.run(ok, tls: try self.server("/orders")) { service in
      try await expect(ask(service, self.wanted("/orders")), .failed(.handshake))
    }
    let security = UpstreamSecurity(try self.wanted("/orders"), credentials: .none)
    #expect(throws: UpstreamSecurityError.noIdentity) { try security?.context() }
    let broken = self.credentials { TransportIdentity(chain: [[1, 2]], privateKey: [3]) }
    let unusable = UpstreamSecurity(try self.wanted("/orders"), credentials: broken)
    #expect(throws: UpstreamSecurityError.unusableIdentity) { try unusable?.context() }
  }
}
