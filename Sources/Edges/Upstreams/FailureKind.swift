/// How a request to an endpoint failed, as far as the endpoint is to blame.
package enum FailureKind: String, Hashable, Sendable, CaseIterable {
  /// No connection: refused, or no way there.
  case refused
  /// No connection within the time for it.
  case connectTimeout
  /// TLS could not be agreed on, or the endpoint is not who it must be.
  case handshake
  /// The connection ended before the response was whole.
  case closed
  /// No head of a response within the time for it.
  case responseTimeout
  /// What came is not a response.
  case malformed
  /// 502, 503 or 504: the endpoint answered that it cannot.
  case gatewayStatus

  /// The failure that a whole response means, or `nil` where it means none. Other 5xx are a service's
  /// answer to a request, which another endpoint would give too.
  package static func gatewayStatus(of status: Int) -> FailureKind? {
    (502...504).contains(status) ? .gatewayStatus : nil
  }
}
