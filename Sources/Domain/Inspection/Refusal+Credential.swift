import Credentials
import HTTPMessages
import OAuth

/// Refusals of the credential stage.
extension Refusal {
  /// Nothing is known of the world, or too little has been heard of it lately to know who is revoked.
  static func outdated(_ name: String, _ detail: String) -> Refusal {
    Refusal(
      .credential, name, .serviceUnavailable, title: "Temporarily Undecidable", detail: detail,
      fields: [Field("Retry-After", "5")])
  }

  static let nothingKnown = Refusal.outdated(
    "state-unknown", "this gateway has not yet been told what it may let through")
  static let stale = Refusal.outdated(
    "state-stale", "this gateway has not heard lately which credentials are revoked")

  static func credentialMissing(realm: String) -> Refusal {
    Refusal(
      .credential, "token-missing", .unauthorized, title: "Credential Required",
      detail: "the operation needs an access token in an Authorization field of scheme Bearer",
      fields: [Self.challenge(realm: realm)])
  }

  static func credentials(
    _ refusal: AuthorizationCredentials.Refusal, realm: String
  ) -> Refusal {
    let detail =
      switch refusal {
      case .repeated: "a request carries at most one credential"
      case .malformed: "an Authorization field is a scheme, a space and one token"
      }
    return Refusal(
      .credential, refusal.rawValue, .badRequest, title: "Ambiguous Credential", detail: detail,
      fields: [Self.challenge(realm: realm, error: .invalidRequest, description: detail)])
  }

  /// A credential that was presented and is not accepted.
  static func invalidToken(_ name: String, _ detail: String, realm: String) -> Refusal {
    Refusal(
      .credential, name, .unauthorized, title: "Credential Not Accepted", detail: detail,
      fields: [Self.challenge(realm: realm, error: .invalidToken, description: detail)])
  }

  static func token(_ refusal: AccessTokenRefusal, realm: String) -> Refusal {
    .invalidToken(Self.name(of: refusal.code), refusal.message, realm: realm)
  }

  static func revoked(_ reason: Reason, realm: String) -> Refusal {
    let name = reason.code == "credential-revoked" ? "token-revoked" : reason.code
    return .invalidToken(name, reason.message, realm: realm)
  }

  private static func name(of code: AccessTokenRefusal.Code) -> String {
    switch code {
    case .malformedToken, .unsupportedHeader, .keyIDMissing, .malformedClaims, .claimMissing,
      .invalidScope:
      "token-malformed"
    case .wrongType: "type-mismatch"
    case .unsupportedAlgorithm: "algorithm-not-allowed"
    case .unknownKeyID: "key-unknown"
    case .invalidSignature: "signature-invalid"
    case .unsupportedConfirmation: "binding-unsupported"
    case .issuerMismatch: "issuer-mismatch"
    case .audienceMismatch: "audience-mismatch"
    case .expired: "token-expired"
    case .notYetValid, .issuedInFuture: "token-not-yet-valid"
    }
  }

  static func challenge(
    realm: String, error: HTTPMessages.BearerChallenge.ErrorCode? = nil,
    description: String? = nil, scopes: [String] = []
  ) -> Field {
    Field(
      "WWW-Authenticate",
      HTTPMessages.BearerChallenge(
        realm: realm, error: error, errorDescription: description, scopes: scopes
      ).fieldValue)
  }
}
