package import HTTPMessages

extension Refusal {
  /// The bytes are not one request with one reading.
  package init(framing refusal: RequestRefusal) {
    self.init(
      .framing, refusal.rawValue, refusal.status, title: refusal.status.reasonPhrase,
      detail: refusal.description)
  }

  /// The client took too long to say what it wants.
  package static let headTimeout = Refusal(
    .framing, "head-timeout", .requestTimeout, title: "Request Timeout",
    detail: "the request's head did not arrive in time")

  /// The client stopped in the middle of a body.
  package static let bodyTimeout = Refusal(
    .framing, "body-timeout", .requestTimeout, title: "Request Timeout",
    detail: "the request's body did not arrive in time")

  static let hostUnknown = Refusal(
    .host, "unknown", .notFound, title: "Unknown Service",
    detail: "no service is reachable under this host and path")

  /// The Host does not belong to the name that the client asked for in TLS (RFC 9110 section 15.5.20).
  static let misdirected = Refusal(
    .host, "misdirected", .misdirectedRequest, title: "Misdirected Request",
    detail: "this host is not reachable on a connection to that server name")
}
