import ControlPlane
import Credentials
import Crypto
import Enrollment
import Foundation
import NodeAgent
import SPIFFE
import X509

/// The control plane as the node agent in the same process sees it.
struct EmbeddedIssuer: IdentityIssuer {
  let plane: ControlPlane
  let node: String

  func identities(for evidence: Evidence) async throws -> [EntitledIdentity] {
    try await self.plane.svids.identities(for: evidence).map { identity in
      self.entitled(identity.id, workload: identity.workload)
    }
  }

  /// An identity together with what its SVIDs' worth depends on.
  func entitled(_ id: SPIFFEID, workload: String) -> EntitledIdentity {
    EntitledIdentity(
      id: id, workloadName: workload, hint: workload,
      epoch: self.plane.identityChanges.epoch(of: id))
  }

  func issueX509SVID(
    for identity: EntitledIdentity, publicKey: P256.Signing.PublicKey, evidence: Evidence
  ) async throws -> X509SVIDGrant {
    let issued = try await self.translated {
      try await self.plane.svids.issueX509SVID(
        for: Self.identity(identity), publicKey: Certificate.PublicKey(publicKey),
        evidence: evidence)
    }
    return X509SVIDGrant(
      certificates: issued.chain, expiresAt: issued.expiresAt, id: try CredentialID(issued.serial))
  }

  func issueJWTSVID(
    for identity: EntitledIdentity, audience: [String], evidence: Evidence
  ) async throws -> JWTSVIDGrant {
    let issued = try await self.translated {
      try await self.plane.svids.issueJWTSVID(
        for: Self.identity(identity), audience: audience, evidence: evidence)
    }
    return JWTSVIDGrant(token: issued.token.reveal(), expiresAt: issued.expiresAt)
  }

  func trustBundles() async throws -> TrustBundles {
    let bundles = try self.plane.identityChanges.trustBundles()
    var authorities: [TrustDomain: [[UInt8]]] = [:]
    var keySets: [TrustDomain: [UInt8]] = [:]
    for domain in bundles.trustDomains {
      guard let bundle = bundles[domain] else { continue }
      authorities[domain] = try bundle.x509.authorities.map { try $0.derEncoded() }
      keySets[domain] = bundle.jwt.serializedJWKSet()
    }
    return TrustBundles(
      trustDomain: self.plane.identityChanges.trustDomain, x509Authorities: authorities,
      jwtKeySets: keySets)
  }

  func changes() -> AsyncStream<Void> { self.plane.identityChanges.stream() }

  func recordRefusal(_ refusal: RefusedPeer) async {
    var facts = refusal.facts
    facts["pid"] = [String(refusal.peer.pid)]
    facts["uid"] = facts["uid"] ?? [String(refusal.peer.uid)]
    // Nothing was given, so nothing is lost when the log is not writable: issuing stops by itself.
    try? await self.plane.refusals.record(refusal.reason, facts: facts, node: self.node)
  }

  private static func identity(_ identity: EntitledIdentity) -> SVIDIssuer.Identity {
    SVIDIssuer.Identity(id: identity.id, workload: identity.workloadName)
  }

  private func translated<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let refusal as IssueRefusal {
      throw IssuanceRefusal(refusal.reason)
    }
  }
}
