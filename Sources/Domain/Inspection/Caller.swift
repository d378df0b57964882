package import Credentials

/// Who asks, as far as it was verified.
package enum Caller: Hashable, Sendable {
  case anonymous
  case workload(VerifiedCredential)

  package var credential: VerifiedCredential? {
    if case .workload(let credential) = self { credential } else { nil }
  }
}

/// A credential that was verified for one service at one moment. Whether it still stands is looked
/// at next: it may be revoked.
package struct VerifiedCredential: Hashable, Sendable {
  package let signed: SignedCredential
  /// The X.509-SVID that a token is bound to, when it is one of a trust domain that counts here: the token
  /// holds only as long as this does.
  package let certificate: SignedCredential?

  /// Only for the check that has looked at everything the credential means.
  init(checked signed: SignedCredential, boundTo certificate: SignedCredential? = nil) {
    self.signed = signed
    self.certificate = certificate
  }

  package var kind: CredentialKind { self.signed.kind }
  package var principal: Principal { self.signed.principal }
  package var id: CredentialID { self.signed.id }
  package var digest: CredentialDigest { self.signed.digest }
  /// The key that signed it; of a certificate, its issuer's serial.
  package var keyID: String { self.signed.keyID }
  package var audience: [String] { self.signed.audience }
  package var scopes: [String] { self.signed.scopes }
  /// Unix seconds.
  package var issuedAt: Int64? { self.signed.issuedAt }
  package var expiresAt: Int64 { self.signed.expiresAt }
  /// What revocation looks at.
  package var revocationSubject: RevocationView.Subject { self.signed.revocationSubject }

  package static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.signed === rhs.signed
      || (lhs.kind == rhs.kind && lhs.id == rhs.id && lhs.digest == rhs.digest)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(self.digest) }
}
