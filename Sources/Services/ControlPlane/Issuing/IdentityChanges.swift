import Credentials
import RecordStore
package import SPIFFE

/// What an agent has to know besides the identities themselves.
package struct IdentityChanges: Sendable {
  let keeper: WorldKeeper
  let store: any RecordStore
  let authority: CertificateAuthority
  let documents: Publications

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
    let cutoff = self.keeper.current.revocations.cutoff(for: id).map(String.init) ?? "-"
    let serial = (try? self.authority.signingAuthority().authority.certificate)
      .map(\.serialNumberHexadecimal)
    return "\(cutoff)/\(serial ?? "-")"
  }

  package func trustBundles() throws -> TrustBundleSet {
    try self.documents.bundles(of: self.keeper.current)
  }

  package var trustDomain: TrustDomain { self.keeper.current.trustDomain }
}
