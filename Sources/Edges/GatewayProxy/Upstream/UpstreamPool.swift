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
    fileprivate init(_ user: any UpstreamUser) { self.user = user }
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
    let waiter = Waiter(user)
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
    return waiter
  }

  private func takeReady(_ endpoint: Endpoint) -> UpstreamConnection? {
    while let connection = self.shelves[endpoint.id]?.ready.popLast() {
      if connection.isOpen { return connection }
    }
    return nil
  }

  /// A connection has answered and can be used again.
  func release(_ connection: UpstreamConnection) {
    guard connection.isOpen else { return }
    connection.transport.setReading(true)
    while let waiter = self.shelves[connection.endpoint.id]?.waiting.popFirst() {
      guard let user = waiter.user else { continue }
      return user.connected(connection, isReused: true)
    }
    connection.idleSince = .now()
    self.shelves[connection.endpoint.id]?.ready.append(connection)
    self.watch()
  }

  /// A connection is over.
  func lost(_ connection: UpstreamConnection) {
    let endpoint = connection.endpoint
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
    let transport = NIOLoopBound(
      ChannelTransport(queue: self.flushes), eventLoop: self.eventLoop)
    ClientBootstrap(group: self.eventLoop)
      .connectTimeout(endpoint.connectTimeout ?? self.configuration.connectTimeout)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls = try endpoint.makeTLSHandler() {
            try channel.pipeline.syncOperations.addHandler(tls)
          }
          try channel.pipeline.syncOperations.addHandler(transport.value)
        }
      }
      .connect(to: endpoint.address)
      .hop(to: self.eventLoop).assumeIsolated()
      .whenComplete { result in
        switch result {
        case .success: self.opened(endpoint, transport.value, waiter)
        case .failure(let error):
          let isLate = if case ChannelError.connectTimeout = error { true } else { false }
          self.failed(endpoint, waiter, isLate ? .connectTimeout : .unreachable)
        }
      }
  }

  private func opened(_ endpoint: Endpoint, _ transport: ChannelTransport, _ waiter: Waiter) {
    let connection = UpstreamConnection(
      endpoint: endpoint, transport: transport, pool: self,
      limits: self.configuration.message)
    transport.receiver = connection
    guard transport.isOpen else {
      self.shelves[endpoint.id]?.open -= 1
      waiter.user?.notConnected(.unreachable)
      return self.forget(endpoint.id)
    }
    if let user = waiter.user {
      user.connected(connection, isReused: false)
    } else {
      self.release(connection)
    }
  }

  private func failed(_ endpoint: Endpoint, _ waiter: Waiter, _ failure: UpstreamFailure) {
    self.shelves[endpoint.id]?.open -= 1
    // Nobody else is to wait for an endpoint that cannot be reached.
    let waiting = self.shelves[endpoint.id]?.waiting ?? CircularBuffer()
    self.shelves[endpoint.id]?.waiting.removeAll()
    self.forget(endpoint.id)
    waiter.user?.notConnected(failure)
    for other in waiting { other.user?.notConnected(failure) }
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
        oldest.idleSince + self.configuration.poolIdleTimeout <= now || oldest.endpoint.isRetired
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
