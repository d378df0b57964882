import GRDB

/// What goes wrong with a database file, before a store words it as its own error.
enum DatabaseFailure: Error {
  /// The file cannot be opened; says what to do.
  case unusable(String)
  /// Something stored is not what the store writes.
  case unreadable(String)
  /// SQLite failed.
  case failed(String)
  case closed
}

extension DatabaseError {
  /// Whether the bytes of the file are not those of an SQLite database in good order.
  var meansDamage: Bool {
    let code = resultCode.primaryResultCode
    return code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB
  }

  /// SQLite's own words, without the statement and its arguments, which may hold record values.
  var safeText: String {
    "\(message ?? "no further detail") (SQLite code \(extendedResultCode.rawValue))"
  }
}
