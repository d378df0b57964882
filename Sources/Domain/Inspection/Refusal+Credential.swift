import Credentials
import HTTPMessages
import OAuth
import SPIFFE

/// Refusals of the credential stage.
extension Refusal {
  /// Nothing is known of the world, or too little has been heard of it lately to know who is revoked.
  static func outdated(_ name: String, _ detail: String, retryAfter: Int64 = 5) -> Refusal {
    Refusal(
      .credential, name, .serviceUnavailable, title: "Temporarily Undecidable", detail: detail,
      fields: [Field("Retry-After", String(max(1, retryAfter)))])
  }

  static let nothingKnown = Refusal.outdated(
    "state-unknown", "this gateway has not yet been told what it may let through")
  static let stale = Refusal.outdated(
    "state-stale", "this gateway has not heard lately which credentials are revoked")

  /// The keys of the credential's issuer are not known well enough: 503, because 401 would tell the
  /// caller that its credential is bad.
  static func keysUnavailable(retryAfter: Int64 = 5) -> Refusal {
    .outdated(
      "keys-unavailable", "the keys of the credential's issuer are not available now",
      retryAfter: retryAfter)
  }

  /// Too many credentials of this source failed.
  static func failedVerifications(retryAfter: Int64) -> Refusal {
    Refusal(
      .sourceLimit, "failed-verifications", .tooManyRequests, title: "Too Many Requests",
      detail: "too many credentials from this source were not accepted",
      fields: [Field("Retry-After", String(max(1, retryAfter)))])
  }

  /// The source has as many requests under way as one may have.
  package static let requestsUnderWay = Refusal(
    .sourceLimit, "requests", .tooManyRequests, title: "Too Many Requests",
    detail: "this source has too many requests under way", fields: [Field("Retry-After", "1")])

  static func credentialMissing(_ challenge: ChallengeTerms) -> Refusal {
    Refusal(
      .credential, "token-missing", .unauthorized, title: "Credential Required",
      detail: "the operation needs a credential: an access token in an Authorization field",
      fields: [challenge.field()])
  }

  static func credentials(
    _ refusal: AuthorizationCredentials.Refusal, _ challenge: ChallengeTerms
  ) -> Refusal {
    let detail =
      switch refusal {
      case .repeated: "a request carries at most one credential"
      case .malformed: "an Authorization field is a scheme, a space and one token"
      }
    return Refusal(
      .credential, refusal.rawValue, .badRequest, title: "Ambiguous Credential", detail: detail,
      fields: [challenge.field(.invalidRequest, detail)])
  }

  /// A credential that was presented and is not accepted.
  static func invalidToken(
    _ name: String, _ detail: String, _ challenge: ChallengeTerms
  ) -> Refusal {
    Refusal(
      .credential, name, .unauthorized, title: "Credential Not Accepted", detail: detail,
      fields: [challenge.field(.invalidToken, detail)])
  }

  static func token(_ refusal: AccessTokenRefusal, _ challenge: ChallengeTerms) -> Refusal {
    .invalidToken(Self.name(of: refusal.code), refusal.message, challenge)
  }

  static func svid(_ refusal: SVIDRefusal, _ challenge: ChallengeTerms) -> Refusal {
    .invalidToken(Self.name(of: refusal.code), refusal.message, challenge)
  }

  static func unusable(_ error: UnusableCredential, _ challenge: ChallengeTerms) -> Refusal {
    switch error {
    case .malformed: .token(AccessTokenRefusal(.malformedClaims), challenge)
    case .confirmation: .token(AccessTokenRefusal(.unsupportedConfirmation), challenge)
    case .subject:
      .invalidToken("subject-malformed", InvalidPrincipal().description, challenge)
    }
  }

  static func bindingMismatch(_ detail: String, _ challenge: ChallengeTerms) -> Refusal {
    .invalidToken("binding-mismatch", detail, challenge)
  }

  static func bindingRequired(_ challenge: ChallengeTerms) -> Refusal {
    let detail =
      switch challenge.constraint {
      case .none, .required:
        "the service takes only tokens that are bound to a key or to a client certificate"
      case .dpop: "the service takes only tokens that are bound to a key, with a DPoP proof"
      case .mutualTLS: "the service takes only tokens that are bound to a client certificate"
      }
    return .invalidToken("binding-required", detail, challenge)
  }

  /// - Parameter nonce: the one to use next, where nonces are asked for.
  static func proof(
    _ refusal: DPoPRefusal, _ challenge: ChallengeTerms, nonce: String?
  ) -> Refusal {
    var fields = [Field("WWW-Authenticate", DPoPChallenge(refusal).description)]
    if let nonce { fields.append(Field("DPoP-Nonce", nonce)) }
    return Refusal(
      .credential, Self.name(of: refusal), .unauthorized, title: "Proof Not Accepted",
      detail: refusal.message, fields: fields)
  }

  static func revoked(_ reason: Reason, _ challenge: ChallengeTerms) -> Refusal {
    let name = reason.code == "credential-revoked" ? "token-revoked" : reason.code
    return .invalidToken(name, reason.message, challenge)
  }

  private static func name(of refusal: DPoPRefusal) -> String {
    switch refusal.code {
    case .replayed: "proof-replayed"
    case .nonceMissing, .nonceMismatch: "proof-nonce"
    case .proofMissing: "proof-missing"
    case .keyMismatch: "binding-mismatch"
    case .tooManyProofs: "proof-undecidable"
    default: "proof-invalid"
    }
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

  private static func name(of code: SVIDRefusal.Code) -> String {
    switch code {
    case .unknownTrustDomain: "trust-domain-unknown"
    case .expired: "token-expired"
    case .notYetValid, .issuedInFuture: "token-not-yet-valid"
    case .audienceMissing, .audienceMismatch: "audience-mismatch"
    case .unknownKeyID: "key-unknown"
    case .invalidSignature: "signature-invalid"
    case .unsupportedAlgorithm: "algorithm-not-allowed"
    case .unsupportedType: "type-mismatch"
    case .malformedToken, .unexpectedHeaderParameter, .keyIDMissing, .malformedClaims,
      .subjectMissing, .expirationMissing:
      "token-malformed"
    default: "certificate-not-accepted"
    }
  }
}
