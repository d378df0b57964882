package import Credentials
package import OAuth
import SPIFFE

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
  package let principal: Principal
  package let id: CredentialID
  package let digest: CredentialDigest
  package let keyID: String
  package let audience: [String]
  package let scopes: ScopeSet
  /// Unix seconds.
  package let issuedAt: Int64
  package let expiresAt: Int64

  /// `nil` unless the token's id, digest and subject have their forms.
  init?(_ token: SignedToken) {
    guard let workload = try? SPIFFEID(parsing: token.subject),
      let jwtID = token.jwtID, let issuedAt = token.issuedAt,
      let id = try? CredentialID(jwtID), let digest = CredentialDigest(bytes: token.digest)
    else { return nil }
    self.principal = Principal(workload)
    self.id = id
    self.digest = digest
    self.keyID = token.keyID
    self.audience = token.audience
    self.scopes = token.scopes
    self.issuedAt = issuedAt
    self.expiresAt = token.expiresAt
  }

  /// What revocation looks at.
  package var revocationSubject: RevocationView.Subject {
    RevocationView.Subject(
      id: self.id, keyID: self.keyID, principal: self.principal, issuedAt: self.issuedAt)
  }
}
