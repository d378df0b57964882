import Credentials
import RecordStore
package import SPIFFE

/// What an agent has to know besides the identities themselves.
package struct IdentityChanges: Sendable {
  let keeper: WorldKeeper
  let store: any RecordStore
  let authority: CertificateAuthority
  let documents: Publications
  let ledger: IssuanceLedger

  /// Yields after every change of the records.
  package func stream() -> AsyncStream<Void> {
    let revisions = self.store.revisions()
    let keeper = self.keeper
    return AsyncStream {
      var iterator = revisions.makeAsyncIterator()
      guard await iterator.next() != nil else { return nil }
      // A refresh that fails leaves the last good world in force.
      try? await keeper.refresh()
      return ()
    }
  }

  /// Changes whenever SVIDs of the identity that were issued before are worth less than fresh ones.
  package func epoch(of id: SPIFFEID) -> String {
    let revocations = self.keeper.current.revocations
    let cutoff = revocations.cutoff(for: id).map(String.init) ?? "-"
    let revoked = revocations.credentials.count { credential in
      self.ledger[credential].map { $0.kind == .x509SVID && $0.workload == id } ?? false
    }
    let serial = (try? self.authority.signingAuthority().authority.certificate)
      .map(\.serialNumberHexadecimal)
    return "\(cutoff)/\(serial ?? "-")/\(revoked)"
  }

  package func trustBundles() throws -> TrustBundleSet {
    try self.documents.bundles(of: self.keeper.current)
  }

  package var trustDomain: TrustDomain { self.keeper.current.trustDomain }
}
