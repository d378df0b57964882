import Credentials
import Crypto
import Enrollment
package import SPIFFE
import Synchronization

/// What one connection's process is served by.
///
/// Each call and each push attests the process afresh. X.509-SVIDs are kept while they are fresh and
/// the evidence stays the same, and are forgotten with the session.
package final class PeerSession: Sendable {
  package let peer: PeerProcess
  let agent: NodeAgent
  /// Why the process could not even be named.
  private let refusal: AttestationRefusal?
  let held = Mutex<[EntitledIdentity: HeldX509SVID]>([:])

  init(agent: NodeAgent, peer: PeerProcess, refusal: AttestationRefusal?) {
    self.agent = agent
    self.peer = peer
    self.refusal = refusal
  }

  func entitlement() async throws(WorkloadRefusal) -> Entitlement {
    if let refusal = self.refusal {
      throw await self.agent.recorded(
        WorkloadRefusal(.permissionDenied, refusal.reason), self.peer, [:])
    }
    return try await self.agent.entitlement(of: self.peer)
  }

  /// JWT-SVIDs for the audience: of the identity that is named, else of all that the process has.
  ///
  /// - Throws: `WorkloadRefusal`.
  package func jwtSVIDs(
    audience: [String], id: SPIFFEID?
  ) async throws(WorkloadRefusal) -> [IssuedJWTSVID] {
    let entitlement = try await self.entitlement()
    let wanted = entitlement.identities.filter { id == nil || $0.id == id }
    guard !wanted.isEmpty else { throw .notEntitled }
    var refusal: Reason?
    var issued: [IssuedJWTSVID] = []
    for identity in wanted {
      do {
        let grant = try await self.agent.issuer.issueJWTSVID(
          for: identity, audience: audience, evidence: entitlement.evidence)
        issued.append(
          IssuedJWTSVID(id: identity.id, hint: identity.hint, token: grant.token))
      } catch let error as IssuanceRefusal {
        refusal = error.reason
      } catch {
        throw .issuerUnavailable
      }
    }
    if issued.isEmpty, let refusal { throw WorkloadRefusal(.permissionDenied, refusal) }
    return issued
  }

  /// The trust bundles, for a process that has an identity.
  ///
  /// - Throws: `WorkloadRefusal`.
  package func trustBundles() async throws(WorkloadRefusal) -> TrustBundles {
    _ = try await self.entitlement()
    return try await self.currentBundles()
  }

  func currentBundles() async throws(WorkloadRefusal) -> TrustBundles {
    do {
      return try await self.agent.issuer.trustBundles()
    } catch {
      throw .issuerUnavailable
    }
  }
}
