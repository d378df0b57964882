import Gateway
import NIOCore
import NIOPosix
import Upstreams

/// The connections to services from one event loop: those that lie ready, and those who wait for one.
/// The one used last is used first, so that those too many grow old and are closed.
final class UpstreamPool: LoopMember {
  /// What there is of connections to one endpoint.
  final class Shelf {
    fileprivate let endpoint: Endpoint.ID
    fileprivate var ready = CircularBuffer<UpstreamConnection>()
    /// Connections that are open or being opened.
    fileprivate var open = 0
    fileprivate var waiting = CircularBuffer<Waiter>()

    fileprivate init(_ endpoint: Endpoint.ID) { self.endpoint = endpoint }
  }

  /// Somebody who waits for a connection. It waits as long as somebody holds this.
  final class Waiter {
    fileprivate weak var user: (any UpstreamUser)?
    fileprivate let shelf: Shelf
    /// Whether only a connection that has not been used will do.
    fileprivate let isFresh: Bool

    fileprivate init(_ user: any UpstreamUser, _ shelf: Shelf, isFresh: Bool) {
      (self.user, self.shelf, self.isFresh) = (user, shelf, isFresh)
    }
  }

  private let configuration: ProxyConfiguration.Upstream
  private let eventLoop: any EventLoop
  private let flushes: FlushQueue
  private let stock: BufferStock
  private weak var loop: ProxyLoop?
  private var shelves: [Endpoint.ID: Shelf] = [:]
  private var isWatched = false

  init(
    _ configuration: ProxyConfiguration.Upstream, eventLoop: any EventLoop, flushes: FlushQueue,
    stock: BufferStock
  ) {
    self.configuration = configuration
    self.eventLoop = eventLoop
    self.flushes = flushes
    self.stock = stock
  }

  func attach(to loop: ProxyLoop) { self.loop = loop }

  /// Tells `user` of a connection to `endpoint`, now or later, or why there is none.
  /// - Parameters:
  ///   - isFresh: whether only one that has not been used will do.
  ///   - now: by which connections are too old.
  /// - Returns: to be held for as long as the user waits; `nil` when it has been told already.
  func acquire(
    _ endpoint: Endpoint, for user: any UpstreamUser, isFresh: Bool, at now: NIODeadline
  ) -> Waiter? {
    if !isFresh, let ready = self.takeReady(endpoint, at: now) {
      user.connected(ready, isReused: true)
      return nil
    }
    // Looked up only now: with the last connection that was too old, its shelf went.
    let shelf = self.shelf(of: endpoint)
    let waiter = Waiter(user, shelf, isFresh: isFresh)
    if shelf.open < self.configuration.connections {
      self.open(endpoint, for: waiter)
      return waiter
    }
    guard shelf.waiting.count < self.configuration.waiting else {
      user.notConnected(.noCapacity)
      return nil
    }
    shelf.waiting.append(waiter)
    // None that lies ready will do, and none of them would make room of itself.
    if isFresh { shelf.ready.popFirst()?.abandon() }
    return waiter
  }

  /// Whether somebody waits for a connection that another one has.
  func isAwaited(_ endpoint: Endpoint) -> Bool {
    self.shelves[endpoint.id]?.waiting.isEmpty == false
  }

  private func shelf(of endpoint: Endpoint) -> Shelf {
    if let shelf = self.shelves[endpoint.id] { return shelf }
    let shelf = Shelf(endpoint.id)
    self.shelves[endpoint.id] = shelf
    return shelf
  }

  private func takeReady(_ endpoint: Endpoint, at now: NIODeadline) -> UpstreamConnection? {
    guard let shelf = self.shelves[endpoint.id] else { return nil }
    while let connection = shelf.ready.popLast() {
      if connection.isOpen, !self.isOld(connection, at: now) { return connection }
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
    waiter.shelf.waiting.removeAll { $0 === waiter }
    self.forget(waiter.shelf)
  }

  /// A connection has answered and can be used again.
  func release(_ connection: UpstreamConnection) {
    guard connection.isOpen else { return }
    let now = NIODeadline.now()
    // Whoever waits gets another one for it.
    if self.isOld(connection, at: now) { return connection.abandon() }
    connection.transport.setReading(true)
    let shelf = connection.shelf
    while let waiter = shelf.waiting.first {
      // Who is next and needs a fresh one gets it in the place of this.
      if waiter.user != nil, waiter.isFresh, connection.answered > 0 { return connection.abandon() }
      shelf.waiting.removeFirst()
      guard let user = waiter.user else { continue }
      return user.connected(connection, isReused: connection.answered > 0)
    }
    connection.idleSince = now
    shelf.ready.append(connection)
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
    let (endpoint, shelf) = (connection.endpoint, connection.shelf)
    self.loop?.meter.add(.upstreamClosed)
    shelf.open -= 1
    shelf.ready.removeAll { $0 === connection }
    self.serveWaiting(endpoint, shelf)
    self.forget(shelf)
  }

  /// Services come and go; what nobody uses is not kept in mind.
  private func forget(_ shelf: Shelf) {
    guard shelf.open <= 0, shelf.waiting.isEmpty else { return }
    // Meanwhile there may be another one.
    if self.shelves[shelf.endpoint] === shelf { self.shelves[shelf.endpoint] = nil }
  }

  private func serveWaiting(_ endpoint: Endpoint, _ shelf: Shelf) {
    while let waiter = shelf.waiting.popFirst() {
      guard waiter.user != nil else { continue }
      return self.open(endpoint, for: waiter)
    }
  }

  private func open(_ endpoint: Endpoint, for waiter: Waiter) {
    waiter.shelf.open += 1
    let limit = endpoint.connectTimeout ?? self.configuration.connectTimeout
    let handshake =
      endpoint.isSecure ? UpstreamHandshake(self.eventLoop, until: .now() + limit) : nil
    let parts = NIOLoopBound(
      (
        ChannelTransport(
          queue: self.flushes, stock: self.stock, isPlain: !endpoint.isSecure), handshake
      ), eventLoop: self.eventLoop)
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
      endpoint: endpoint, transport: transport, pool: self, shelf: waiter.shelf,
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
    let shelf = waiter.shelf
    shelf.open -= 1
    // Others go on waiting for the connections that there are. Where there is none, nobody is to wait for
    // an endpoint that cannot be reached.
    var waiting = CircularBuffer<Waiter>()
    if shelf.open <= 0 { swap(&waiting, &shelf.waiting) }
    self.forget(shelf)
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
    for shelf in Array(self.shelves.values) {
      while let oldest = shelf.ready.first,
        oldest.idleSince + self.configuration.poolIdleTimeout <= now
          || oldest.endpoint.isRetired || self.isOld(oldest, at: now)
      {
        shelf.ready.removeFirst()
        oldest.abandon()
      }
      if !shelf.ready.isEmpty { hasReady = true }
    }
    guard !hasReady else { return }
    self.isWatched = false
    self.loop?.leave(self)
  }

  /// Requests under way still need connections; those that lie ready are closed at the end.
  func drain() {}

  func cut() {
    for shelf in Array(self.shelves.values) {
      var ready = CircularBuffer<UpstreamConnection>()
      swap(&ready, &shelf.ready)
      for connection in ready { connection.abandon() }
    }
  }
}
