import Synchronization

/// A store that lasts as long as the process: for tests and for trying things out.
package final class InMemoryRecordStore: RecordStore {
  private let state: Mutex<State>
  private let followers = RevisionBroadcast(current: .zero)

  package init(retention: HistoryRetention = .standard) {
    state = Mutex(State(retention: retention))
  }

  package func get(_ key: RecordKey) async throws -> Record? {
    state.withLock { $0.record(key) }
  }

  package func scan(
    _ kind: RecordKind, after name: String?, limit: Int
  ) async throws -> [Record] {
    guard limit >= 1 else { throw RecordStoreError.invalidLimit(limit) }
    return state.withLock { $0.kinds[kind]?.page(after: name, limit: limit) ?? [] }
  }

  package func commit(_ transaction: RecordTransaction) async throws -> Revision {
    try Task.checkCancellation()
    try transaction.checkLimits()
    let revision = try state.withLock { try $0.apply(transaction) }
    followers.publish(revision)
    return revision
  }

  package func changes(after cursor: Revision, limit: Int) async throws -> ChangePage {
    let reader = try ChangePageReader(limit: limit)
    return try state.withLock { try $0.changes(after: cursor, into: reader) }
  }

  package func snapshot() async throws -> RecordSnapshot {
    state.withLock { state in
      let kinds = state.kinds.sorted { $0.key < $1.key }
      return RecordSnapshot(revision: state.current, records: kinds.flatMap(\.value.records))
    }
  }

  package func revisions() -> AsyncStream<Revision> {
    followers.follow()
  }

  /// Ends the streams of ``revisions()``; the records stay readable.
  package func close() {
    followers.finish()
  }
}

extension InMemoryRecordStore {
  private struct State {
    let retention: HistoryRetention
    var current = Revision.zero
    var kinds: [RecordKind: SortedRecords] = [:]
    /// By revision. May start with changes that are no longer retained: they go in bulk.
    var history: [RecordChange] = []

    init(retention: HistoryRetention) {
      self.retention = retention
    }

    func record(_ key: RecordKey) -> Record? {
      kinds[key.kind]?.record(named: key)
    }

    mutating func apply(_ transaction: RecordTransaction) throws -> Revision {
      for condition in transaction.preconditions {
        let found = record(condition.key)?.revision
        guard condition.expected.isMet(by: found) else {
          throw RecordConflict(key: condition.key, expected: condition.expected, found: found)
        }
      }
      let effective = transaction.writes.filter { $0.value != nil || record($0.key) != nil }
      guard !effective.isEmpty else { return current }
      let revision = try current.next()
      for write in effective { self.write(write, at: revision) }
      current = revision
      trim()
      return revision
    }

    private mutating func write(_ write: RecordTransaction.Write, at revision: Revision) {
      let key = write.key
      if let value = write.value {
        let record = Record(key: key, revision: revision, value: value)
        kinds[key.kind, default: SortedRecords()].put(record)
      } else {
        kinds[key.kind]?.remove(key)
      }
      history.append(RecordChange(key: key, revision: revision, value: write.value))
    }

    private mutating func trim() {
      let gone = firstChange(after: retention.oldestCursor(at: current))
      if gone > history.count / 2 { history.removeFirst(gone) }
    }

    func changes(after cursor: Revision, into reader: ChangePageReader) throws -> ChangePage {
      let oldest = retention.oldestCursor(at: current)
      guard cursor >= oldest, cursor <= current else {
        throw RecordStoreError.snapshotRequired(oldest: oldest)
      }
      var reader = reader
      let isComplete = history[firstChange(after: cursor)...].allSatisfy { reader.take($0) }
      return reader.page(current: isComplete ? current : nil, cursor: cursor)
    }

    /// The index of the first change of a later revision.
    private func firstChange(after revision: Revision) -> Int {
      var low = 0
      var high = history.count
      while low < high {
        let middle = low + (high - low) / 2
        if history[middle].revision <= revision { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }
}
