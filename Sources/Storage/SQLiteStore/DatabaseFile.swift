import Glibc

/// The database file as the file system sees it, looked at before SQLite touches it.
///
/// An existing file is never opened here: closing a descriptor would drop the locks that SQLite may
/// hold on the same file elsewhere in this process.
struct DatabaseFile {
  /// One page of the smallest size that SQLite has.
  private static let smallestSize = 512

  let path: String
  let wording: DatabaseWording

  /// Makes sure that the file exists, is a regular file, and is open to nobody but its owner.
  ///
  /// - Throws: ``DatabaseFailure/unusable(_:)``.
  func prepare() throws {
    guard let found = try status(of: path) else {
      try checkNothingIsLeftOver(suffixes: ["-wal", "-journal"])
      return try create()
    }
    guard found.st_mode & S_IFMT == S_IFREG else {
      throw unusable("is not a regular file; give the path of a \(wording.what) file")
    }
    guard found.st_mode & 0o077 == 0 else {
      throw unusable(
        "can be reached by other users (mode \(octal(found.st_mode & 0o777))); "
          + "check who could read it, then run: chmod 600 '\(path)'")
    }
    // SQLite takes some files that are too short for a database for empty ones.
    guard found.st_size == 0 || found.st_size >= DatabaseFile.smallestSize else {
      throw damaged("it has \(found.st_size) bytes")
    }
    // SQLite deletes the log of a database that has no pages, and with it what only the log holds.
    if found.st_size == 0 { try checkNothingIsLeftOver(suffixes: ["-wal"]) }
  }

  /// The refusal of a file whose bytes are not in good order.
  func damaged(_ detail: String) -> DatabaseFailure {
    unchanged("is damaged or not a database: \(detail); \(wording.remedy)")
  }

  /// The refusal of a file that was read and left as it is.
  func unchanged(_ what: String) -> DatabaseFailure {
    unusable("\(what); nothing was changed")
  }

  private func checkNothingIsLeftOver(suffixes: [String]) throws {
    for suffix in suffixes {
      guard let left = try status(of: path + suffix), left.st_size > 0 else { continue }
      throw unusable(
        "is missing or empty, but \(path)\(suffix) holds data that belongs to it; "
          + "\(wording.remedy), and move \(path)\(suffix) away first")
    }
  }

  private func create() throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      // Another process was faster: its file is as good as ours.
      if errno == EEXIST { return }
      throw unusable("cannot be created: \(String(cString: strerror(errno)))")
    }
    close(descriptor)
  }

  /// What is at a path, without following a link; nil where there is nothing.
  private func status(of path: String) throws -> stat? {
    var found = stat()
    if lstat(path, &found) == 0 { return found }
    guard errno == ENOENT else {
      throw unusable("cannot be looked at: \(String(cString: strerror(errno)))")
    }
    return nil
  }

  func unusable(_ what: String) -> DatabaseFailure {
    .unusable("\(wording.what) \(path) \(what)")
  }

  private func octal(_ mode: mode_t) -> String {
    "0" + String(mode, radix: 8)
  }
}
