import Credentials
import Distribution
import RecordStore

/// Adds to a revocation that is in force what was issued while it was being written.
struct RevocationCompletion: Sendable {
  let keeper: WorldKeeper

  /// Looks and commits until nothing new appears. Nothing comes after that: every issue looks at the
  /// revocations once more before it leaves.
  ///
  /// - Parameters:
  ///   - name: The name of the revocation's record.
  ///   - reach: The credentials that the revocation has to name by what is issued so far.
  func complete(
    _ record: RevocationRecord, named name: String,
    reach: (RevocationRecord) -> [CredentialID]
  ) async throws -> RevocationRecord {
    var record = record
    while true {
      let reached = Set(reach(record)).union(record.credentials)
      guard reached.count > record.credentials.count else { return record }
      record.credentials = reached.sorted { $0.description < $1.description }
      let named = record
      _ = try await self.keeper.change { _, image, transaction in
        // Another change may have revoked more under this name meanwhile, and that stays.
        var stored =
          try image[RecordForm.revocation, name].map { try RevocationRecord(bytes: $0.value) }
          ?? named
        stored.credentials = Set(stored.credentials).union(named.credentials)
          .sorted { $0.description < $1.description }
        transaction.put(try RecordKey(form: RecordForm.revocation, name: name), stored.bytes)
      }
    }
  }
}
