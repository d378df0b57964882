import Gateway
import HTTPMessages
import IPAddresses
import Inspection
import ListenerSecurity
import Logging
import NIOCore

/// What happens to a connection from its acceptance until somebody serves it: the PROXY protocol header,
/// if proxies in front send one, the handshake of TLS, and the choice of HTTP's version.
struct ConnectionOpening: Sendable {
  /// `nil` for plain connections.
  let security: ListenerSecurity?
  let logger: Logger
  let sources: SourceCount
  let handshakes: ConnectionCount
  let refusals = FloodNotice()

  func open(_ channel: any Channel, _ loop: ProxyLoop) throws {
    let connections = loop.connections
    guard connections.enter() else {
      loop.meter.add(.connectionsRefusedAtLimit)
      self.warn()
      return channel.close(promise: nil)
    }
    loop.meter.add(.connectionsAccepted)
    channel.closeFuture.whenComplete { _ in connections.leave() }
    guard let proxies = loop.configuration.proxies else {
      return try self.secure(channel, loop, source: channel.remoteAddress?.ipAddress ?? "unknown")
    }
    // Anybody could say anything in that header.
    guard let peer = channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) })?.unmapped,
      proxies.contains(where: { $0.contains(peer) })
    else { return channel.close(promise: nil) }
    try channel.pipeline.syncOperations.addHandler(
      ProxyHeaderReader(loop: loop) { channel, source in
        try self.secure(channel, loop, source: source)
      })
  }

  private func warn() {
    guard let count = self.refusals.count(at: .now()) else { return }
    self.logger.warning(
      "connections were closed: there are too many", metadata: ["closed": "\(count)"])
  }

  /// - Returns: whether its source may have another connection. Trusted proxies speak for many.
  private func mayStay(_ channel: any Channel, _ loop: ProxyLoop, source: String) -> Bool {
    if let hops = loop.configuration.trustedHops, let peer = IPAddress(source),
      hops.trusts(peer: peer)
    {
      return true
    }
    let (sources, key) = (self.sources, ConnectionFacts(plainFrom: source).sourceKey)
    guard sources.enter(key) else { return false }
    channel.closeFuture.whenComplete { _ in sources.leave(key) }
    return true
  }

  private func secure(_ channel: any Channel, _ loop: ProxyLoop, source: String) throws {
    guard self.mayStay(channel, loop, source: source) else {
      loop.meter.add(.connectionsRefusedAtLimit)
      return channel.close(promise: nil)
    }
    guard let security = self.security else {
      let origin = ClientOrigin(ConnectionFacts(plainFrom: source))
      let choice = VersionChoice(loop: loop) { channel, version in
        try self.serve(channel, version, loop, origin)
      }
      return try channel.pipeline.syncOperations.addHandler(choice)
    }
    let (handshakes, meter) = (self.handshakes, loop.meter)
    let hooks = HandshakeHooks(
      begin: { handshakes.enter() },
      end: { end in
        handshakes.leave()
        meter.add(end.counter)
      })
    try security.secure(channel, hooks: hooks) { channel, secured in
      let facts = ConnectionFacts(
        source: source, isSecure: true,
        serverNames: secured.hosts.patterns.map { .hosts($0) } ?? .all,
        clientCertificate: try secured.clientCertificate.map {
          try ClientCertificateFacts(leaf: $0.leafDER, intermediates: $0.intermediatesDER)
        })
      let version: VersionChoice.Version =
        secured.applicationProtocol == .http2 ? .http2 : .http1
      try self.serve(channel, version, loop, ClientOrigin(facts))
    }
  }

  private func serve(
    _ channel: any Channel, _ version: VersionChoice.Version, _ loop: ProxyLoop,
    _ origin: ClientOrigin
  ) throws {
    let intake = RequestIntake(loop: loop, origin: origin, countsRequests: version == .http2)
    switch version {
    case .http2: try HTTP2Connection.add(to: channel, loop, intake)
    case .http1:
      let transport = ChannelTransport(queue: loop.flushes)
      let connection = HTTP1Connection(transport: transport, loop: loop, intake: intake)
      transport.receiver = connection
      try channel.pipeline.syncOperations.addHandler(transport)
      loop.enter(connection)
    }
  }
}

extension HandshakeEnd {
  fileprivate var counter: GatewayCounter {
    switch self {
    case .completed: .handshakesDone
    case .timedOut: .handshakesTimedOut
    case .failed, .abandoned: .handshakesFailed
    }
  }
}
