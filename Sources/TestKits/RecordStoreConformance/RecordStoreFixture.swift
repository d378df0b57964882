package import RecordStore

/// What the conformance suite needs to know about one implementation of `RecordStore`.
///
/// One fixture stands for one set of records, empty at first; each check gets a fixture of its own.
package protocol RecordStoreFixture: Sendable {
  /// Whether records outlive the store that holds them. Where false, a check opens one store only.
  var lasts: Bool { get }

  /// Opens the fixture's records. Where a store is open already and records last, the new one sees
  /// the same records, as another server would.
  func open(retention: HistoryRetention) async throws -> any RecordStore

  /// Ends a store that ``open(retention:)`` returned.
  func close(_ store: any RecordStore) async throws

  /// Commits a transaction that was begun before `others` runs and ends after it.
  ///
  /// A store that can hold a transaction open while others commit does so here. Elsewhere a
  /// transaction is begun when its value is made, which is what the default does.
  func commit(
    _ transaction: RecordTransaction, to store: any RecordStore,
    after others: @Sendable () async throws -> Void
  ) async throws -> Revision
}

extension RecordStoreFixture {
  package func commit(
    _ transaction: RecordTransaction, to store: any RecordStore,
    after others: @Sendable () async throws -> Void
  ) async throws -> Revision {
    try await others()
    return try await store.commit(transaction)
  }

  func open() async throws -> any RecordStore {
    try await open(retention: .standard)
  }
}
