package import Credentials
package import Crypto
import Enrollment
package import SPIFFE

/// An X.509-SVID with its private key.
package struct X509SVIDWithKey: Sendable {
  package let id: SPIFFEID
  package let hint: String
  /// DER, leaf first.
  package let certificates: [[UInt8]]
  package let privateKey: Redacted<P256.Signing.PrivateKey>
  /// The identifier of the credential: the leaf's serial.
  package let credential: CredentialID
  package let issuedAt: Instant
  package let expiresAt: Instant

  /// When it is to be replaced: at half its life.
  package var renewAt: Instant {
    let (life, overflow) = self.expiresAt.milliseconds.subtractingReportingOverflow(
      self.issuedAt.milliseconds)
    return overflow ? self.issuedAt : self.issuedAt.advanced(byMilliseconds: life / 2)
  }
}

/// All that a process needs to speak and to verify mutual TLS.
package struct X509Context: Sendable, Equatable {
  /// At least one; the first is the default identity.
  package let svids: [X509SVIDWithKey]
  package let bundles: TrustBundles

  /// Two contexts are equal when they tell the process the same: the keys go with the leafs.
  package static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.bundles == rhs.bundles
      && lhs.svids.map(Told.init) == rhs.svids.map(Told.init)
  }

  private struct Told: Equatable {
    let id: SPIFFEID
    let hint: String
    let certificates: [[UInt8]]

    init(_ svid: X509SVIDWithKey) {
      self.id = svid.id
      self.hint = svid.hint
      self.certificates = svid.certificates
    }
  }
}

/// A JWT-SVID of one of the process's identities.
package struct IssuedJWTSVID: Sendable {
  package let id: SPIFFEID
  package let hint: String
  package let token: Redacted<String>

  package init(id: SPIFFEID, hint: String, token: Redacted<String>) {
    self.id = id
    self.hint = hint
    self.token = token
  }
}

/// An X.509-SVID and the evidence that earned it: with other evidence it has to be earned again.
struct HeldX509SVID: Sendable {
  let svid: X509SVIDWithKey
  let evidence: Evidence

  func isFresh(for evidence: Evidence, at now: Instant) -> Bool {
    self.evidence == evidence && now < self.svid.renewAt
  }

  func isUsable(for evidence: Evidence, at now: Instant) -> Bool {
    self.evidence == evidence && now < self.svid.expiresAt
  }
}
