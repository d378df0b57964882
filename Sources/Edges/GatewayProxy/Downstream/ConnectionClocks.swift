import NIOCore

/// How long a client may take for what it does. Moments are only noted; somebody looks now and then.
struct ConnectionClocks {
  private let headTimeout: TimeAmount
  private var idleTimeout: TimeAmount
  private let bodyTimeout: TimeAmount
  private let bodyTotalTimeout: TimeAmount
  private let writeTimeout: TimeAmount
  private let lingerTimeout: TimeAmount
  private var idleSince: NIODeadline
  private var headSince: NIODeadline?
  private var bodySince: NIODeadline?
  private var bodyTouched: NIODeadline?
  private var lingerSince: NIODeadline?
  private var untaken = 0
  private var takenSince: NIODeadline?

  init(_ configuration: ProxyConfiguration, now: NIODeadline) {
    self.headTimeout = configuration.headTimeout
    self.idleTimeout = configuration.idleTimeout
    self.bodyTimeout = configuration.bodyTimeout
    self.bodyTotalTimeout = configuration.bodyTotalTimeout
    self.writeTimeout = configuration.writeTimeout
    self.lingerTimeout = configuration.lingerTimeout
    self.idleSince = now
  }

  enum ExpiredHead {
    case idle
    case head
  }

  mutating func beginIdle() {
    self.idleSince = .now()
    self.headSince = nil
  }

  /// From now on nobody may lie for longer than this.
  mutating func hurry(_ limit: TimeAmount) {
    self.idleTimeout = min(self.idleTimeout, limit)
    self.idleSince = .now()
  }

  mutating func beginHead() {
    if self.headSince == nil { self.headSince = .now() }
  }

  func expiredHead(at now: NIODeadline) -> ExpiredHead? {
    if let headSince = self.headSince {
      return headSince + self.headTimeout <= now ? .head : nil
    }
    return self.idleSince + self.idleTimeout <= now ? .idle : nil
  }

  mutating func beginBody(isEmpty: Bool) {
    self.headSince = nil
    guard !isEmpty else { return }
    let now = NIODeadline.now()
    (self.bodySince, self.bodyTouched) = (now, now)
  }

  mutating func touchBody() { self.bodyTouched = .now() }

  mutating func endBody() { (self.bodySince, self.bodyTouched) = (nil, nil) }

  /// - Parameter isWanted: whether it is the client that the body waits for.
  mutating func isBodyExpired(at now: NIODeadline, isWanted: Bool) -> Bool {
    guard let since = self.bodySince, let touched = self.bodyTouched else { return false }
    if since + self.bodyTotalTimeout <= now { return true }
    guard isWanted else {
      self.bodyTouched = now
      return false
    }
    return touched + self.bodyTimeout <= now
  }

  mutating func end() {
    self.headSince = nil
    self.endBody()
  }

  mutating func beginLinger() { self.lingerSince = .now() }

  func isLingerOver(at now: NIODeadline) -> Bool {
    self.lingerSince.map { $0 + self.lingerTimeout <= now } ?? true
  }

  /// The client has taken of what was sent to it.
  mutating func tookSome() { self.takenSince = nil }

  /// Whether the client takes nothing of what was sent to it.
  mutating func isStalled(untaken: Int, at now: NIODeadline) -> Bool {
    defer { self.untaken = untaken }
    guard untaken > 0, let since = self.takenSince, untaken >= self.untaken else {
      self.takenSince = untaken > 0 ? now : nil
      return false
    }
    return since + self.writeTimeout <= now
  }
}
