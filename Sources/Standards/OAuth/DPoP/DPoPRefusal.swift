/// Why a DPoP proof was not accepted: a value, not an error, with a code that stays the same from
/// version to version and a message that is safe to log and to answer with.
public struct DPoPRefusal: Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the proof.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    case proofMissing, repeatedProof, malformedProof
    case wrongType, unsupportedHeader, unsupportedAlgorithm
    case keyMissing, privateKey, unusableKey, invalidSignature
    case malformedClaims, claimMissing, invalidIdentifier
    case methodMismatch, uriMismatch, tooOld, issuedInFuture
    case tokenHashMissing, tokenHashMismatch, keyMismatch
    case nonceMissing, nonceMismatch
    case replayed, tooManyProofs
  }

  public let code: Code

  public init(_ code: Code) { self.code = code }

  /// Whether the caller only has to try again with the nonce that goes with the answer
  /// (`use_dpop_nonce`, RFC 9449 section 8).
  public var asksForNonce: Bool { self.code == .nonceMissing || self.code == .nonceMismatch }

  /// What was expected. Nothing of the proof is repeated.
  public var message: String {
    switch self.code {
    case .proofMissing: "a DPoP proof is needed in the field `DPoP`"
    case .repeatedProof: "there must be exactly one DPoP proof"
    case .malformedProof: "the DPoP proof is not a JWS in compact form"
    case .wrongType: "the DPoP proof's type must be dpop+jwt"
    case .unsupportedHeader: "the DPoP proof's header asks for an extension that is not supported"
    case .unsupportedAlgorithm:
      "the DPoP proof's algorithm must be ES256, EdDSA, RS256 or PS256, and fit its key"
    case .keyMissing: "the DPoP proof's header needs its public key in `jwk`"
    case .privateKey: "the DPoP proof's `jwk` must not hold private or symmetric key material"
    case .unusableKey: "the DPoP proof's `jwk` is not a public key that may be trusted"
    case .invalidSignature: "the DPoP proof's signature does not verify with its own key"
    case .malformedClaims: "the DPoP proof's claims cannot be read"
    case .claimMissing: "the DPoP proof needs htm, htu, iat and jti"
    case .invalidIdentifier: "the DPoP proof's jti must have 1 to 256 bytes"
    case .methodMismatch: "the DPoP proof's htm is not this request's method"
    case .uriMismatch: "the DPoP proof's htu is not this request's URI without its query"
    case .tooOld: "the DPoP proof is too old: each request needs a new one"
    case .issuedInFuture: "the DPoP proof's time of issue lies in the future: check the clock"
    case .tokenHashMissing: "the DPoP proof needs ath, the hash of the access token"
    case .tokenHashMismatch: "the DPoP proof's ath is not the hash of this access token"
    case .keyMismatch: "the DPoP proof is of another key than the one the token is bound to"
    case .nonceMissing: "the DPoP proof needs the nonce of the field `DPoP-Nonce`"
    case .nonceMismatch: "the DPoP proof's nonce is not a current one: use that of `DPoP-Nonce`"
    case .replayed: "the DPoP proof was used before: each request needs a new one"
    case .tooManyProofs: "too many DPoP proofs are remembered to tell whether this one is new"
    }
  }

  /// The code and the message.
  public var description: String { "\(self.code.rawValue): \(self.message)" }
}

/// How reading a proof stops; ``UnverifiedDPoPProof/verify(method:uri:accessTokenHash:at:window:nonce:)``
/// turns it into a refusal.
struct RefusedProof: Error {
  let code: DPoPRefusal.Code

  init(_ code: DPoPRefusal.Code) { self.code = code }
}

/// The outcome of verifying a DPoP proof.
public enum DPoPVerification: Sendable, Hashable {
  case verified(VerifiedDPoPProof)
  case refused(DPoPRefusal)

  /// The verified proof, or `nil` if it was refused.
  public var verified: VerifiedDPoPProof? {
    if case .verified(let proof) = self { proof } else { nil }
  }

  /// The refusal, or `nil` if the proof was verified.
  public var refusal: DPoPRefusal? {
    if case .refused(let refusal) = self { refusal } else { nil }
  }
}
