package import Inspection
import Logging
package import NIOCore
import Synchronization

/// Who requests for one service go to. What requests call is synchronous and short.
package final class UpstreamTarget: Sendable {
  /// The service's name.
  package let service: String
  package let upstream: Upstream
  let security: UpstreamSecurity?
  /// Where there is one address and never another, there is nothing to choose and nothing to lock.
  private let only: Endpoint?
  private let selection: Mutex<Selection>
  private let state: Mutex<TargetState>
  private let ports: UpstreamPorts
  private let logger: Logger
  /// Raised when the upkeep has something to look at; ends when the service is gone.
  let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  init(service: String, upstream: Upstream, ports: UpstreamPorts, logger: Logger) {
    let security = UpstreamSecurity(upstream.transport, credentials: ports.credentials)
    let state = TargetState(
      service: service, upstream: upstream, security: security, at: ports.uptime(),
      random: ports.random)
    let selection = state.selection
    let isFixed = upstream.origins.count == 1 && upstream.origins.allSatisfy { $0.literal != nil }
    self.service = service
    self.upstream = upstream
    self.security = security
    self.only = isFixed ? selection.endpoints.first : nil
    self.selection = Mutex(selection)
    self.state = Mutex(state)
    self.ports = ports
    var logger = logger
    logger[metadataKey: "service"] = "\(service)"
    self.logger = logger
    (self.wakes, self.wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    self.wake.yield()
  }

  // MARK: Requests

  /// The endpoint for a request, by weight, health and how busy each is. When all are out, all are used.
  /// - Parameters:
  ///   - excluded: those that this request has failed at; they are taken only if there is no other.
  ///   - random: 64 fresh bits.
  /// - Returns: `nil` while no address is known.
  package func choose(excluding excluded: [Endpoint.ID] = [], random: UInt64) -> Endpoint? {
    if let only = self.only { return only }
    return self.selection.withLock { $0 }.choose(excluding: excluded, random: random)
  }

  /// A request is given to an endpoint. One of `succeeded`, `failed` and `abandoned` follows, once.
  package func began(_ endpoint: Endpoint) {
    endpoint.began()
  }

  package func succeeded(_ endpoint: Endpoint) {
    endpoint.ended()
    guard endpoint.isSuspect else { return }
    endpoint.setSuspect(false)
    self.state.withLock { $0.succeeded(endpoint.id) }
  }

  package func failed(_ endpoint: Endpoint, _ kind: FailureKind, at now: NIODeadline) {
    endpoint.ended()
    endpoint.setSuspect(true)
    self.change { $0.failed(endpoint.id, at: now) }
  }

  /// The request ended in a way that says nothing about the endpoint, such as that the client went.
  package func abandoned(_ endpoint: Endpoint) {
    endpoint.ended()
  }

  /// Whether a request may be sent again after an attempt that failed. If so, that is counted against
  /// what retries may add to the service's load.
  package func mayRetry(_ attempt: RetryRule.Attempt, at now: NIODeadline) -> Bool {
    RetryRule(maximum: self.upstream.retries).allows(attempt)
      && self.state.withLock { $0.takeRetry(at: now) }
  }

  // MARK: Upkeep

  func step() -> TargetState.Step {
    let now = self.ports.uptime()
    let step = self.state.withLock { state in
      let step = state.step(at: now)
      if !step.changes.isEmpty { self.swap(state.selection) }
      return step
    }
    self.tell(step.changes)
    return step
  }

  func answered(_ name: Upstream.Origin, _ addresses: [SocketAddress]) {
    let now = self.ports.uptime()
    self.change { $0.answered(name, addresses, at: now) }
    self.wake.yield()
  }

  func observed(_ endpoint: Endpoint, isGood: Bool) {
    let now = self.ports.uptime()
    self.change { $0.observed(endpoint.id, isGood: isGood, at: now) }
    self.wake.yield()
  }

  func raise() { self.wake.yield() }

  /// The service is gone, or goes elsewhere.
  func retire() {
    self.state.withLock { $0.retire() }
    self.wake.finish()
  }

  package var states: [EndpointState] { self.state.withLock { $0.endpointStates } }

  /// Done while the state is held, so that no selection is replaced by an older one.
  private func swap(_ selection: Selection) {
    self.selection.withLock { $0 = selection }
  }

  private func change(_ body: (inout TargetState) -> [UpstreamChange]) {
    let changes = self.state.withLock { state in
      let changes = body(&state)
      if !changes.isEmpty { self.swap(state.selection) }
      return changes
    }
    guard !changes.isEmpty else { return }
    self.wake.yield()
    self.tell(changes)
  }

  private func tell(_ changes: [UpstreamChange]) {
    for change in changes {
      change.log(to: self.logger)
      self.ports.changed(change)
    }
  }
}

extension UpstreamChange {
  fileprivate func log(to logger: Logger) {
    switch self {
    case .resolved(let name, let count):
      logger.info(
        "the addresses of an upstream have changed",
        metadata: ["host": "\(name)", "addresses": "\(count)"])
    case .unresolved(let name, let isKnown):
      logger.warning(
        "an upstream's name has no usable address",
        metadata: ["host": "\(name)", "goesOnWithLastKnown": "\(isKnown)"])
    case .healthy(let address):
      logger.info("an endpoint is healthy", metadata: ["address": "\(address)"])
    case .unhealthy(let address):
      logger.warning("an endpoint is not healthy", metadata: ["address": "\(address)"])
    case .ejected(let address, let seconds):
      logger.warning(
        "an endpoint is left out: requests to it fail",
        metadata: ["address": "\(address)", "seconds": "\(seconds)"])
    case .returned(let address):
      logger.info("an endpoint is used again", metadata: ["address": "\(address)"])
    case .panicBegan:
      logger.error("every endpoint is out; all of them are used nevertheless")
    case .panicEnded: logger.info("an endpoint is in order again")
    }
  }
}
