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

  /// What others of its signer and principal may have in common with it.
  private let terms: CredentialTerms
  /// Of the keys, or of the authorities, that it was verified with.
  let epoch: UInt64
  let content: Content
  package let kind: CredentialKind
  package let id: CredentialID
  package let digest: CredentialDigest
  /// Unix seconds; `nil` where the credential does not say, which for a cut-off is before all time.
  package let issuedAt: Int64?
  /// From this second on it is expired.
  package let expiresAt: Int64
  let confirmation: Confirmation?

  private init(
    _ terms: CredentialTerms, epoch: UInt64, content: Content, kind: CredentialKind,
    id: CredentialID, digest: CredentialDigest, issuedAt: Int64?, expiresAt: Int64,
    confirmation: Confirmation?
  ) {
    self.terms = terms
    self.epoch = epoch
    self.content = content
    self.kind = kind
    self.id = id
    self.digest = digest
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.confirmation = confirmation
  }

  var signer: Signer { self.terms.signer }
  package var principal: Principal { self.terms.principal }
  package var keyID: String { self.terms.keyID }
  package var audience: [String] { self.terms.audience }
  package var scopes: [String] { self.terms.scopes }
  var scopeSet: Set<String> { self.terms.scopeSet }
  package var revocationSubject: RevocationView.Subject {
    RevocationView.Subject(
      id: self.id, keyIDs: self.terms.revocationKeys, principal: self.principal,
      issuedAt: self.issuedAt ?? .min)
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
  /// - Parameters:
  ///   - issuer: whose keys it was verified with.
  ///   - readings: what tokens before it said.
  convenience init(
    _ token: SignedToken, _ issuer: TokenIssuer, epoch: UInt64, _ readings: TokenReadings
  ) throws(UnusableCredential) {
    let isOurs = issuer.origin == .own
    let digest = CredentialDigest(words: token.signingInputDigest.words)
    self.init(
      try readings.terms(of: token.grant, isOurs: isOurs), epoch: epoch,
      content: .accessToken(token), kind: .accessToken,
      id: try Self.id(token.jwtID, digest, isOurs ? nil : token.issuer), digest: digest,
      issuedAt: token.issuedAt, expiresAt: token.expiresAt, confirmation: token.confirmation)
  }

  /// A JWT-SVID.
  convenience init(
    _ svid: SignedJWTSVID, epoch: UInt64, isOurs: Bool
  ) throws(UnusableCredential) {
    let content = svid.content
    guard let digest = CredentialDigest(bytes: content.digest) else { throw .malformed }
    guard !content.id.isTrustDomainID else { throw .malformed }
    let domain = content.id.trustDomain
    let terms = CredentialTerms(
      signer: .trustDomain(domain), principal: Principal(content.id), keyID: content.keyID,
      revocationKeys: [isOurs ? content.keyID : "\(domain.id)#\(content.keyID)"],
      audience: content.audience, scopes: ScopeSet())
    self.init(
      terms, epoch: epoch, content: .jwtSVID(svid), kind: .jwtSVID,
      id: try Self.id(content.jwtID, digest, isOurs ? nil : "\(domain.id)"), digest: digest,
      issuedAt: content.issuedAt, expiresAt: content.expiresAt,
      confirmation: try Self.confirmation(content))
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
    let terms = CredentialTerms(
      signer: .trustDomain(domain), principal: Principal(svid.id), keyID: signers.first ?? "",
      revocationKeys: signers.map { prefix + $0 }, audience: [], scopes: ScopeSet())
    self.init(
      terms, epoch: epoch,
      content: .certificate(
        svid, notBefore: svid.chain.map(\.notBeforeSeconds).max() ?? svid.notBefore),
      kind: .x509SVID, id: id, digest: digest, issuedAt: svid.notBefore,
      expiresAt: lastSecond == .max ? .max : lastSecond + 1, confirmation: nil)
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
