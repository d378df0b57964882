import Credentials
import OAuth
import SPIFFE

/// What credentials of one signer for one principal have in common, in the types of this layer: made
/// once, and shared by those that say the same.
final class CredentialTerms: Sendable {
  let signer: SignedCredential.Signer
  let principal: Principal
  let keyID: String
  /// The keys that vouch for it, as `RevocationView` names them.
  let revocationKeys: [String]
  let audience: [String]
  let scopes: [String]
  let scopeSet: Set<String>

  init(
    signer: SignedCredential.Signer, principal: Principal, keyID: String, revocationKeys: [String],
    audience: [String], scopes: ScopeSet
  ) {
    self.signer = signer
    self.principal = principal
    self.keyID = keyID
    self.revocationKeys = revocationKeys
    self.audience = audience
    self.scopes = scopes.map(\.description)
    self.scopeSet = Set(self.scopes)
  }

  /// Of an access token.
  /// - Parameter isOurs: whether its issuer is our control plane; key ids of others are revoked under
  ///   the issuer's name.
  convenience init(_ grant: AccessGrant, isOurs: Bool) throws(UnusableCredential) {
    self.init(
      signer: .issuer(grant.issuer), principal: try Self.principal(grant), keyID: grant.keyID,
      revocationKeys: [isOurs ? grant.keyID : "\(grant.issuer)#\(grant.keyID)"],
      audience: grant.audience, scopes: grant.scopes)
  }

  private static func principal(_ grant: AccessGrant) throws(UnusableCredential) -> Principal {
    if Principal.claimsSPIFFEID(grant.subject) {
      guard let id = try? SPIFFEID(parsing: grant.subject) else { throw .subject }
      return Principal(id)
    }
    guard let principal = try? Principal(issuer: grant.issuer, subject: grant.subject) else {
      throw .subject
    }
    return principal
  }
}
