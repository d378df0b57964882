import Credentials
import Gateway
import GatewayProxy
import ListenerSecurity
import Logging
import NIOPosix
import SVIDTransport
import ServiceLifecycle
import Upstreams

/// The listener for clients, with its certificates where it has any.
struct ClientListener: Service {
  let configuration: GatewayConfiguration
  let place: ListeningPlace
  let gateway: Gateway
  let upstreams: UpstreamDirectory
  let observation: ProxyObservation
  /// The gateway's own identity; `nil` where it has none.
  let identity: OwnIdentity?
  let group: MultiThreadedEventLoopGroup
  let threads: NIOThreadPool
  let logger: Logger

  func run() async throws {
    let security = try await self.security()
    guard let security else { return try await self.listen(nil) }
    let reloading = CertificateReloading(
      security, every: .seconds(1), clock: ContinuousClock(), threads: self.threads,
      now: { SystemClock().now().seconds })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.listen(security) }
      group.addTask { try await reloading.run() }
      try await group.waitForAll()
    }
  }

  private func listen(_ security: ListenerSecurity?) async throws {
    try await ListenerSuccession(place: self.place, logger: self.logger) { address, ready in
      var proxy = self.configuration.proxy
      (proxy.address, proxy.port) = (address.host, address.port)
      return GatewayListener(
        configuration: proxy, gateway: self.gateway, upstreams: self.upstreams,
        security: security, observation: self.observation, group: self.group, logger: self.logger
      ) { host, port in
        StandardError.write("listening on \(host.contains(":") ? "[\(host)]" : host):\(port)")
        ready()
      }
    }.run()
  }

  private func security() async throws -> ListenerSecurity? {
    guard let tls = self.configuration.listener.tls else { return nil }
    if tls.needsIdentity {
      guard let identity = self.identity else { throw WithoutIdentity() }
      _ = try await identity.current()
    }
    let identity = self.identity
    let sources = tls.certificates.enumerated().map { index, certificate in
      switch certificate.place {
      case .files(let chain, let key):
        CertificateSource(
          name: chain, place: .files(chain: chain, key: key), hosts: certificate.hosts)
      case .svid:
        CertificateSource(
          name: "svid-\(index)", place: .identity { try? identity?.identity() },
          hosts: certificate.hosts)
      }
    }
    return try ListenerSecurity(
      sources: sources, settings: tls.settings, at: SystemClock().now().seconds,
      logger: self.logger)
  }
}

extension ListenerSettings.TLS {
  /// Whether a certificate is the gateway's SVID, which comes some time after the start.
  var needsIdentity: Bool {
    self.certificates.contains { if case .svid = $0.place { true } else { false } }
  }
}
