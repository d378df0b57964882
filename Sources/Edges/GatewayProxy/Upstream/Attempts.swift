import HTTPMessages
import NIOCore
import Upstreams

/// The attempts to have one request answered: which endpoints were tried, and whether another may
/// be. Each attempt is accounted for once.
struct Attempts {
  /// `nil` for a service that the directory does not know: it has no address.
  private let target: UpstreamTarget?
  private let method: HTTPMethod
  private(set) var endpoint: Endpoint?
  private var failed: [Endpoint.ID] = []
  private var retries = 0
  private var isReused = false
  private var wroteRequest = false
  private var hasSentBody = false
  private var status: Int?

  init(_ target: UpstreamTarget?, method: HTTPMethod) {
    self.target = target
    self.method = method
  }

  /// - Returns: `nil` while no address is known.
  mutating func next(random: UInt64) -> Endpoint? {
    guard let target = self.target,
      let endpoint = target.choose(excluding: self.failed, random: random)
    else { return nil }
    target.began(endpoint)
    (self.isReused, self.wroteRequest) = (false, false)
    self.endpoint = endpoint
    return endpoint
  }

  mutating func connected(isReused: Bool) { (self.isReused, self.wroteRequest) = (isReused, true) }

  mutating func sentBody() { self.hasSentBody = true }

  mutating func responded(_ status: Int) { self.status = status }

  /// Accounts for a failure before a response.
  /// - Returns: whether the request may be sent again.
  mutating func mayRepeat(after failure: UpstreamFailure) -> Bool {
    guard let target = self.target, let endpoint = self.endpoint.take() else { return false }
    let now = NIODeadline.now()
    guard let kind = failure.kind else {
      target.abandoned(endpoint)
      return false
    }
    let attempt = RetryRule.Attempt(
      failure: kind, method: self.method.rawValue, isReusedConnection: self.isReused,
      wroteRequest: self.wroteRequest, bodyCanBeSentAgain: !self.hasSentBody,
      sawResponseBytes: failure == .brokenOff || failure == .malformed, retriesMade: self.retries)
    let closedByChance = kind == .closed && self.isReused
    // A kept connection that was closed meanwhile says nothing about its endpoint; and one failure counts
    // once, for however many it was.
    if closedByChance || failure == .alsoUnreachable {
      target.abandoned(endpoint)
    } else {
      target.failed(endpoint, kind, at: now)
    }
    if !closedByChance { self.failed.append(endpoint.id) }
    guard target.mayRetry(attempt, at: now) else { return false }
    self.retries += 1
    return true
  }

  /// Accounts for the end of an exchange.
  /// - Parameter failure: what the endpoint is to blame for, if anything.
  mutating func end(_ failure: FailureKind?, isWhole: Bool) {
    guard let target = self.target, let endpoint = self.endpoint.take() else { return }
    if let failure = failure ?? self.status.flatMap(FailureKind.gatewayStatus) {
      target.failed(endpoint, failure, at: .now())
    } else if isWhole {
      target.succeeded(endpoint)
    } else {
      target.abandoned(endpoint)
    }
  }
}
