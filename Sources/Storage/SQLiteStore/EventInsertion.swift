import EventIndex
import FoundationEssentials
import GRDB

/// Adds one batch of events to the tables, within the caller's transaction.
struct EventInsertion {
  /// Events with ids of one such run share a bucket: 16,384 of them, whose keys stay in the cache
  /// while they are written.
  private static let bucketBits: Int64 = 14

  private let tables: EventTables
  private let eventStatement: Statement
  private let keyStatement: Statement
  private var words: [[UInt8]: Int64] = [:]
  private var oldest: [Int64: Int64] = [:]

  init(_ db: Database) throws {
    tables = EventTables(db: db)
    // GRDB binds empty data as NULL: hence COALESCE.
    eventStatement = try db.cachedStatement(
      sql: """
        INSERT INTO event (log, position, time, type, keys, body)
        VALUES (?, ?, ?, ?, COALESCE(?, x''), COALESCE(?, x''))
        ON CONFLICT (log, position) DO NOTHING
        """)
    keyStatement = try db.cachedStatement(
      sql: """
        INSERT OR IGNORE INTO event_key (bucket, hash, time, event, type) VALUES (?, ?, ?, ?, ?)
        """)
  }

  mutating func insert(_ events: [IndexedEvent]) throws {
    for event in events { try insert(event) }
    try writeBuckets()
  }

  private mutating func insert(_ event: IndexedEvent) throws {
    let log = try word(event.log)
    let type = try word(event.type)
    try eventStatement.execute(
      arguments: [
        log, event.position, event.time, type, Data(KeyBytes.encode(event.keys)), Data(event.body),
      ])
    guard tables.db.changesCount == 1 else { return }
    let id = tables.db.lastInsertedRowID
    let bucket = id >> EventInsertion.bucketBits
    oldest[bucket] = min(oldest[bucket] ?? event.time, event.time)
    for key in event.keys {
      try keyStatement.execute(arguments: [bucket, KeyBytes.hash(key), event.time, id, type])
    }
  }

  private func writeBuckets() throws {
    let statement = try tables.db.cachedStatement(
      sql: """
        INSERT INTO bucket (id, oldest) VALUES (?, ?)
        ON CONFLICT (id) DO UPDATE SET oldest = min(oldest, excluded.oldest)
        """)
    for (bucket, time) in oldest { try statement.execute(arguments: [bucket, time]) }
  }

  /// The number of a word, given to it where it has none.
  private mutating func word(_ text: String) throws -> Int64 {
    let bytes = Array(text.utf8)
    if let id = words[bytes] { return id }
    try tables.db.cachedStatement(
      sql: "INSERT INTO word (text) VALUES (COALESCE(?, x'')) ON CONFLICT DO NOTHING"
    ).execute(arguments: [Data(bytes)])
    guard let id = try tables.word(text) else {
      throw DatabaseFailure.unreadable("the event index lost a word that it has just written")
    }
    words[bytes] = id
    return id
  }
}
