package import Credentials
package import Inspection
package import NIOCore

/// What the upkeep of endpoints needs from outside.
package struct UpstreamPorts: Sendable {
  /// A clock that nobody can set: the one of the event loops.
  let uptime: @Sendable () -> NIODeadline
  let random: RandomSource
  let pause: @Sendable (TimeAmount) async throws -> Void
  let lookUp: @Sendable (_ host: String, _ port: UInt16) async -> [SocketAddress]
  let probe: @Sendable (Endpoint, Upstream.HealthCheck) async -> ProbeOutcome
  let credentials: GatewayCredentials
  let changed: @Sendable (UpstreamChange) -> Void

  /// - Parameters:
  ///   - pause: returns after this time, or throws when its task is cancelled.
  ///   - lookUp: the addresses of a host name; none if there is none or nobody answers.
  ///   - probe: asks one endpoint how it is.
  ///   - changed: told of what happens to endpoints.
  package init(
    uptime: @escaping @Sendable () -> NIODeadline, random: RandomSource,
    pause: @escaping @Sendable (TimeAmount) async throws -> Void,
    lookUp: @escaping @Sendable (_ host: String, _ port: UInt16) async -> [SocketAddress],
    probe: @escaping @Sendable (Endpoint, Upstream.HealthCheck) async -> ProbeOutcome,
    credentials: GatewayCredentials,
    changed: @escaping @Sendable (UpstreamChange) -> Void = { _ in }
  ) {
    self.uptime = uptime
    self.random = random
    self.pause = pause
    self.lookUp = lookUp
    self.probe = probe
    self.credentials = credentials
    self.changed = changed
  }
}

/// How an endpoint answered when it was asked how it is.
package enum ProbeOutcome: Hashable, Sendable {
  case status(Int)
  /// No whole answer, and why.
  case failed(FailureKind)

  func isGood(for check: Upstream.HealthCheck) -> Bool {
    switch self {
    case .status(let status): check.expected.contains(status)
    case .failed: false
    }
  }
}
