import GRDB
import Synchronization

/// An open database file: many readers, and one writer whose work is never cut short.
final class DatabaseConnection: Sendable {
  /// Whether a commit survives a power cut, or may be lost with the order of commits kept.
  enum Durability {
    case full
    case normal

    /// What the writer is told.
    fileprivate var pragmas: String {
      switch self {
      case .full: "PRAGMA synchronous = FULL"
      case .normal:
        // A larger log and cache: many small inserts are gathered before they reach the file.
        """
        PRAGMA synchronous = NORMAL;
        PRAGMA wal_autocheckpoint = 4000;
        PRAGMA cache_size = -16000;
        """
      }
    }
  }

  private struct State {
    /// Nil once the file is closed.
    var pool: DatabasePool?
    var isClosing = false
    /// Reads and writes that have begun.
    var running = 0
    var closers: [CheckedContinuation<Void, Never>] = []

    mutating func takeClosers() -> [CheckedContinuation<Void, Never>] {
      defer { closers = [] }
      return closers
    }
  }

  private let state: Mutex<State>

  /// Opens the file, makes it where it does not exist, and takes its tables to the newest version.
  ///
  /// - Throws: ``DatabaseFailure``.
  init(path: String, schema: DatabaseSchema, durability: Durability) throws {
    let file = DatabaseFile(path: path, wording: schema.wording)
    try file.prepare()
    do {
      state = Mutex(State(pool: try DatabaseConnection.openPool(file, schema, durability)))
    } catch let error as DatabaseError where error.meansDamage {
      throw file.damaged(error.safeText)
    } catch let error as DatabaseError {
      throw file.unusable("cannot be opened: \(error.safeText)")
    }
  }

  /// Reads at one revision of the database. Ends early, with `CancellationError`, when the calling
  /// task is cancelled.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    let pool = try begin()
    defer { end() }
    return try await pool.read(body)
  }

  /// Reads while the calling thread waits: for opening only.
  func readNow<Value>(_ body: (Database) throws -> Value) throws -> Value {
    let pool = try begin()
    defer { end() }
    return try pool.read(body)
  }

  /// Runs a body on the writer, one after the other, in no transaction.
  ///
  /// The body runs whether or not the calling task is cancelled: an interrupted commit would leave
  /// the caller not knowing whether it took effect.
  ///
  /// - Throws: ``DatabaseFailure/closed``; the body is not run then.
  func schedule(_ body: @escaping @Sendable (Database) -> Void) throws {
    let pool = try begin()
    pool.asyncWriteWithoutTransaction { db in
      body(db)
      self.end()
    }
  }

  /// Takes no further work, waits for what has begun, and closes the file.
  func close() async {
    state.withLock { $0.isClosing = true }
    await untilIdle()
    let pool = state.withLock { state in
      defer { state.pool = nil }
      return state.pool
    }
    if let pool { DatabaseConnection.close(pool) }
  }

  /// Brings the file up to date, so that it is whole without its write-ahead log, and closes it.
  ///
  /// Failures are of no consequence: SQLite reads the log at the next opening, and connections that
  /// do not close now do so when the pool is let go.
  private static func close(_ pool: DatabasePool) {
    _ = try? pool.barrierWriteWithoutTransaction { try $0.checkpoint(.truncate) }
    // The last connection removes the log, which a reader cannot: so the readers go first.
    pool.invalidateReadOnlyConnections()
    try? pool.close()
  }

  /// GRDB's pool must not be closed while a read begins, so all work is counted.
  private func begin() throws -> DatabasePool {
    try state.withLock { state in
      guard !state.isClosing, let pool = state.pool else { throw DatabaseFailure.closed }
      state.running += 1
      return pool
    }
  }

  private func end() {
    let closers = state.withLock { state in
      state.running -= 1
      return state.running == 0 ? state.takeClosers() : []
    }
    for closer in closers { closer.resume() }
  }

  private func untilIdle() async {
    await withCheckedContinuation { (closer: CheckedContinuation<Void, Never>) in
      let idle = state.withLock { state in
        state.closers.append(closer)
        return state.running == 0 ? state.takeClosers() : []
      }
      for closer in idle { closer.resume() }
    }
  }

  private static func openPool(
    _ file: DatabaseFile, _ schema: DatabaseSchema, _ durability: Durability
  ) throws -> DatabasePool {
    let pool = try DatabasePool(path: file.path, configuration: configuration(file, schema))
    try pool.writeWithoutTransaction { db in
      // After opening, because GRDB sets NORMAL when it turns on write-ahead logging.
      try db.execute(sql: durability.pragmas)
      try schema.migrate(db, of: file)
    }
    return pool
  }

  private static func configuration(
    _ file: DatabaseFile, _ schema: DatabaseSchema
  ) -> Configuration {
    var configuration = Configuration()
    configuration.label = schema.wording.what
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    // A transaction that could not even be rolled back must fail the next one, not the process.
    configuration.allowsUnsafeTransactions = true
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA trusted_schema = OFF")
      try db.execute(sql: "PRAGMA cell_size_check = ON")
      try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
      // Here, before write-ahead logging is turned on, so that a refused file stays as it is.
      try schema.checkHeader(db, of: file)
      let isWriter = !db.configuration.readonly
      if isWriter, schema.checksWholeFile { try schema.checkWholeFile(db, of: file) }
    }
    return configuration
  }
}

extension Database {
  /// Runs a body in a transaction of its own that takes the write lock at once.
  func inOwnTransaction(_ body: () throws -> Void) throws {
    if isInsideTransaction { try rollback() }
    try inTransaction(.immediate) {
      try body()
      return .commit
    }
  }
}
