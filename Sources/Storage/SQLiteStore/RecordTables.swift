import FoundationEssentials
import GRDB
import RecordStore

// GRDB has a `Record` too.
import struct RecordStore.Record

/// The statements of the record store, over one connection.
struct RecordTables {
  /// How far the history goes.
  struct State: Equatable {
    var revision: Revision
    /// The newest revision whose changes are gone.
    var trimmed: Revision
  }

  let db: Database

  func state() throws -> State {
    let sql = "SELECT revision, trimmed FROM state WHERE id = 1"
    guard let row = try Row.fetchOne(db.cachedStatement(sql: sql)) else {
      throw DatabaseFailure.unreadable("the record store has lost the row that holds its revision")
    }
    let columns = ColumnReader(row: row, what: "the store's state")
    let state = State(
      revision: Revision(rawValue: try columns.integer(0)),
      trimmed: Revision(rawValue: try columns.integer(1)))
    guard Revision.zero <= state.trimmed, state.trimmed <= state.revision else {
      throw columns.unreadable(1, "between 0 and the store's revision")
    }
    return state
  }

  func write(_ state: State) throws {
    try run(
      "UPDATE state SET revision = ?, trimmed = ? WHERE id = 1",
      [state.revision.rawValue, state.trimmed.rawValue])
  }

  func revision(of key: RecordKey) throws -> Revision? {
    let sql = "SELECT revision FROM record WHERE kind = ? AND name = ?"
    let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments(key))
    return try row.map { try revision(ColumnReader(row: $0, what: "record \(key)"), 0) }
  }

  func record(_ key: RecordKey) throws -> Record? {
    let sql = "SELECT revision, value FROM record WHERE kind = ? AND name = ?"
    let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments(key))
    return try row.map { row in
      let columns = ColumnReader(row: row, what: "record \(key)")
      return Record(key: key, revision: try revision(columns, 0), value: try columns.bytes(1))
    }
  }

  func records(_ kind: RecordKind, after name: String?, limit: Int) throws -> [Record] {
    // Every name has a byte, so all of them come after the empty blob.
    let sql = """
      SELECT kind, name, revision, value FROM record
      WHERE kind = ? AND name > COALESCE(?, x'') ORDER BY name LIMIT ?
      """
    let start = name.map { Data($0.utf8) }
    return try records(sql, [kind.rawValue, start, Int64(limit)])
  }

  func allRecords() throws -> [Record] {
    try records("SELECT kind, name, revision, value FROM record ORDER BY kind, name", [])
  }

  func changes(after cursor: Revision, into reader: ChangePageReader) throws -> ChangePage {
    let state = try state()
    guard cursor >= state.trimmed, cursor <= state.revision else {
      throw RecordStoreError.snapshotRequired(oldest: state.trimmed)
    }
    let sql = """
      SELECT kind, name, revision, value FROM change
      WHERE revision > ? ORDER BY revision, position
      """
    var reader = reader
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: sql), arguments: [cursor.rawValue])
    while let row = try rows.next() {
      guard reader.take(try change(row)) else { return reader.page(current: nil, cursor: cursor) }
    }
    return reader.page(current: state.revision, cursor: cursor)
  }

  func put(_ key: RecordKey, _ value: [UInt8], at revision: Revision) throws {
    // GRDB binds empty data as NULL: hence COALESCE.
    try run(
      """
      INSERT INTO record (kind, name, revision, value) VALUES (?, ?, ?, COALESCE(?, x''))
      ON CONFLICT (kind, name) DO UPDATE SET revision = excluded.revision, value = excluded.value
      """,
      [key.kind.rawValue, Data(key.name.utf8), revision.rawValue, Data(value)])
  }

  func delete(_ key: RecordKey) throws {
    try run("DELETE FROM record WHERE kind = ? AND name = ?", arguments(key))
  }

  func append(_ change: RecordChange, position: Int) throws {
    let key = change.key
    let place: StatementArguments = [
      change.revision.rawValue, Int64(position), key.kind.rawValue, Data(key.name.utf8),
    ]
    if let value = change.value {
      try run(
        """
        INSERT INTO change (revision, position, kind, name, value)
        VALUES (?, ?, ?, ?, COALESCE(?, x''))
        """, place + [Data(value)])
    } else {
      try run(
        "INSERT INTO change (revision, position, kind, name, value) VALUES (?, ?, ?, ?, NULL)",
        place)
    }
  }

  func forget(through revision: Revision) throws {
    try run("DELETE FROM change WHERE revision <= ?", [revision.rawValue])
  }

  private func records(_ sql: String, _ arguments: StatementArguments) throws -> [Record] {
    let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
    var records: [Record] = []
    while let row = try rows.next() {
      let columns = ColumnReader(row: row, what: "a record")
      records.append(
        Record(
          key: try key(columns), revision: try revision(columns, 2), value: try columns.bytes(3)))
    }
    return records
  }

  private func change(_ row: Row) throws -> RecordChange {
    let columns = ColumnReader(row: row, what: "a change")
    return RecordChange(
      key: try key(columns), revision: try revision(columns, 2),
      value: try columns.optionalBytes(3))
  }

  private func key(_ columns: ColumnReader) throws -> RecordKey {
    guard let kind = RecordKind(rawValue: try columns.text(0)) else {
      throw columns.unreadable(0, "a record kind")
    }
    let name = try columns.utf8(1)
    do {
      return try RecordKey(kind: kind, name: name)
    } catch {
      throw columns.unreadable(1, "a record name")
    }
  }

  private func revision(_ columns: ColumnReader, _ index: Int) throws -> Revision {
    let value = try columns.integer(index)
    guard value > 0 else { throw columns.unreadable(index, "a revision") }
    return Revision(rawValue: value)
  }

  private func arguments(_ key: RecordKey) -> StatementArguments {
    [key.kind.rawValue, Data(key.name.utf8)]
  }

  private func run(_ sql: String, _ arguments: StatementArguments) throws {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
  }
}
