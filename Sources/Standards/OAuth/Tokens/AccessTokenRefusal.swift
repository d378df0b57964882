/// Why an access token was not accepted: a value, not an error, with a code that stays the same from
/// version to version and a message that is safe to log and to answer with.
public struct AccessTokenRefusal: Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the token.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    case malformedToken, wrongType, unsupportedHeader, unsupportedAlgorithm
    case keyIDMissing, unknownKeyID, invalidSignature
    case malformedClaims, claimMissing, invalidScope, unsupportedConfirmation
    case issuerMismatch, audienceMismatch
    case expired, notYetValid, issuedInFuture
  }

  public let code: Code

  public init(_ code: Code) { self.code = code }

  /// What was expected. Nothing of the token is repeated.
  public var message: String {
    switch self.code {
    case .malformedToken: "the token is not a JWS in compact form"
    case .wrongType: "the token's type is not one that its issuer's access tokens have"
    case .unsupportedHeader: "the token's header asks for an extension that is not supported"
    case .unsupportedAlgorithm: "the token's algorithm is not one of its key"
    case .keyIDMissing: "the token's header needs a key id"
    case .unknownKeyID: "the issuer has no key with the token's key id"
    case .invalidSignature: "the token's signature does not verify with the key of its key id"
    case .malformedClaims: "the token's claims cannot be read"
    case .claimMissing: "the token lacks a claim that its issuer's access tokens must have"
    case .invalidScope: "the token's scope is not a list of scopes"
    case .unsupportedConfirmation: "the token is bound to a key, which cannot be checked here"
    case .issuerMismatch: "the token is of another issuer"
    case .audienceMismatch: "the token is for another audience"
    case .expired: "the token has expired"
    case .notYetValid: "the token is not yet valid"
    case .issuedInFuture: "the token's time of issue lies in the future"
    }
  }

  /// The code and the message.
  public var description: String { "\(self.code.rawValue): \(self.message)" }
}

/// The outcome of checking an access token's signature.
public enum AccessTokenSignature: Sendable, Hashable {
  case signed(SignedToken)
  case refused(AccessTokenRefusal)

  /// The signed token, or `nil` if it was refused.
  public var signed: SignedToken? {
    if case .signed(let token) = self { token } else { nil }
  }

  /// The refusal, or `nil` if the signature is good.
  public var refusal: AccessTokenRefusal? {
    if case .refused(let refusal) = self { refusal } else { nil }
  }
}

/// The outcome of verifying an access token.
public enum AccessTokenVerification: Sendable, Hashable {
  case verified(VerifiedAccessToken)
  case refused(AccessTokenRefusal)

  /// The verified token, or `nil` if it was refused.
  public var verified: VerifiedAccessToken? {
    if case .verified(let token) = self { token } else { nil }
  }

  /// The refusal, or `nil` if the token was verified.
  public var refusal: AccessTokenRefusal? {
    if case .refused(let refusal) = self { refusal } else { nil }
  }
}
