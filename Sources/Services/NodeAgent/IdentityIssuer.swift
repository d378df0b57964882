package import Credentials
package import Crypto
package import Enrollment
package import SPIFFE

/// The control plane as the node agent sees it.
///
/// Every call may fail with an error, which the agent takes for "try again later". What is refused
/// for good is an `IssuanceRefusal`.
package protocol IdentityIssuer: Sendable {
  /// The identities that the evidence earns, the default one first; empty when it earns none.
  func identities(for evidence: Evidence) async throws -> [EntitledIdentity]

  func issueX509SVID(
    for identity: EntitledIdentity, publicKey: P256.Signing.PublicKey, evidence: Evidence
  ) async throws -> X509SVIDGrant

  func issueJWTSVID(
    for identity: EntitledIdentity, audience: [String], evidence: Evidence
  ) async throws -> JWTSVIDGrant

  func trustBundles() async throws -> TrustBundles

  /// Yields whenever registrations, revocations, keys or bundles have changed. Several changes may
  /// be told as one.
  func changes() -> AsyncStream<Void>

  /// Keeps the reason why a process was given no identity.
  func recordRefusal(_ refusal: RefusedPeer) async
}

/// An identity that a process may have.
package struct EntitledIdentity: Hashable, Sendable {
  package let id: SPIFFEID
  package let workloadName: String
  /// Tells the identities of one process apart (SPIFFE Workload API, section 5.2.1).
  package let hint: String
  /// Whatever an SVID's worth depends on: when it changes, the agent replaces the SVIDs that it
  /// holds for the identity, however fresh. Opaque; may stay empty.
  package let epoch: String

  package init(id: SPIFFEID, workloadName: String, hint: String, epoch: String = "") {
    self.id = id
    self.workloadName = workloadName
    self.hint = hint
    self.epoch = epoch
  }
}

/// An X.509-SVID that was issued for the agent's public key.
package struct X509SVIDGrant: Hashable, Sendable {
  /// DER, leaf first, with the intermediates up to but not including the root.
  package let certificates: [[UInt8]]
  package let expiresAt: Instant
  package let id: CredentialID

  package init(certificates: [[UInt8]], expiresAt: Instant, id: CredentialID) {
    self.certificates = certificates
    self.expiresAt = expiresAt
    self.id = id
  }
}

/// A JWT-SVID.
package struct JWTSVIDGrant: Sendable {
  package let token: Redacted<String>
  package let expiresAt: Instant

  package init(token: String, expiresAt: Instant) {
    self.token = Redacted(token)
    self.expiresAt = expiresAt
  }
}

/// What verifiers need to know of each trust domain.
package struct TrustBundles: Hashable, Sendable {
  /// The agent's own.
  package let trustDomain: TrustDomain
  /// Roots in DER, of the own and of federated trust domains.
  package let x509Authorities: [TrustDomain: [[UInt8]]]
  /// JWK Sets with the keys of JWT-SVIDs alone, of the own and of federated trust domains.
  package let jwtKeySets: [TrustDomain: [UInt8]]

  package init(
    trustDomain: TrustDomain, x509Authorities: [TrustDomain: [[UInt8]]],
    jwtKeySets: [TrustDomain: [UInt8]]
  ) {
    self.trustDomain = trustDomain
    self.x509Authorities = x509Authorities
    self.jwtKeySets = jwtKeySets
  }
}

/// The issuer will not issue: policy forbids it, or the workload is suspended or gone.
package struct IssuanceRefusal: Error, Hashable, CustomStringConvertible {
  package let reason: Reason

  package init(_ reason: Reason) {
    self.reason = reason
  }

  package var description: String { self.reason.description }
}

/// A process that was given no identity, with all that is known about it.
package struct RefusedPeer: Hashable, Sendable {
  package let reason: Reason
  package let peer: PeerProcess
  /// Empty when the process could not be attested.
  package let facts: [String: Set<String>]

  package init(reason: Reason, peer: PeerProcess, facts: [String: Set<String>]) {
    self.reason = reason
    self.peer = peer
    self.facts = facts
  }
}
