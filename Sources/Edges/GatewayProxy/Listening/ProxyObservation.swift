package import Gateway

/// Who is told what the proxy does.
package struct ProxyObservation: Sendable {
  package let metrics: GatewayMetrics
  /// `nil` where none is written.
  package let accessLog: AccessLog?
  package let serving: ServingState

  package init(metrics: GatewayMetrics, accessLog: AccessLog?, serving: ServingState) {
    self.metrics = metrics
    self.accessLog = accessLog
    self.serving = serving
  }
}
