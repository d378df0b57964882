/// Where records last: named values of many kinds, changed in transactions, with a history that
/// followers read.
///
/// What every store promises, and the conformance suite checks:
/// - A transaction takes effect whole or not at all, and all its changes bear one revision.
/// - Once ``changes(after:limit:)`` has passed a revision, nothing appears later at or below it, and
///   no transaction is left out.
/// - A reader sees the store at one revision; it never sees half of a transaction.
/// - Something unreadable is an error, never left out.
package protocol RecordStore: Sendable {
  /// The record of that key, or nil.
  func get(_ key: RecordKey) async throws -> Record?

  /// A page of the records of one kind, by name in byte order.
  ///
  /// - Parameters:
  ///   - kind: The kind to list.
  ///   - name: The last name of the page before; nil for the first page. Need not exist.
  ///   - limit: The most records to return, at least 1.
  func scan(_ kind: RecordKind, after name: String?, limit: Int) async throws -> [Record]

  /// Makes the transaction durable.
  ///
  /// A commit that has begun is carried through even when the calling task is cancelled, so that
  /// the caller always learns what became of it.
  ///
  /// - Returns: The revision of the transaction; of one that changes nothing, the current revision.
  /// - Throws: ``RecordConflict`` for the first condition that does not hold; ``RecordStoreError``.
  func commit(_ transaction: RecordTransaction) async throws -> Revision

  /// The history after a cursor, in whole transactions.
  ///
  /// - Parameters:
  ///   - cursor: The last revision seen: ``Revision/zero``, ``ChangePage/upTo`` of the page before,
  ///     or the revision of a snapshot.
  ///   - limit: The page ends with the transaction in which it reaches this many changes, or
  ///     ``RecordLimits/pageBytes``. At least 1.
  /// - Throws: ``RecordStoreError/snapshotRequired(oldest:)`` for a cursor that the history does not
  ///   reach.
  func changes(after cursor: Revision, limit: Int) async throws -> ChangePage

  /// Every record of every kind at one revision.
  func snapshot() async throws -> RecordSnapshot

  /// Wakes a follower after commits: yields the current revision at once, then newer ones.
  ///
  /// Revisions that the follower was too slow for are skipped; a revision that was yielded can be
  /// read at once. The stream ends when the store closes.
  func revisions() -> AsyncStream<Revision>
}
