import EventIndex
import FoundationEssentials
import GRDB

/// Going through the events of some types in order, page by page.
extension EventTables {
  func scan(
    types: Set<String>, since: Int64?, after: EventPlace?, limit: Int
  ) throws -> [IndexedEvent] {
    var entries: [Entry] = []
    for type in try types.compactMap(word) {
      entries += try self.entries(of: type, since: since, after: after, limit: limit)
    }
    // Only what is in the page is read whole.
    return try entries.sorted(by: Entry.isOlder).prefix(limit).map { try event(id: $0.id) }
  }

  func count(types: Set<String>, since: Int64?) throws -> Int {
    let statement = try db.cachedStatement(
      sql: "SELECT count(*) FROM event WHERE type = ? AND time >= ?")
    return try types.compactMap(word).reduce(0) { count, type in
      count + (try Int.fetchOne(statement, arguments: [type, since ?? .min]) ?? 0)
    }
  }

  /// What the index of events holds of one of them.
  private struct Entry {
    let id: Int64
    let time: Int64
    let log: [UInt8]
    let position: Int64

    static func isOlder(_ left: Entry, than right: Entry) -> Bool {
      if left.time != right.time { return left.time < right.time }
      if left.log == right.log { return left.position < right.position }
      return left.log.lexicographicallyPrecedes(right.log)
    }
  }

  /// The next entries of one type. They come from the index in the order of time, so that only those
  /// of one millisecond are sorted.
  private func entries(
    of type: Int64, since: Int64?, after: EventPlace?, limit: Int
  ) throws -> [Entry] {
    var arguments: StatementArguments = [type, max(since ?? .min, after?.time ?? .min)]
    var condition = ""
    if let after {
      // A row without its word passes, and is found out below.
      condition =
        "AND (e.time > ? OR l.text IS NULL OR (l.text, e.position) > (COALESCE(?, x''), ?))"
      arguments += [after.time, Data(after.log.utf8), after.position]
    }
    let sql = """
      SELECT e.id, e.time, l.text, e.position
      FROM event e LEFT JOIN word l ON l.id = e.log
      WHERE e.type = ? AND e.time >= ? \(condition)
      ORDER BY e.time, l.text, e.position LIMIT ?
      """
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: sql), arguments: arguments + [Int64(limit)])
    return try Array(
      rows.map { row in
        let columns = ColumnReader(row: row, what: "an event")
        return Entry(
          id: try columns.integer(0), time: try columns.integer(1),
          log: try columns.bytes(2), position: try columns.integer(3))
      })
  }

  private func event(id: Int64) throws -> IndexedEvent {
    let sql = """
      SELECT \(EventTables.columns)
      FROM event e LEFT JOIN word l ON l.id = e.log LEFT JOIN word t ON t.id = e.type
      WHERE e.id = ?
      """
    guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [id]) else {
      throw DatabaseFailure.unreadable("the event index lost an event that it has just found")
    }
    return try event(row)
  }
}
