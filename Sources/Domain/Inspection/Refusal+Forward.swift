import HTTPMessages

/// Refusals of the last stage: the request may go on, and cannot.
extension Refusal {
  /// The service demands that requests are recorded, and there is no room to.
  package static let unrecordable = Self.forward(
    "audit-unavailable", .serviceUnavailable, .proxyInternalError,
    "the request cannot be recorded now, and the service demands that it is", retry: true)

  package static let noCapacity = Self.forward(
    "no-capacity", .serviceUnavailable, .connectionLimitReached,
    "no connection to the service became free in time",
    retry: true)

  package static let unreachable = Self.forward(
    "unreachable", .badGateway, .destinationUnavailable, "the service cannot be reached")

  package static let unresolved = Self.forward(
    "unresolved", .badGateway, .dnsError, "no address of the service is known")

  package static let broken = Self.forward(
    "broken", .badGateway, .httpProtocolError, "the service did not answer with a valid response")

  package static let timeout = Self.forward(
    "timeout", .gatewayTimeout, .httpResponseTimeout, "the service did not answer in time")

  private static func forward(
    _ name: String, _ status: HTTPStatus, _ error: ProxyErrorType, _ detail: String,
    retry: Bool = false
  ) -> Refusal {
    Refusal(
      .forward, name, status, title: status.reasonPhrase, detail: detail,
      fields: retry ? [Field("Retry-After", "1")] : [], proxyError: error)
  }
}
