import Gateway
import NIOCore
import NIOPosix
import Upstreams

/// The connections to services from one event loop: those that lie ready, and those who wait for one.
/// The one used last is used first, so that those too many grow old and are closed.
final class UpstreamPool: LoopMember {
  private struct Shelf {
    var ready = CircularBuffer<UpstreamConnection>()
    /// Connections that are open or being opened.
    var open = 0
    var waiting = CircularBuffer<Waiter>()
  }

  /// Somebody who waits for a connection. It waits as long as somebody holds this.
  final class Waiter {
    fileprivate weak var user: (any UpstreamUser)?
    fileprivate let endpoint: Endpoint.ID
    /// Whether only a connection that has not been used will do.
    fileprivate let isFresh: Bool

    fileprivate init(_ user: any UpstreamUser, _ endpoint: Endpoint, isFresh: Bool) {
      (self.user, self.endpoint, self.isFresh) = (user, endpoint.id, isFresh)
    }
  }

  private let configuration: ProxyConfiguration.Upstream
  private let eventLoop: any EventLoop
  private let flushes: FlushQueue
  private weak var loop: ProxyLoop?
  private var shelves: [Endpoint.ID: Shelf] = [:]
  private var isWatched = false

  init(
    _ configuration: ProxyConfiguration.Upstream, eventLoop: any EventLoop, flushes: FlushQueue
  ) {
    self.configuration = configuration
    self.eventLoop = eventLoop
    self.flushes = flushes
  }

  func attach(to loop: ProxyLoop) { self.loop = loop }

  /// Tells `user` of a connection to `endpoint`, now or later, or why there is none.
  /// - Parameter isFresh: whether only one that has not been used will do.
  /// - Returns: to be held for as long as the user waits; `nil` when it has been told already.
  func acquire(_ endpoint: Endpoint, for user: any UpstreamUser, isFresh: Bool) -> Waiter? {
    if !isFresh, let ready = self.takeReady(endpoint) {
      user.connected(ready, isReused: true)
      return nil
    }
    let waiter = Waiter(user, endpoint, isFresh: isFresh)
    let open = self.shelves[endpoint.id]?.open ?? 0
    if open < self.configuration.connections {
      self.open(endpoint, for: waiter)
      return waiter
    }
    let waiting = self.shelves[endpoint.id]?.waiting.count ?? 0
    guard waiting < self.configuration.waiting else {
      user.notConnected(.noCapacity)
      return nil
    }
    self.shelves[endpoint.id]?.waiting.append(waiter)
    // None that lies ready will do, and none of them would make room of itself.
    if isFresh { self.shelves[endpoint.id]?.ready.popFirst()?.abandon() }
    return waiter
  }

  /// Whether somebody waits for a connection that another one has.
  func isAwaited(_ endpoint: Endpoint) -> Bool {
    self.shelves[endpoint.id]?.waiting.isEmpty == false
  }

  private func takeReady(_ endpoint: Endpoint) -> UpstreamConnection? {
    while let connection = self.shelves[endpoint.id]?.ready.popLast() {
      if connection.isOpen, !self.isOld(connection, at: .now()) { return connection }
      connection.abandon()
    }
    return nil
  }

  private func isOld(_ connection: UpstreamConnection, at now: NIODeadline) -> Bool {
    connection.openedAt + self.configuration.maximumAge <= now
  }

  /// Somebody waits no more: others come before their time, and as many as may.
  func cancel(_ waiter: Waiter) {
    waiter.user = nil
    self.shelves[waiter.endpoint]?.waiting.removeAll { $0 === waiter }
    self.forget(waiter.endpoint)
  }

  /// A connection has answered and can be used again.
  func release(_ connection: UpstreamConnection) {
    guard connection.isOpen else { return }
    let now = NIODeadline.now()
    // Whoever waits gets another one for it.
    if self.isOld(connection, at: now) { return connection.abandon() }
    connection.transport.setReading(true)
    while let waiter = self.shelves[connection.endpoint.id]?.waiting.first {
      // Who is next and needs a fresh one gets it in the place of this.
      if waiter.user != nil, waiter.isFresh, connection.answered > 0 { return connection.abandon() }
      self.shelves[connection.endpoint.id]?.waiting.removeFirst()
      guard let user = waiter.user else { continue }
      return user.connected(connection, isReused: connection.answered > 0)
    }
    connection.idleSince = now
    self.shelves[connection.endpoint.id]?.ready.append(connection)
    self.watch()
  }

  /// A connection has answered, and it may be that something comes that is no answer to anything. It is
  /// used again when the loop has looked.
  func releaseLater(_ connection: UpstreamConnection) {
    connection.transport.setReading(true)
    let rest = self.configuration.restAfterNoContent
    self.eventLoop.assumeIsolated().scheduleTask(in: rest) { self.release(connection) }
  }

  /// A connection is over.
  func lost(_ connection: UpstreamConnection) {
    let endpoint = connection.endpoint
    self.loop?.meter.add(.upstreamClosed)
    self.shelves[endpoint.id]?.open -= 1
    self.shelves[endpoint.id]?.ready.removeAll { $0 === connection }
    self.serveWaiting(endpoint)
    self.forget(endpoint.id)
  }

  /// Services come and go; what nobody uses is not kept in mind.
  private func forget(_ endpoint: Endpoint.ID) {
    guard let shelf = self.shelves[endpoint], shelf.open <= 0, shelf.waiting.isEmpty else { return }
    self.shelves[endpoint] = nil
  }

  private func serveWaiting(_ endpoint: Endpoint) {
    while let waiter = self.shelves[endpoint.id]?.waiting.popFirst() {
      guard waiter.user != nil else { continue }
      return self.open(endpoint, for: waiter)
    }
  }

  private func open(_ endpoint: Endpoint, for waiter: Waiter) {
    self.shelves[endpoint.id, default: Shelf()].open += 1
    let limit = endpoint.connectTimeout ?? self.configuration.connectTimeout
    let handshake =
      endpoint.isSecure ? UpstreamHandshake(self.eventLoop, until: .now() + limit) : nil
    let parts = NIOLoopBound(
      (ChannelTransport(queue: self.flushes), handshake), eventLoop: self.eventLoop)
    ClientBootstrap(group: self.eventLoop)
      .connectTimeout(limit)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      // Whether the client takes more is looked at after each read, so that little waits for those who do not.
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let (transport, handshake) = parts.value
          let pipeline = channel.pipeline.syncOperations
          if let tls = try endpoint.makeTLSHandler() { try pipeline.addHandler(tls) }
          if let handshake { try pipeline.addHandler(handshake) }
          try pipeline.addHandler(transport)
        }
      }
      .connect(to: endpoint.address)
      .hop(to: self.eventLoop).assumeIsolated()
      .whenComplete { result in
        let (transport, handshake) = parts.value
        switch result {
        case .success:
          guard let handshake else { return self.opened(endpoint, transport, waiter) }
          handshake.whenComplete { failure in
            if let failure { return self.failed(endpoint, waiter, failure) }
            self.opened(endpoint, transport, waiter)
          }
        case .failure(let error):
          handshake?.cancel()
          let isLate = if case ChannelError.connectTimeout = error { true } else { false }
          self.failed(endpoint, waiter, isLate ? .connectTimeout : .unreachable)
        }
      }
  }

  private func opened(_ endpoint: Endpoint, _ transport: ChannelTransport, _ waiter: Waiter) {
    guard transport.isOpen else { return self.failed(endpoint, waiter, .unreachable) }
    let connection = UpstreamConnection(
      endpoint: endpoint, transport: transport, pool: self,
      limits: self.configuration.message, openedAt: .now())
    self.loop?.meter.add(.upstreamConnected)
    // From here on its end is told by itself.
    transport.receiver = connection
    if let user = waiter.user {
      user.connected(connection, isReused: false)
    } else {
      self.release(connection)
    }
  }

  private func failed(_ endpoint: Endpoint, _ waiter: Waiter, _ failure: UpstreamFailure) {
    self.shelves[endpoint.id]?.open -= 1
    // Others go on waiting for the connections that there are. Where there is none, nobody is to wait for
    // an endpoint that cannot be reached.
    let isLast = (self.shelves[endpoint.id]?.open ?? 0) <= 0
    var waiting = CircularBuffer<Waiter>()
    if isLast, let all = self.shelves[endpoint.id]?.waiting {
      waiting = all
      self.shelves[endpoint.id]?.waiting.removeAll()
    }
    self.forget(endpoint.id)
    let isTold = waiter.user != nil
    waiter.user?.notConnected(failure)
    for (index, other) in waiting.enumerated() {
      other.user?.notConnected(isTold || index > 0 ? .alsoUnreachable : failure)
    }
  }

  private func watch() {
    guard !self.isWatched else { return }
    self.isWatched = true
    self.loop?.enter(self)
  }

  func check(at now: NIODeadline) {
    var hasReady = false
    for endpoint in Array(self.shelves.keys) {
      while let oldest = self.shelves[endpoint]?.ready.first,
        oldest.idleSince + self.configuration.poolIdleTimeout <= now
          || oldest.endpoint.isRetired || self.isOld(oldest, at: now)
      {
        self.shelves[endpoint]?.ready.removeFirst()
        oldest.abandon()
      }
      if self.shelves[endpoint]?.ready.isEmpty == false { hasReady = true }
    }
    guard !hasReady else { return }
    self.isWatched = false
    self.loop?.leave(self)
  }

  /// Requests under way still need connections; those that lie ready are closed at the end.
  func drain() {}

  func cut() {
    for endpoint in Array(self.shelves.keys) {
      let ready = self.shelves[endpoint]?.ready ?? CircularBuffer()
      self.shelves[endpoint]?.ready.removeAll()
      for connection in ready { connection.abandon() }
    }
  }
}
