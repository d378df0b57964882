package import EventIndex
import GRDB

/// An event index in one SQLite file of mode 0600.
///
/// A power cut may lose the newest inserts, the latest first; ``lastPosition(of:)`` then says where
/// to go on.
package final class SQLiteEventIndex: EventIndex {
  private let database: DatabaseConnection

  /// Opens the index at `path`, or makes it.
  ///
  /// - Parameter path: The file; its folder must exist.
  /// - Throws: ``EventIndexError/unusable(_:)`` for a file that is damaged, not ours, of a newer
  ///   version or open to others. It is left as it was: remove it, and index the logs again.
  package init(path: String) throws {
    do {
      database = try DatabaseConnection(path: path, schema: .events, durability: .normal)
    } catch {
      throw EventIndexError.from(error)
    }
  }

  package func insert(_ events: [IndexedEvent]) async throws {
    try Task.checkCancellation()
    for event in events { try event.checkLimits() }
    guard !events.isEmpty else { return }
    try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Void, any Error>) in
      do {
        try database.schedule { caller.resume(with: SQLiteEventIndex.insert(events, $0)) }
      } catch {
        caller.resume(throwing: EventIndexError.from(error))
      }
    }
  }

  package func events(
    matching key: IndexKey, types: Set<String>?, limit: Int
  ) async throws -> [IndexedEvent] {
    guard limit >= 1 else { throw EventIndexError.invalidLimit(limit) }
    return try await read { try $0.events(matching: key, types: types, limit: limit) }
  }

  package func lastPosition(of log: String) async throws -> Int64? {
    try await read { try $0.lastPosition(of: log) }
  }

  package func recent(type: String, limit: Int) async throws -> [IndexedEvent] {
    guard limit >= 1 else { throw EventIndexError.invalidLimit(limit) }
    return try await read { try $0.recent(type: type, limit: limit) }
  }

  package func scan(
    types: Set<String>, since: Int64?, after: EventPlace?, limit: Int
  ) async throws -> [IndexedEvent] {
    guard limit >= 1 else { throw EventIndexError.invalidLimit(limit) }
    return try await read {
      try $0.scan(types: types, since: since, after: after, limit: limit)
    }
  }

  package func count(types: Set<String>, since: Int64?) async throws -> Int {
    try await read { try $0.count(types: types, since: since) }
  }

  /// Takes no further work, carries through what has begun, and closes the file.
  package func close() async {
    await database.close()
  }

  private func read<Value: Sendable>(
    _ body: @escaping @Sendable (EventTables) throws -> Value
  ) async throws -> Value {
    do {
      return try await database.read { try body(EventTables(db: $0)) }
    } catch {
      throw EventIndexError.from(error)
    }
  }

  private static func insert(_ events: [IndexedEvent], _ db: Database) -> Result<Void, any Error> {
    do {
      try db.inOwnTransaction {
        var insertion = try EventInsertion(db)
        try insertion.insert(events)
      }
      return .success(())
    } catch {
      return .failure(EventIndexError.from(error))
    }
  }
}

extension EventIndexError {
  /// Words what the database reported; an error that needs no words passes.
  static func from(_ error: any Error) -> any Error {
    switch error {
    case DatabaseFailure.unusable(let text): EventIndexError.unusable(text)
    case DatabaseFailure.unreadable(let text): EventIndexError.unreadable(text)
    case DatabaseFailure.failed(let text): EventIndexError.failed(text)
    case DatabaseFailure.closed: EventIndexError.closed
    case let error as DatabaseError where error.meansDamage:
      EventIndexError.unreadable("the event index is damaged: \(error.safeText)")
    case let error as DatabaseError:
      EventIndexError.failed("the event index failed: \(error.safeText)")
    default: error
    }
  }
}
