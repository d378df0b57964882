import EventIndex
import FoundationEssentials
import GRDB

/// What the event index reads, over one connection.
///
/// The joins keep rows that find no partner: a missing word or event is an error, not a row less.
struct EventTables {
  static let columns = "l.text, e.position, e.time, t.text, e.keys, e.body"

  let db: Database

  func events(
    matching key: IndexKey, types: Set<String>?, limit: Int
  ) throws -> [IndexedEvent] {
    let wanted = try types.map { try $0.compactMap(word) }
    if let wanted, wanted.isEmpty { return [] }
    var found: [IndexedEvent] = []
    for bucket in try buckets(holding: key) {
      let isComplete = found.count == limit && found.last.map { $0.time < bucket.oldest } ?? false
      if isComplete { return found }
      found += try events(matching: key, types: wanted, in: bucket, limit: limit)
      found = Array(found.sorted(by: IndexedEvent.isOlder).prefix(limit))
    }
    return found
  }

  func recent(type: String, limit: Int) throws -> [IndexedEvent] {
    guard let type = try word(type) else { return [] }
    let sql = """
      SELECT \(EventTables.columns)
      FROM event e LEFT JOIN word l ON l.id = e.log LEFT JOIN word t ON t.id = e.type
      WHERE e.type = ? ORDER BY e.time DESC, l.text DESC, e.position DESC LIMIT ?
      """
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: sql), arguments: [type, Int64(limit)])
    return try Array(rows.map(event))
  }

  func lastPosition(of log: String) throws -> Int64? {
    guard let log = try word(log) else { return nil }
    let sql = "SELECT position FROM event WHERE log = ? ORDER BY position DESC LIMIT 1"
    let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [log])
    return try row.map { try ColumnReader(row: $0, what: "an event").integer(0) }
  }

  /// The number of a log name or type; nil for one that no event has.
  func word(_ text: String) throws -> Int64? {
    let sql = "SELECT id FROM word WHERE text = COALESCE(?, x'')"
    let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [Data(text.utf8)])
    return try row.map { try ColumnReader(row: $0, what: "a word").integer(0) }
  }

  private struct Bucket {
    let id: Int64
    /// No event in the bucket happened before.
    let oldest: Int64
  }

  /// The buckets that have the key's hash, by their oldest event.
  private func buckets(holding key: IndexKey) throws -> [Bucket] {
    let sql = """
      SELECT id, oldest FROM bucket
      WHERE EXISTS (SELECT 1 FROM event_key WHERE event_key.bucket = bucket.id AND hash = ?)
      ORDER BY oldest, id
      """
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: sql), arguments: [KeyBytes.hash(key)])
    return try Array(
      rows.map { row in
        let columns = ColumnReader(row: row, what: "a bucket of events")
        return Bucket(id: try columns.integer(0), oldest: try columns.integer(1))
      })
  }

  /// The oldest events of one bucket, in order.
  private func events(
    matching key: IndexKey, types: [Int64]?, in bucket: Bucket, limit: Int
  ) throws -> [IndexedEvent] {
    // The numbers are our own row ids, so they may stand in the text.
    let filter = types.map { "AND k.type IN (\($0.map(String.init).joined(separator: ",")))" }
    let sql = """
      SELECT \(EventTables.columns)
      FROM event_key k LEFT JOIN event e ON e.id = k.event
      LEFT JOIN word l ON l.id = e.log LEFT JOIN word t ON t.id = e.type
      WHERE k.bucket = ? AND k.hash = ? \(filter ?? "")
      ORDER BY k.time, l.text, e.position
      """
    let rows = try Row.fetchCursor(db, sql: sql, arguments: [bucket.id, KeyBytes.hash(key)])
    var events: [IndexedEvent] = []
    while events.count < limit, let row = try rows.next() {
      let event = try event(row)
      if event.keys.contains(key) { events.append(event) }
    }
    return events
  }

  func event(_ row: Row) throws -> IndexedEvent {
    let columns = ColumnReader(row: row, what: "an event")
    guard let keys = KeyBytes.decode(try columns.bytes(4)) else {
      throw columns.unreadable(4, "a list of keys")
    }
    return IndexedEvent(
      log: try columns.utf8(0), position: try columns.integer(1), time: try columns.integer(2),
      type: try columns.utf8(3), keys: keys, body: try columns.bytes(5))
  }
}
