package import Authorization
package import Credentials
package import Distribution
package import Enrollment
package import OpenAPIContract
package import SPIFFE

/// Everything that the control plane decides by, at one revision: an immutable value, replaced
/// whole.
package struct World: Sendable {
  package let revision: Int64
  package let trustDomain: TrustDomain
  package let issuer: String
  package let workloads: WorkloadRegistry
  package let services: [String: ServiceEntry]
  package let policyNames: [String]
  package let authorization: AuthorizationModel
  package let revocations: RevocationView
  package let revocationRecords: [String: RevocationRecord]
  package let suspensions: [SPIFFEID: SuspensionRecord]
  package let signingKeys: [String: SigningKeyRecord]
  package let authorities: [String: AuthorityRecord]

  /// A service with what its contract says.
  package struct ServiceEntry: Sendable {
    package let service: Service
    package let contract: Contract
  }

  package func service(audience: String) -> ServiceEntry? {
    self.services.values.first { $0.service.audience == audience }
  }

  /// Why what was decided by an older world does not leave: a workload was revoked in between, even if
  /// it is entitled again by now.
  func revocationSince(_ older: World, of workload: SPIFFEID) -> Reason? {
    guard
      self.revocations.cutoffs[Principal(workload)]
        != older.revocations.cutoffs[Principal(workload)]
    else {
      return nil
    }
    return Reason(
      code: "workload-revoked", message: "the workload was revoked while this was being issued")
  }

  /// The keys of a set, without those that were revoked, oldest first.
  package func liveKeys(_ set: SigningKeyRecord.KeySet) -> [(id: String, key: SigningKeyRecord)] {
    self.signingKeys.filter { $0.value.set == set && $0.value.phase != "revoked" }
      .map { (id: $0.key, key: $0.value) }
      .sorted { ($0.key.since, $0.id) < ($1.key.since, $1.id) }
  }
}
