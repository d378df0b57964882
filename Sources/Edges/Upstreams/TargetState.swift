import Credentials
import Inspection
import NIOCore

/// All that is known of a service's endpoints, and what is to be done about them. It does nothing
/// itself: what it wants done, it returns.
struct TargetState {
  /// What is to be done now, and when to ask again.
  struct Step {
    var lookUps: [Upstream.Origin] = []
    var probes: [Endpoint] = []
    var changes: [UpstreamChange] = []
    var next: NIODeadline?
  }

  private let service: String
  private let upstream: Upstream
  private let security: UpstreamSecurity?
  private var set = EndpointSet()
  private var outliers: OutlierDetector
  private var health: HealthSchedule?
  private var names: ResolutionSchedule
  private var budget: RetryBudget
  private var retiredRequests = 0
  private var wasPanic = false

  init(
    service: String, upstream: Upstream, security: UpstreamSecurity?, at now: NIODeadline,
    random: RandomSource
  ) {
    self.service = service
    self.upstream = upstream
    self.security = security
    self.outliers = OutlierDetector(upstream.outliers)
    self.health = upstream.healthCheck.map { HealthSchedule($0, random: random) }
    self.names = ResolutionSchedule(
      names: upstream.origins.filter { $0.literal == nil }, refresh: upstream.dnsRefresh, at: now,
      random: random)
    self.budget = RetryBudget(at: now)
    self.rebuild(at: now)
  }

  var selection: Selection { self.set.selection }

  // MARK: Requests

  /// - Returns: what changed; if anything, there is a new selection.
  mutating func failed(_ id: Endpoint.ID, at now: NIODeadline) -> [UpstreamChange] {
    guard let member = self.set.members.first(where: { $0.endpoint.id == id }),
      let until = self.outliers.failed(id, at: now, among: self.set.members.count)
    else { return [] }
    self.set.set(id, isEjected: true)
    let seconds = (until - now).nanoseconds / 1_000_000_000
    return [.ejected(address: member.endpoint.addressText, seconds: seconds)] + self.panicChange()
  }

  mutating func succeeded(_ id: Endpoint.ID) {
    self.outliers.succeeded(id)
  }

  mutating func takeRetry(at now: NIODeadline) -> Bool {
    let begun = self.set.members.reduce(self.retiredRequests) { $0 &+ $1.endpoint.started }
    return self.budget.take(requests: begun, at: now)
  }

  // MARK: Upkeep

  mutating func step(at now: NIODeadline) -> Step {
    var step = Step()
    for id in self.outliers.returning(at: now) {
      self.set.set(id, isEjected: false)
      if let endpoint = self.endpoint(id) {
        step.changes.append(.returned(address: endpoint.addressText))
      }
    }
    step.changes += self.panicChange()
    step.lookUps = self.names.due(at: now)
    step.probes = (self.health?.due(at: now) ?? []).compactMap { self.endpoint($0) }
    step.next = [self.outliers.nextReturn, self.names.nextDue, self.health?.nextDue]
      .compactMap(\.self).min()
    return step
  }

  mutating func answered(
    _ name: Upstream.Origin, _ addresses: [SocketAddress], at now: NIODeadline
  ) -> [UpstreamChange] {
    switch self.names.answered(name, addresses, at: now) {
    case .unchanged: return []
    case .failed(let isKnown): return [.unresolved(name: name.host, isKnown: isKnown)]
    case .changed:
      self.rebuild(at: now)
      let count = self.names.addresses(of: name).count
      return [.resolved(name: name.host, count: count)] + self.panicChange()
    }
  }

  mutating func observed(
    _ id: Endpoint.ID, isGood: Bool, at now: NIODeadline
  ) -> [UpstreamChange] {
    guard let isHealthy = self.health?.observed(id, isGood: isGood, at: now),
      let endpoint = self.endpoint(id)
    else { return [] }
    self.set.set(id, isHealthy: isHealthy)
    let address = endpoint.addressText
    return [isHealthy ? .healthy(address: address) : .unhealthy(address: address)]
      + self.panicChange()
  }

  /// The endpoints of the moment: those of addresses that stay are the same objects, so that their
  /// connections stay too.
  private mutating func rebuild(at now: NIODeadline) {
    let before = self.set.members.map(\.endpoint)
    var endpoints: [(endpoint: Endpoint, share: UInt64)] = []
    for origin in self.upstream.origins {
      let addresses = origin.literal.map { [$0] } ?? self.names.addresses(of: origin)
      let share = EndpointSet.share(weight: origin.weight, among: addresses.count)
      for address in addresses {
        let known = before.first { $0.origin == origin && $0.address == address }
        let endpoint =
          known
          ?? Endpoint(
            service: self.service, upstream: self.upstream, origin: origin, address: address,
            security: self.security)
        endpoints.append((endpoint, share))
      }
    }
    let ids = Set(endpoints.map(\.endpoint.id))
    for gone in before where !ids.contains(gone.id) {
      self.retiredRequests = self.retiredRequests &+ gone.started
      gone.retire()
    }
    self.set.replace(endpoints)
    self.outliers.keep(ids)
    self.health?.follow(ids, at: now)
  }

  mutating func retire() {
    for member in self.set.members { member.endpoint.retire() }
  }

  private mutating func panicChange() -> [UpstreamChange] {
    let isPanic = self.set.mode == .panic
    guard isPanic != self.wasPanic else { return [] }
    self.wasPanic = isPanic
    return [isPanic ? .panicBegan : .panicEnded]
  }

  private func endpoint(_ id: Endpoint.ID) -> Endpoint? {
    self.set.members.first { $0.endpoint.id == id }?.endpoint
  }

  var endpointStates: [EndpointState] {
    let isPanic = self.set.mode == .panic
    return self.set.members.map { member in
      let endpoint = member.endpoint
      return EndpointState(
        service: self.service, url: "\(self.upstream.scheme)://\(endpoint.origin)",
        address: endpoint.addressText, weight: endpoint.origin.weight,
        isHealthy: member.isHealthy, ejectedUntil: self.outliers.ejectedUntil(endpoint.id),
        isLastResort: isPanic, outstanding: endpoint.outstanding, requests: endpoint.started)
    }
  }
}

extension Upstream.Origin {
  /// The address, where the host is one.
  var literal: SocketAddress? {
    try? SocketAddress(ipAddress: self.host, port: Int(self.port))
  }
}

extension Endpoint {
  /// `10.0.0.1:80` or `[::1]:80`.
  package var addressText: String {
    guard let host = self.address.ipAddress, let port = self.address.port else { return "unknown" }
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
