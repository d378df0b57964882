package import NIOCore

/// What is known of an endpoint at a moment, for people and metrics.
package struct EndpointState: Hashable, Sendable {
  package let service: String
  /// As the manifest names it: scheme, host and port.
  package let url: String
  /// The address that stands for it.
  package let address: String
  package let weight: Int
  package let isHealthy: Bool
  /// Until when it is left out because requests to it failed.
  package let ejectedUntil: NIODeadline?
  /// Whether it is used although it is out, because every one is.
  package let isLastResort: Bool
  package let outstanding: Int
  /// Requests ever begun.
  package let requests: Int

  /// Whether requests are given to it as long as there is a choice.
  package var isAvailable: Bool { self.isHealthy && self.ejectedUntil == nil }
}

/// Something about a service's endpoints that people want to know of.
package enum UpstreamChange: Hashable, Sendable {
  case resolved(name: String, count: Int)
  /// A name has no usable address; `isKnown`: the last good ones stay in use.
  case unresolved(name: String, isKnown: Bool)
  case healthy(address: String)
  case unhealthy(address: String)
  case ejected(address: String, seconds: Int64)
  case returned(address: String)
  /// Every endpoint is out, and all of them are used nevertheless.
  case panicBegan
  case panicEnded
}
