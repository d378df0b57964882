package import SPIFFE

/// What both layers know of revocation: an immutable value that is replaced whole.
///
/// A credential is refused by its identifier, by the key that signed it, or because it was issued to
/// its subject at or before a cut-off. Never by its bytes: ES256 signatures are malleable.
package struct RevocationView: Sendable, Hashable {
  /// Credentials that are refused by identifier: one of ours, or another issuer's under its name.
  package var credentials: Set<CredentialID>
  /// Signing keys whose every credential is refused: the `kid` of one of ours, an issuing certificate's
  /// serial, or `<issuer>#<kid>` for another issuer's, since key ids are each issuer's own.
  package var keys: Set<String>
  /// The last second in which something now refused was issued, by subject.
  package var cutoffs: [Principal: Int64]
  /// The same for every subject.
  package var issuedBefore: Int64?

  package init(
    credentials: Set<CredentialID> = [], keys: Set<String> = [], cutoffs: [Principal: Int64] = [:],
    issuedBefore: Int64? = nil
  ) {
    self.credentials = credentials
    self.keys = keys
    self.cutoffs = cutoffs
    self.issuedBefore = issuedBefore
  }

  /// The facts of a verified credential that revocation looks at.
  package struct Subject: Sendable {
    package var id: CredentialID
    /// The keys that vouch for it, in the form of ``RevocationView/keys``.
    package var keyIDs: [String]
    package var principal: Principal
    /// Unix seconds.
    package var issuedAt: Int64

    package init(id: CredentialID, keyIDs: [String], principal: Principal, issuedAt: Int64) {
      self.id = id
      self.keyIDs = keyIDs
      self.principal = principal
      self.issuedAt = issuedAt
    }

    /// A credential of a workload that at most one key vouches for.
    package init(id: CredentialID, keyID: String?, workload: SPIFFEID, issuedAt: Int64) {
      self.init(
        id: id, keyIDs: keyID.map { [$0] } ?? [], principal: Principal(workload),
        issuedAt: issuedAt)
    }
  }

  /// Why a credential is refused, or `nil` while nothing revokes it.
  package func revocation(of subject: Subject) -> Reason? {
    if !self.credentials.isEmpty, self.credentials.contains(subject.id) {
      return Reason(code: "credential-revoked", message: "this credential was revoked")
    }
    if !self.keys.isEmpty, subject.keyIDs.contains(where: self.keys.contains) {
      return Reason(code: "key-revoked", message: "the key that signed this credential was revoked")
    }
    if let cutoff = self.cutoff(for: subject.principal), subject.issuedAt <= cutoff {
      return Reason(
        code: "workload-revoked",
        message: "everything issued to this workload up to a later moment was revoked")
    }
    return nil
  }

  /// The last second whose credentials are refused for this subject: to be accepted, a new one must
  /// be issued in a later second.
  package func cutoff(for principal: Principal) -> Int64? {
    switch (self.cutoffs[principal], self.issuedBefore) {
    case (let own?, let all?): return max(own, all)
    case (let own, let all): return own ?? all
    }
  }

  /// The same for a workload.
  package func cutoff(for workload: SPIFFEID) -> Int64? { self.cutoff(for: Principal(workload)) }
}
