import Credentials
import Crypto
import Issuance
package import OAuth
import SPIFFE

/// How the token endpoint looks at what its callers prove to hold.
package struct SenderProofSettings: Sendable {
  package var window = DPoPWindow.standard
  /// The most DPoP proofs that are remembered, so that none counts twice.
  package var rememberedProofs = 262_144
  /// Seconds for which one nonce is given out; `nil`: proofs need none.
  package var nonceSlot: Int64?
  /// Where clients with an X.509-SVID get tokens that are bound to it; `nil` if nowhere.
  package var mutualTLSTokenEndpoint: String?

  package init() {}
}

/// Turns what the sender of a token request proves to hold into what its token is bound to.
struct SenderProofs: Sendable {
  private let window: DPoPWindow
  private let replays: DPoPReplayMemory
  private let nonces: DPoPNonces?
  private let admission: GatewayAdmission

  /// - Parameter now: the time of the start. Proofs that are older are refused, because the process
  ///   before this one may have seen them.
  init(
    settings: SenderProofSettings, random: RandomSource, now: Int64, admission: GatewayAdmission
  ) {
    self.window = settings.window
    self.replays = DPoPReplayMemory(
      capacity: settings.rememberedProofs, forgottenUntil: now - 1 + settings.window.past)
    self.nonces = settings.nonceSlot.map { slot in
      var random = random
      let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      return DPoPNonces(key: SymmetricKey(data: bytes), slot: slot)
    }
    self.admission = admission
  }

  func nonce(at now: Int64) -> String? { self.nonces?.nonce(at: now) }

  /// What a token for this sender is bound to; `nil` where the sender proved nothing. Whatever is
  /// proven binds, and what is shown and is not good is refused.
  ///
  /// - Parameter subject: whose subject token it is, already verified: only then does a proof take a
  ///   place in memory.
  /// - Throws: `TokenRefusal`, or `OAuthError` where the caller only has to use a nonce.
  func confirmation(
    of sender: TokenSender, subject: SPIFFEID, issuer: String, bundles: TrustBundleSet,
    at now: Int64
  ) async throws -> Confirmation? {
    let certificate = try await self.certificate(
      sender.certificates, subject: subject, bundles: bundles, at: now)
    let key = try self.key(sender, issuer: issuer, at: now)
    return Confirmation(key: key, certificate: certificate)
  }

  private func key(
    _ sender: TokenSender, issuer: String, at now: Int64
  ) throws -> Thumbprint? {
    guard !sender.proofs.isEmpty else { return nil }
    let uri = try sender.endpoint ?? DPoPTargetURI(parsing: "\(issuer)/oauth2/token")
    let outcome = UnverifiedDPoPProof(fields: sender.proofs).verify(
      method: "POST", uri: uri, accessTokenHash: nil, at: now, window: self.window,
      nonce: self.nonces)
    if let refusal = outcome.refusal { throw Self.error(refusal) }
    guard let proof = outcome.verified else { return nil }
    if let refusal = self.replays.admit(proof, at: now).refusal { throw Self.error(refusal) }
    return proof.key
  }

  /// A missing nonce is an ordinary step of the protocol and no refusal to record.
  private static func error(_ refusal: DPoPRefusal) -> any Error {
    refusal.asksForNonce
      ? OAuthError(.useDPoPNonce, refusal.message)
      : TokenRefusal.invalidProof(
        Reason(code: "dpop-\(refusal.code.rawValue)", message: refusal.message))
  }

  /// The certificate must be of the same workload as the subject token: a token that is bound to
  /// somebody else's would be of use to two.
  private func certificate(
    _ chain: [[UInt8]], subject: SPIFFEID, bundles: TrustBundleSet, at now: Int64
  ) async throws -> Thumbprint? {
    guard let leaf = chain.first else { return nil }
    guard let svid = try? UnverifiedX509SVID(chainDER: chain),
      let verified = await svid.verify(bundles: bundles, at: now).verified
    else {
      throw TokenRefusal.invalidRequest(
        Reason(
          code: "client-certificate-invalid",
          message: "the client certificate is not an X.509-SVID of this trust domain"))
    }
    guard verified.id == subject else {
      throw TokenRefusal.invalidRequest(
        Reason(
          code: "client-certificate-subject",
          message: "the client certificate is of another workload than the subject token"))
    }
    guard !self.admission.isRevoked(verified) else {
      throw TokenRefusal.invalidRequest(
        Reason(
          code: "client-certificate-revoked", message: "the client certificate was revoked"))
    }
    return Thumbprint(certificate: leaf)
  }
}
