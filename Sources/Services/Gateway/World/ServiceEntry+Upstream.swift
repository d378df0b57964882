import Enrollment
import Inspection
import SPIFFE

extension ServiceEntry {
  /// The upstream in the terms of who forwards.
  var upstream: Upstream {
    let written = self.service.upstream
    var upstream = Upstream(
      origins: written.endpoints.map { endpoint in
        .init(
          host: endpoint.origin.bareHost, port: endpoint.origin.port, weight: endpoint.weight)
      }, transport: Self.transport(written))
    upstream.healthCheck = written.healthCheck.map(Self.healthCheck)
    upstream.outliers = .init(
      consecutiveFailures: Int(clamping: written.outlier.consecutiveFailures),
      ejection: written.outlier.ejection,
      maximumEjected: Int(clamping: written.outlier.maximumEjected))
    upstream.dnsRefresh = written.dnsRefresh
    upstream.connectTimeout = written.connectTimeout
    upstream.idleTimeout = written.idleTimeout
    upstream.retries = Int(clamping: written.retries)
    return upstream
  }

  private static func transport(_ written: Service.Upstream) -> Upstream.Transport {
    guard written.endpoints.first?.origin.scheme == .https else { return .plaintext }
    let serverName = written.tls.serverName
    guard written.tls.spiffeIDs.isEmpty else {
      return .mutualTLS(serverName: serverName, peers: Set(written.tls.spiffeIDs))
    }
    switch written.tls.roots {
    case .system: return .tls(serverName: serverName, roots: .system)
    case .certificates(let text): return .tls(serverName: serverName, roots: .certificates(text))
    }
  }

  private static func healthCheck(_ written: Service.Upstream.HealthCheck) -> Upstream.HealthCheck {
    Upstream.HealthCheck(
      path: written.path, interval: written.interval, timeout: written.timeout,
      unhealthyAfter: Int(clamping: written.unhealthyAfter),
      healthyAfter: Int(clamping: written.healthyAfter),
      expected: Set(written.expected.map { Int(clamping: $0) }))
  }
}
