import NIOCore
import NIOPosix

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
  private weak var loop: ProxyLoop?
  private var shelves: [String: Shelf] = [:]
  private var isWatched = false

  init(_ configuration: ProxyConfiguration.Upstream, eventLoop: any EventLoop) {
    self.configuration = configuration
    self.eventLoop = eventLoop
  }

  func attach(to loop: ProxyLoop) { self.loop = loop }

  /// Tells `user` of a connection to `endpoint` (scheme, host and port), now or later, or why there
  /// is none.
  /// - Parameter isFresh: whether only one that has not been used will do.
  /// - Returns: to be held for as long as the user waits; `nil` when it has been told already.
  func acquire(_ endpoint: String, for user: any UpstreamUser, isFresh: Bool) -> Waiter? {
    if !isFresh, let ready = self.takeReady(endpoint) {
      user.connected(ready, isReused: true)
      return nil
    }
    let waiter = Waiter(user)
    let open = self.shelves[endpoint]?.open ?? 0
    if open < self.configuration.connections {
      self.open(endpoint, for: waiter)
      return waiter
    }
    guard self.shelves[endpoint, default: Shelf()].waiting.count < self.configuration.waiting else {
      user.notConnected(.noCapacity)
      return nil
    }
    self.shelves[endpoint]?.waiting.append(waiter)
    return waiter
  }

  private func takeReady(_ endpoint: String) -> UpstreamConnection? {
    while let connection = self.shelves[endpoint]?.ready.popLast() {
      if connection.isOpen { return connection }
    }
    return nil
  }

  /// A connection has answered and can be used again.
  func release(_ connection: UpstreamConnection) {
    while let waiter = self.shelves[connection.endpoint]?.waiting.popFirst() {
      guard let user = waiter.user else { continue }
      return user.connected(connection, isReused: true)
    }
    connection.transport.setReading(true)
    connection.idleSince = .now()
    self.shelves[connection.endpoint]?.ready.append(connection)
    self.watch()
  }

  /// A connection is over.
  func lost(_ connection: UpstreamConnection) {
    let endpoint = connection.endpoint
    self.shelves[endpoint]?.open -= 1
    self.shelves[endpoint]?.ready.removeAll { $0 === connection }
    self.serveWaiting(endpoint)
    self.forget(endpoint)
  }

  /// Services come and go; what nobody uses is not kept in mind.
  private func forget(_ endpoint: String) {
    guard let shelf = self.shelves[endpoint], shelf.open <= 0, shelf.waiting.isEmpty else { return }
    self.shelves[endpoint] = nil
  }

  private func serveWaiting(_ endpoint: String) {
    while let waiter = self.shelves[endpoint]?.waiting.popFirst() {
      guard waiter.user != nil else { continue }
      return self.open(endpoint, for: waiter)
    }
  }

  private func open(_ endpoint: String, for waiter: Waiter) {
    self.shelves[endpoint, default: Shelf()].open += 1
    guard let address = UpstreamAddress(endpoint) else {
      return self.failed(endpoint, waiter, .unreachable)
    }
    let transport = NIOLoopBound(ChannelTransport(), eventLoop: self.eventLoop)
    ClientBootstrap(group: self.eventLoop)
      .connectTimeout(self.configuration.connectTimeout)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(transport.value)
        }
      }
      .connect(host: address.host, port: address.port)
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

  private func opened(_ endpoint: String, _ transport: ChannelTransport, _ waiter: Waiter) {
    let connection = UpstreamConnection(
      endpoint: endpoint, transport: transport, pool: self,
      limits: self.configuration.message)
    transport.receiver = connection
    guard transport.isOpen else { return connection.closed() }
    if let user = waiter.user {
      user.connected(connection, isReused: false)
    } else {
      self.release(connection)
    }
  }

  private func failed(_ endpoint: String, _ waiter: Waiter, _ failure: UpstreamFailure) {
    self.shelves[endpoint]?.open -= 1
    waiter.user?.notConnected(failure)
    // Nobody else is to wait for a service that cannot be reached.
    let waiting = self.shelves[endpoint]?.waiting ?? CircularBuffer()
    self.shelves[endpoint]?.waiting.removeAll()
    for other in waiting { other.user?.notConnected(failure) }
    self.forget(endpoint)
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

/// Where a service listens, taken from its URL.
struct UpstreamAddress {
  let host: String
  let port: Int

  /// What Host names: the URL without its scheme.
  static func authority(of endpoint: String) -> String {
    guard let start = endpoint.firstRange(of: "://") else { return endpoint }
    return String(endpoint[start.upperBound...])
  }

  /// - Parameter endpoint: `http://HOST[:PORT]`.
  init?(_ endpoint: String) {
    let scheme = "http://"
    guard endpoint.hasPrefix(scheme) else { return nil }
    let authority = endpoint.dropFirst(scheme.utf8.count)
    guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
      (self.host, self.port) = (Self.unbracketed(authority), 80)
      return
    }
    guard let port = UInt16(authority[authority.index(after: colon)...]) else { return nil }
    (self.host, self.port) = (Self.unbracketed(authority[..<colon]), Int(port))
  }

  private static func unbracketed(_ host: Substring) -> String {
    host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
  }
}
