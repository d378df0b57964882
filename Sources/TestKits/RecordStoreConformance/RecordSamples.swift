import RecordStore

extension RecordKind {
  static let apple = RecordKind("apple")
  static let pear = RecordKind("pear")
  static let marker = RecordKind("marker")
}

func apple(_ name: String) throws -> RecordKey {
  try RecordKey(kind: .apple, name: name)
}

func pear(_ name: String) throws -> RecordKey {
  try RecordKey(kind: .pear, name: name)
}

func bytes(_ text: String) -> [UInt8] {
  Array(text.utf8)
}

extension RecordStore {
  /// Writes one record, whatever was there.
  @discardableResult
  func put(_ key: RecordKey, _ value: [UInt8]) async throws -> Revision {
    var transaction = RecordTransaction()
    transaction.put(key, value)
    return try await commit(transaction)
  }

  @discardableResult
  func delete(_ key: RecordKey) async throws -> Revision {
    var transaction = RecordTransaction()
    transaction.delete(key)
    return try await commit(transaction)
  }

  func currentRevision() async throws -> Revision {
    try await commit(RecordTransaction())
  }

  /// The whole history after a cursor, read in pages of `limit`.
  func history(after start: Revision, limit: Int) async throws -> [RecordChange] {
    var changes: [RecordChange] = []
    var cursor = start
    while true {
      let page = try await self.changes(after: cursor, limit: limit)
      guard page.upTo > cursor else { return changes }
      changes += page.changes
      cursor = page.upTo
    }
  }
}

extension RecordSnapshot {
  /// The snapshot as it becomes through later changes.
  func applying(_ changes: [RecordChange]) -> [Record] {
    var byKey: [RecordKey: Record] = [:]
    for record in records { byKey[record.key] = record }
    for change in changes {
      byKey[change.key] = change.value.map {
        Record(key: change.key, revision: change.revision, value: $0)
      }
    }
    return byKey.values.sorted { $0.key < $1.key }
  }
}
