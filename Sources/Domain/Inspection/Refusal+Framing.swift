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
}
