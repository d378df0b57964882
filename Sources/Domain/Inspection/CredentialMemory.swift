package import OAuth

/// What checking a credential remembers and asks beyond the world: all of it in memory, and at once.
///
/// Nothing here decides that a credential is good. What is recalled says only that a signature was good
/// under an epoch of keys; every meaning is looked at again.
package protocol CredentialMemory: VerificationLimit {
  /// What was kept for exactly this text, if it was not dropped since.
  func recall(_ text: ArraySlice<UInt8>) -> SignedCredential?
  /// Keeps it, or with `nil` drops what was kept.
  func keep(_ credential: SignedCredential?, for text: ArraySlice<UInt8>)
  /// What tokens that were read before have in common with the next.
  var readings: TokenReadings { get }
  /// Takes a proof that was not used before.
  func refusal(of proof: VerifiedDPoPProof, at now: Int64) -> DPoPRefusal?
  /// A token named a key that its issuer, or its trust domain, does not have by what is known of it.
  func noteUnknownKey(of issuer: String)
}

/// How often the credentials of a source may fail.
package protocol VerificationLimit: AnyObject {
  /// Seconds until a signature may be checked for this source, or this key of a source, again; `nil` when
  /// it may be now.
  func secondsUntilCheck(for counted: UInt64, at now: Int64) -> Int64?
  /// A credential, or a proof, from there failed verification.
  func noteFailure(of counted: UInt64, at now: Int64)
}

/// What DPoP proofs must be like at this gateway.
package struct ProofTerms: Sendable {
  package let window: DPoPWindow
  /// `nil` where no nonce is asked for.
  package let nonces: DPoPNonces?

  package static let standard = ProofTerms(window: .standard, nonces: nil)

  package init(window: DPoPWindow, nonces: DPoPNonces?) {
    self.window = window
    self.nonces = nonces
  }
}
