import FoundationEssentials
import GRDB
import Glibc
import RecordStore
import Testing

/// A folder of its own for one test, removed with its contents when the test is done.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of a database in the folder.
  var database: String { path + "/records.sqlite" }

  func contents(_ name: String = "records.sqlite") throws -> Data {
    try Data(contentsOf: URL(filePath: path + "/" + name))
  }

  /// Writes a file of mode 0600.
  func write(_ data: Data, _ name: String = "records.sqlite") throws {
    try data.write(to: URL(filePath: path + "/" + name))
    try setMode(0o600, of: name)
  }

  func setMode(_ mode: Int, of name: String = "records.sqlite") throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: path + "/" + name)
  }

  func mode(of name: String) throws -> mode_t {
    var status = stat()
    try #require(lstat(path + "/" + name, &status) == 0)
    return status.st_mode & 0o777
  }

  /// Changes the database as no store does.
  func tamper(_ sql: String) throws {
    let queue = try DatabaseQueue(path: database)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }
}

extension RecordStore {
  @discardableResult
  func put(_ key: RecordKey, _ value: String) async throws -> Revision {
    var transaction = RecordTransaction()
    transaction.put(key, Array(value.utf8))
    return try await commit(transaction)
  }
}

func key(_ name: String) throws -> RecordKey {
  try RecordKey(kind: RecordKind("workload"), name: name)
}
