import HTTPMessages

/// Refusals of the host stage.
extension Refusal {
  static let hostUnknown = Refusal(
    .host, "unknown", .notFound, title: "Unknown Service",
    detail: "no service is reachable under this host and path")

  /// The Host does not belong to the name that the client asked for in TLS (RFC 9110 section 15.5.20).
  static let misdirected = Refusal(
    .host, "misdirected", .misdirectedRequest, title: "Misdirected Request",
    detail: "this host is not reachable on a connection to that server name")
}
