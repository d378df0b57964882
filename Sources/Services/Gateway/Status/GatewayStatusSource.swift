package import Credentials
package import StrictJSON

/// What the gateway says about itself to those who run it. None of it is a secret.
package protocol GatewayStatusSource: Sendable {
  /// Why it should get no requests now; empty when it should.
  func unreadiness() -> [Reason]
  /// What somebody should look at although requests are served: what was in force before stays.
  func concerns() -> [Reason]
  /// In Prometheus' text format, ``GatewayMetrics/mediaType``.
  func metrics() -> [UInt8]
  /// What it was told, and what it decides by.
  func configuration() -> JSONValue
  /// Every check that does not refuse, and every policy that never decides.
  func notEnforcing() -> [JSONValue]
}
