import HTTPMessages
import JOSE
import OAuth

/// What a service's challenges say of the credentials that it takes.
struct ChallengeTerms {
  let constraint: SenderConstraint
  private let audience: Audience

  init(_ service: RoutedService) {
    self.constraint = service.senderConstraint
    self.audience = service.audience
  }

  /// The challenge (RFC 6750 section 3, RFC 9449 section 7.1).
  func field(
    _ error: BearerChallenge.ErrorCode? = nil, _ description: String? = nil,
    scopes: [String] = []
  ) -> Refusal.Field {
    let bearer = BearerChallenge(
      scheme: self.constraint == .dpop ? .dpop : .bearer, realm: self.audience.description,
      error: error, errorDescription: description, scopes: scopes
    ).fieldValue
    guard self.constraint == .dpop else { return Refusal.Field("WWW-Authenticate", bearer) }
    let algorithms = UnverifiedDPoPProof.algorithms.map(\.rawValue).joined(separator: " ")
    return Refusal.Field("WWW-Authenticate", "\(bearer), algs=\"\(algorithms)\"")
  }
}
