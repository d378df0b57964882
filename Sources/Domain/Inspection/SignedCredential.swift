package import Credentials
import JOSE
import OAuth
import SPIFFE
import StrictJSON

/// A credential whose signature was good under one epoch of its signer's keys, with what it says in the
/// types of this layer. Whether it is good for a request is decided for each request.
package final class SignedCredential: Sendable {
  /// Who vouches for it.
  enum Signer: Hashable, Sendable {
    case issuer(String)
    case trustDomain(TrustDomain)
  }

  enum Content: Sendable {
    case accessToken(SignedToken)
    case jwtSVID(SignedJWTSVID)
    /// With the first second at which the whole path is valid.
    case certificate(VerifiedX509SVID, notBefore: Int64)
  }

  let signer: Signer
  /// Of the keys, or of the authorities, that it was verified with.
  let epoch: UInt64
  let content: Content
  package let kind: CredentialKind
  package let principal: Principal
  package let id: CredentialID
  package let digest: CredentialDigest
  package let keyID: String
  package let audience: [String]
  package let scopes: [String]
  let scopeSet: Set<String>
  /// Unix seconds; `nil` where the credential does not say, which for a cut-off is before all time.
  package let issuedAt: Int64?
  /// From this second on it is expired.
  package let expiresAt: Int64
  let confirmation: Confirmation?
  package let revocationSubject: RevocationView.Subject

  /// - Parameter revocationKeys: the keys that vouch for it, as `RevocationView` names them.
  private init(
    signer: Signer, epoch: UInt64, content: Content, kind: CredentialKind, principal: Principal,
    id: CredentialID, digest: CredentialDigest, keyID: String, revocationKeys: [String],
    audience: [String], scopes: ScopeSet, issuedAt: Int64?, expiresAt: Int64,
    confirmation: Confirmation?
  ) {
    self.signer = signer
    self.epoch = epoch
    self.content = content
    self.kind = kind
    self.principal = principal
    self.id = id
    self.digest = digest
    self.keyID = keyID
    self.audience = audience
    self.scopes = scopes.map(\.description)
    self.scopeSet = Set(self.scopes)
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.confirmation = confirmation
    self.revocationSubject = RevocationView.Subject(
      id: id, keyIDs: revocationKeys, principal: principal, issuedAt: issuedAt ?? .min)
  }
}

extension SignedCredential {
  /// Whether whoever sent it has proven to hold the key of a client certificate.
  var isBoundToCertificate: Bool {
    self.kind == .x509SVID || self.confirmation?.certificate != nil
  }

  /// Whether the key, or the authority, that it was verified with is still in its trust domain's bundle.
  func isSigned(under bundle: TrustBundle) -> Bool {
    switch self.content {
    case .accessToken: false
    case .jwtSVID:
      bundle.jwt.epoch == self.epoch || bundle.jwt.keys.contains { $0.keyID == self.keyID }
    case .certificate(let svid, _):
      bundle.x509.epoch == self.epoch || bundle.x509.holdsAuthority(of: svid)
    }
  }

  /// An access token.
  ///
  /// One of our control plane has an id of our form. Ids and key ids of others are revoked under the
  /// issuer's name.
  /// - Parameter issuer: whose keys it was verified with.
  convenience init(
    _ token: SignedToken, _ issuer: TokenIssuer, epoch: UInt64
  ) throws(UnusableCredential) {
    let isOurs = issuer.origin == .own
    guard let digest = CredentialDigest(bytes: token.digest) else { throw .malformed }
    self.init(
      signer: .issuer(token.issuer), epoch: epoch, content: .accessToken(token),
      kind: .accessToken, principal: try Self.principal(token),
      id: try Self.id(token.jwtID, digest, isOurs ? nil : token.issuer),
      digest: digest, keyID: token.keyID,
      revocationKeys: [isOurs ? token.keyID : "\(token.issuer)#\(token.keyID)"],
      audience: token.audience, scopes: token.scopes, issuedAt: token.issuedAt,
      expiresAt: token.expiresAt, confirmation: token.confirmation)
  }

  /// A JWT-SVID.
  convenience init(
    _ svid: SignedJWTSVID, epoch: UInt64, isOurs: Bool
  ) throws(UnusableCredential) {
    let content = svid.content
    guard let digest = CredentialDigest(bytes: content.digest) else { throw .malformed }
    guard !content.id.isTrustDomainID else { throw .malformed }
    let domain = content.id.trustDomain
    self.init(
      signer: .trustDomain(domain), epoch: epoch, content: .jwtSVID(svid), kind: .jwtSVID,
      principal: Principal(content.id),
      id: try Self.id(content.jwtID, digest, isOurs ? nil : "\(domain.id)"),
      digest: digest,
      keyID: content.keyID,
      revocationKeys: [isOurs ? content.keyID : "\(domain.id)#\(content.keyID)"],
      audience: content.audience, scopes: ScopeSet(), issuedAt: content.issuedAt,
      expiresAt: content.expiresAt, confirmation: try Self.confirmation(content))
  }

  /// An X.509-SVID.
  convenience init(
    _ svid: VerifiedX509SVID, epoch: UInt64, isOurs: Bool
  ) throws(UnusableCredential) {
    guard let digest = CredentialDigest(bytes: svid.digest) else { throw .malformed }
    let domain = svid.id.trustDomain
    let id = try Self.id(svid.serialNumber, digest, isOurs ? nil : "\(domain.id)")
    let prefix = isOurs ? "" : "\(domain.id)#"
    let signers = svid.chain.dropFirst().map(\.serialNumberHexadecimal)
    let lastSecond = svid.chain.map(\.notAfterSeconds).min() ?? svid.notAfter
    self.init(
      signer: .trustDomain(svid.id.trustDomain), epoch: epoch,
      content: .certificate(
        svid, notBefore: svid.chain.map(\.notBeforeSeconds).max() ?? svid.notBefore),
      kind: .x509SVID, principal: Principal(svid.id), id: id, digest: digest,
      keyID: signers.first ?? "", revocationKeys: signers.map { prefix + $0 }, audience: [],
      scopes: ScopeSet(),
      issuedAt: svid.notBefore, expiresAt: lastSecond == .max ? .max : lastSecond + 1,
      confirmation: nil)
  }

  /// Ids are each issuer's own: those of others count under the issuer's name. No two credentials share a
  /// digest, so one without a usable id of its own is called by that.
  /// - Parameter issuer: `nil` for ours.
  private static func id(
    _ own: String?, _ digest: CredentialDigest, _ issuer: String?
  ) throws(UnusableCredential) -> CredentialID {
    if let own, let id = try? CredentialID(own) {
      return issuer.map { CredentialID(id, of: $0) } ?? id
    }
    guard issuer != nil, let id = try? CredentialID(digest.description) else { throw .malformed }
    return id
  }

  private static func principal(_ token: SignedToken) throws(UnusableCredential) -> Principal {
    if Principal.claimsSPIFFEID(token.subject) {
      guard let id = try? SPIFFEID(parsing: token.subject) else { throw .subject }
      return Principal(id)
    }
    guard let principal = try? Principal(issuer: token.issuer, subject: token.subject) else {
      throw .subject
    }
    return principal
  }

  private static func confirmation(
    _ svid: VerifiedJWTSVID
  ) throws(UnusableCredential) -> Confirmation? {
    guard let claim = svid.claims["cnf"] else { return nil }
    do {
      return try Confirmation(claim)
    } catch {
      throw .confirmation
    }
  }
}

/// A good signature over something that names nobody here.
enum UnusableCredential: Error, Hashable, Sendable {
  case malformed
  case subject
  case confirmation
}
