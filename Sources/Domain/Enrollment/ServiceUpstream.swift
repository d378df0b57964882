package import SPIFFE

extension Service {
  /// Where requests for a service go, as its manifest says. Times are in seconds.
  package struct Upstream: Hashable, Sendable {
    /// At least one; all of one scheme.
    package var endpoints: [Endpoint]
    package var tls = TLS()
    package var healthCheck: HealthCheck?
    package var outlier = Outlier()
    /// From one look-up of a host name to the next.
    package var dnsRefresh: Int64 = 30
    /// `nil`: the gateway's own.
    package var connectTimeout: Int64?
    /// `nil`: the gateway's own.
    package var idleTimeout: Int64?
    /// How often a request may be sent again, where that is safe.
    package var retries: Int64 = 1

    package struct Endpoint: Hashable, Sendable {
      package let origin: UpstreamOrigin
      package let weight: Int

      package init(origin: UpstreamOrigin, weight: Int = 1) {
        self.origin = origin
        self.weight = weight
      }
    }

    /// How https endpoints prove who they are.
    package struct TLS: Hashable, Sendable {
      /// The name that their certificates must hold, in place of the host.
      package var serverName: String?
      package var roots = Roots.system
      /// If any, the gateway shows its X.509-SVID and an endpoint must prove one of these.
      package var spiffeIDs: [SPIFFEID] = []

      package init() {}
    }

    package enum Roots: Hashable, Sendable {
      /// The store of the gateway's machine.
      case system
      /// PEM.
      case certificates(String)
    }

    package struct HealthCheck: Hashable, Sendable {
      package let path: String
      package let interval: Int64
      package let timeout: Int64
      package let unhealthyAfter: Int64
      package let healthyAfter: Int64
      /// Statuses that mean health.
      package let expected: [Int64]
    }

    package struct Outlier: Hashable, Sendable {
      package var consecutiveFailures: Int64 = 5
      package var ejection: Int64 = 30
      /// Percentage of the endpoints.
      package var maximumEjected: Int64 = 50

      package init() {}
    }

    package init(endpoints: [Endpoint]) {
      self.endpoints = endpoints
    }
  }
}
