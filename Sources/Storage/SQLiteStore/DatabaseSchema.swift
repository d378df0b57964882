import GRDB

/// How messages speak of a database file.
struct DatabaseWording {
  /// `record store`
  let what: String
  /// What to do with a file that cannot be used, as an order: `put a backup in its place`.
  let remedy: String
}

/// What a database file must hold: whose it is, and the steps by which its tables came to be.
struct DatabaseSchema {
  /// SQLite's `application_id`: tells our files from others.
  let applicationID: Int64
  /// SQL that takes version n to version n + 1, from version 0, the empty file. Never edited once
  /// released: what changes is a new step.
  let steps: [String]
  let wording: DatabaseWording
  /// Whether opening reads the whole file to find damage early.
  let checksWholeFile: Bool

  /// Refuses a file of another program or of a newer version.
  ///
  /// - Returns: The version of the file, at most that of this schema.
  /// - Throws: ``DatabaseFailure/unusable(_:)``.
  @discardableResult
  func checkHeader(_ db: Database, of file: DatabaseFile) throws -> Int {
    let owner = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let version = try Int64.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    if owner == 0, version == 0, try !hasTables(db) { return 0 }
    guard owner == applicationID else {
      throw file.unchanged(
        "is a database of another program; give the path of a \(wording.what) file")
    }
    guard let known = Int(exactly: version), known > 0 else {
      throw file.unchanged("bears the impossible schema version \(version); \(wording.remedy)")
    }
    guard known <= steps.count else {
      throw file.unchanged(
        "has schema version \(known), and this program knows versions up to \(steps.count); "
          + "start the newer program that wrote it, or \(wording.remedy)")
    }
    return known
  }

  /// Takes the file to the newest version, one step in one transaction.
  func migrate(_ db: Database, of file: DatabaseFile) throws {
    var isDone = false
    while !isDone {
      try db.inTransaction(.immediate) {
        // Read within the transaction: another process may have taken the same step.
        let version = try checkHeader(db, of: file)
        isDone = version >= steps.count
        if let step = steps.dropFirst(version).first {
          try db.execute(sql: step)
          try db.execute(sql: "PRAGMA application_id = \(applicationID)")
          try db.execute(sql: "PRAGMA user_version = \(version + 1)")
        }
        return .commit
      }
    }
  }

  /// - Throws: ``DatabaseFailure/unusable(_:)`` where SQLite finds damage.
  func checkWholeFile(_ db: Database, of file: DatabaseFile) throws {
    let finding = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
    guard finding == "ok" else { throw file.damaged(finding) }
  }

  private func hasTables(_ db: Database) throws -> Bool {
    try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master)") ?? false
  }
}
