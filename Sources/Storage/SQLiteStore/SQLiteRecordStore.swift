import GRDB
package import RecordStore
import Synchronization

// GRDB has a `Record` too.
package import struct RecordStore.Record

/// Records in one SQLite file, for one server process.
///
/// The file, its write-ahead log and its index have mode 0600; the folder is the caller's. A commit
/// is on the disk when it returns. Commits that arrive while another is being written go to the disk
/// together.
///
/// A second store on the same file, in this process or in another, sees and makes correct commits;
/// only ``revisions()`` does not wake for the other's.
package final class SQLiteRecordStore: RecordStore {
  private struct Waiting: Sendable {
    let transaction: RecordTransaction
    let caller: CheckedContinuation<Revision, any Error>
  }

  private static let batchSize = 128

  let database: DatabaseConnection
  private let retention: HistoryRetention
  private let followers: RevisionBroadcast
  private let waiting = Mutex<[Waiting]>([])

  /// Opens the store at `path`, or makes it.
  ///
  /// Blocks while it reads the file through to find damage and takes it to the newest schema.
  ///
  /// - Parameters:
  ///   - path: The file; its folder must exist.
  ///   - retention: How much history is kept for followers.
  /// - Throws: ``RecordStoreError/unusable(_:)`` for a file that is damaged, not ours, of a newer
  ///   version or open to others. It is left as it was.
  package convenience init(path: String, retention: HistoryRetention = .standard) throws {
    try self.init(path: path, retention: retention, schema: .records)
  }

  init(path: String, retention: HistoryRetention, schema: DatabaseSchema) throws {
    do {
      let connection = try DatabaseConnection(path: path, schema: schema, durability: .full)
      let state = try connection.readNow { try RecordTables(db: $0).state() }
      self.database = connection
      self.followers = RevisionBroadcast(current: state.revision)
    } catch {
      throw RecordStoreError.from(error)
    }
    self.retention = retention
  }

  package func get(_ key: RecordKey) async throws -> Record? {
    try await read { try $0.record(key) }
  }

  package func scan(
    _ kind: RecordKind, after name: String?, limit: Int
  ) async throws -> [Record] {
    guard limit >= 1 else { throw RecordStoreError.invalidLimit(limit) }
    return try await read { try $0.records(kind, after: name, limit: limit) }
  }

  package func commit(_ transaction: RecordTransaction) async throws -> Revision {
    try Task.checkCancellation()
    try transaction.checkLimits()
    return try await withCheckedThrowingContinuation { caller in
      enqueue(Waiting(transaction: transaction, caller: caller))
    }
  }

  package func changes(after cursor: Revision, limit: Int) async throws -> ChangePage {
    let reader = try ChangePageReader(limit: limit)
    return try await read { try $0.changes(after: cursor, into: reader) }
  }

  package func snapshot() async throws -> RecordSnapshot {
    try await read { tables in
      RecordSnapshot(revision: try tables.state().revision, records: try tables.allRecords())
    }
  }

  package func revisions() -> AsyncStream<Revision> {
    followers.follow()
  }

  /// Takes no further work, carries through what has begun, closes the file, and ends the streams of
  /// ``revisions()``.
  package func close() async {
    await database.close()
    followers.finish()
  }

  private func read<Value: Sendable>(
    _ body: @escaping @Sendable (RecordTables) throws -> Value
  ) async throws -> Value {
    do {
      return try await database.read { try body(RecordTables(db: $0)) }
    } catch {
      throw RecordStoreError.from(error)
    }
  }
}

extension SQLiteRecordStore {
  /// Each caller queues itself and schedules one run of the writer. A run takes everybody who waits,
  /// so that later runs may find nobody.
  private func enqueue(_ next: Waiting) {
    waiting.withLock { $0.append(next) }
    do {
      try database.schedule { self.commitWaiting($0) }
    } catch {
      let stranded = waiting.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
      for caller in stranded.map(\.caller) { caller.resume(throwing: RecordStoreError.closed) }
    }
  }

  private func commitWaiting(_ db: Database) {
    let taken = waiting.withLock { waiting in
      let taken = Array(waiting.prefix(SQLiteRecordStore.batchSize))
      waiting.removeFirst(taken.count)
      return taken
    }
    guard !taken.isEmpty else { return }
    let outcomes = outcomes(of: taken.map(\.transaction), db)
    if let newest = outcomes.compactMap({ try? $0.get() }).max() { followers.publish(newest) }
    for (waiting, outcome) in zip(taken, outcomes) { waiting.caller.resume(with: outcome) }
  }

  private func outcomes(
    of transactions: [RecordTransaction], _ db: Database
  ) -> [CommitBatch.Outcome] {
    do {
      var outcomes: [CommitBatch.Outcome] = []
      try db.inOwnTransaction {
        let batch = CommitBatch(transactions: transactions, retention: retention)
        outcomes = try batch.apply(to: RecordTables(db: db))
      }
      return outcomes
    } catch {
      let failure = RecordStoreError.from(error)
      return transactions.map { _ in .failure(failure) }
    }
  }
}

extension RecordStoreError {
  /// Words what the database reported; an error that needs no words passes.
  static func from(_ error: any Error) -> any Error {
    switch error {
    case DatabaseFailure.unusable(let text): RecordStoreError.unusable(text)
    case DatabaseFailure.unreadable(let text): RecordStoreError.unreadable(text)
    case DatabaseFailure.failed(let text): RecordStoreError.failed(text)
    case DatabaseFailure.closed: RecordStoreError.closed
    case let error as DatabaseError where error.meansDamage:
      RecordStoreError.unreadable("the record store is damaged: \(error.safeText)")
    case let error as DatabaseError:
      RecordStoreError.failed("the record store failed: \(error.safeText)")
    default: error
    }
  }
}
