package import SPIFFE

/// Where a service's permitted requests go: its endpoints, how they are reached, and what takes one of
/// them out for a while. Times are in seconds.
package struct Upstream: Hashable, Sendable {
  /// Never empty.
  package var origins: [Origin]
  package var transport: Transport
  /// `nil`: nobody asks; only requests tell.
  package var healthCheck: HealthCheck?
  package var outliers: OutlierRule
  /// From one look-up of a host name to the next.
  package var dnsRefresh: Int64
  /// `nil`: the gateway's own.
  package var connectTimeout: Int64?
  /// How long an endpoint may stand still while it answers. `nil`: the gateway's own.
  package var idleTimeout: Int64?
  /// How often a request may be sent again, where that is safe.
  package var retries: Int

  /// A host and port that requests go to. A name stands for all of its addresses.
  package struct Origin: Hashable, Sendable {
    /// A name, or an address; one of IPv6 without its brackets.
    package let host: String
    package let port: UInt16
    /// Its share in relation to the others'. The addresses of one name divide it.
    package let weight: Int

    package init(host: String, port: UInt16, weight: Int = 1) {
      self.host = host
      self.port = port
      self.weight = weight
    }
  }

  /// How the gateway speaks with every endpoint.
  package enum Transport: Hashable, Sendable {
    case plaintext
    /// TLS with certificates that name the host. `serverName` stands in for the endpoint's host.
    case tls(serverName: String?, roots: Roots)
    /// Mutual TLS with the gateway's X.509-SVID; the endpoint must prove one of these SPIFFE IDs.
    case mutualTLS(serverName: String?, peers: Set<SPIFFEID>)
  }

  /// Whose certificates are believed.
  package enum Roots: Hashable, Sendable {
    /// The machine's own store.
    case system
    /// These alone, in PEM.
    case certificates(String)
  }

  package struct HealthCheck: Hashable, Sendable {
    /// Begins with a slash.
    package var path: String
    package var interval: Int64
    package var timeout: Int64
    /// Failures in a row after which an endpoint is left out.
    package var unhealthyAfter: Int
    /// Successes in a row after which it is used again.
    package var healthyAfter: Int
    /// The statuses that mean health.
    package var expected: Set<Int>

    package init(
      path: String, interval: Int64 = 5, timeout: Int64 = 2, unhealthyAfter: Int = 3,
      healthyAfter: Int = 2, expected: Set<Int> = [200]
    ) {
      self.path = path
      self.interval = interval
      self.timeout = timeout
      self.unhealthyAfter = unhealthyAfter
      self.healthyAfter = healthyAfter
      self.expected = expected
    }
  }

  /// When requests themselves show that an endpoint is out of order.
  package struct OutlierRule: Hashable, Sendable {
    /// Failed requests in a row.
    package var consecutiveFailures: Int
    /// How long it is left out the first time.
    package var ejection: Int64
    /// The percentage of endpoints that may be out at once; 0 takes none out.
    package var maximumEjected: Int

    package init(
      consecutiveFailures: Int = 5, ejection: Int64 = 30, maximumEjected: Int = 50
    ) {
      self.consecutiveFailures = consecutiveFailures
      self.ejection = ejection
      self.maximumEjected = maximumEjected
    }
  }

  package init(origins: [Origin], transport: Transport = .plaintext) {
    self.origins = origins
    self.transport = transport
    self.outliers = OutlierRule()
    self.dnsRefresh = 30
    self.retries = 1
  }
}

extension Upstream.Origin: CustomStringConvertible {
  /// `host:port`, with an IPv6 address in brackets.
  package var description: String {
    "\(self.host.contains(":") ? "[\(self.host)]" : self.host):\(self.port)"
  }
}

extension Upstream {
  package var scheme: String {
    switch self.transport {
    case .plaintext: "http"
    case .tls, .mutualTLS: "https"
    }
  }

  /// The value of Host for an endpoint: it sees the authority that it was configured by, without the
  /// scheme's own port (RFC 9110 section 4.2.3).
  package func authority(of origin: Origin) -> String {
    let ownPort: UInt16 = self.transport == .plaintext ? 80 : 443
    let text = origin.description
    guard origin.port == ownPort else { return text }
    return String(text.dropLast(":\(origin.port)".utf8.count))
  }
}
