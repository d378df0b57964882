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
  let handshakes: BoundedCount
  let refusals = FloodNotice()

  func open(_ channel: any Channel, _ loop: ProxyLoop) throws {
    let connections = loop.connections
    guard connections.enter() else {
      loop.meter.add(.connectionsRefusedAtLimit)
      self.warn()
      return channel.close(promise: nil)
    }
    loop.meter.add(.connectionsAccepted)
    let (end, meter) = (ConnectionEnd(), loop.meter)
    channel.closeFuture.whenComplete { _ in
      connections.leave()
      meter.add(end.reason)
    }
    guard let proxies = loop.configuration.proxies else {
      return try self.secure(
        channel, loop, end, source: channel.remoteAddress?.ipAddress ?? "unknown")
    }
    // Anybody could say anything in that header.
    guard let peer = channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) })?.unmapped,
      proxies.contains(where: { $0.contains(peer) })
    else {
      end.note(.closedBroken)
      return channel.close(promise: nil)
    }
    try channel.pipeline.syncOperations.addHandler(
      ProxyHeaderReader(loop: loop, end: end) { channel, source in
        try self.secure(channel, loop, end, source: source)
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

  private func secure(
    _ channel: any Channel, _ loop: ProxyLoop, _ end: ConnectionEnd, source: String
  ) throws {
    guard self.mayStay(channel, loop, source: source) else {
      loop.meter.add(.connectionsRefusedAtLimit)
      end.note(.closedAfterRefusal)
      return channel.close(promise: nil)
    }
    guard let security = self.security else {
      let origin = ClientOrigin(ConnectionFacts(plainFrom: source))
      let choice = VersionChoice(loop: loop, end: end) { channel, version in
        try self.serve(channel, version, loop, origin, end)
      }
      return try channel.pipeline.syncOperations.addHandler(choice)
    }
    let (handshakes, meter) = (self.handshakes, loop.meter)
    let hooks = HandshakeHooks(
      begin: { handshakes.enter() },
      end: { outcome in
        handshakes.leave()
        meter.add(outcome.counter)
        if let counter = outcome.connectionEnd { end.note(counter) }
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
      try self.serve(channel, version, loop, ClientOrigin(facts), end)
    }
  }

  private func serve(
    _ channel: any Channel, _ version: VersionChoice.Version, _ loop: ProxyLoop,
    _ origin: ClientOrigin, _ end: ConnectionEnd
  ) throws {
    let intake = RequestIntake(
      loop: loop, end: end, origin: origin, countsRequests: version == .http2)
    switch version {
    case .http2: try HTTP2Connection.add(to: channel, loop, intake)
    case .http1:
      let transport = ChannelTransport(
        queue: loop.flushes, stock: loop.stock, isPlain: self.security == nil)
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

  /// Why the connection ends, if it ends with this.
  fileprivate var connectionEnd: GatewayCounter? {
    switch self {
    case .completed, .abandoned: nil
    case .timedOut: .closedTimedOut
    case .failed: .closedBroken
    }
  }
}
