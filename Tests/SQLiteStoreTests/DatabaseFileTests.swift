import EventIndex
import FoundationEssentials
import GRDB
import RecordStore
import Testing

@testable import SQLiteStore

@Suite("The database file")
struct DatabaseFileTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test("the file, its log and its index are the owner's alone")
  func modes() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    try await store.put(try key("a"), "1")
    for name in ["records.sqlite", "records.sqlite-wal", "records.sqlite-shm"] {
      #expect(try folder.mode(of: name) == 0o600, "\(name)")
    }
    await store.close()
  }

  @Test("commits wait for the disk, in write-ahead mode")
  func synchronousFull() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    let (synchronous, journal) = try await withCheckedThrowingContinuation {
      (found: CheckedContinuation<(Int?, String?), any Error>) in
      do {
        try store.database.schedule { db in
          found.resume(
            with: Result {
              (
                try Int.fetchOne(db, sql: "PRAGMA synchronous"),
                try String.fetchOne(db, sql: "PRAGMA journal_mode")
              )
            })
        }
      } catch {
        found.resume(throwing: error)
      }
    }
    #expect(synchronous == 2)
    #expect(journal == "wal")
    await store.close()
  }

  @Test("a file that others can reach is refused", arguments: [0o644, 0o640, 0o620, 0o602, 0o601])
  func openToOthers(_ mode: Int) async throws {
    try await SQLiteRecordStore(path: folder.database).close()
    try folder.setMode(mode)
    try refuses("chmod 600")
    try folder.setMode(0o600)
    try await SQLiteRecordStore(path: folder.database).close()
  }

  @Test("a link, a folder, a missing folder: each is refused and named")
  func notAFile() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.database, withDestinationPath: folder.path + "/elsewhere")
    try refuses("not a regular file")
    try FileManager.default.removeItem(atPath: folder.database)
    try FileManager.default.createDirectory(
      atPath: folder.database, withIntermediateDirectories: false)
    try refuses("not a regular file")
    let missing = folder.path + "/missing/records.sqlite"
    #expect(throws: RecordStoreError.self) { try SQLiteRecordStore(path: missing) }
    #expect(throws: RecordStoreError.self) { try SQLiteRecordStore(path: "") }
  }

  @Test("an empty file is a new store")
  func emptyFile() async throws {
    try folder.write(Data())
    let store = try SQLiteRecordStore(path: folder.database)
    #expect(try await store.snapshot() == RecordSnapshot(revision: .zero, records: []))
    await store.close()
  }

  @Test(
    "what is not a database is refused and left as it is",
    arguments: [
      Data([0]), Data("gatehouse".utf8), Data(repeating: 0, count: 4096),
      Data(repeating: 0x5A, count: 100_000), Data("SQLite format 3\u{0}".utf8),
    ])
  func notADatabase(_ bytes: Data) throws {
    try folder.write(bytes)
    try refuses("put a backup in its place")
    #expect(try folder.contents() == bytes)
    #expect(throws: EventIndexError.self) { try SQLiteEventIndex(path: folder.database) }
    #expect(try folder.contents() == bytes)
  }

  @Test("a database of another program is refused and left as it is")
  func otherProgram() throws {
    try folder.tamper("CREATE TABLE diary (entry TEXT); INSERT INTO diary VALUES ('dear')")
    try folder.setMode(0o600)
    let before = try folder.contents()
    try refuses("another program")
    #expect(try folder.contents() == before)
  }

  @Test("the record store and the event index refuse each other's file")
  func eachOther() async throws {
    try await SQLiteRecordStore(path: folder.database).close()
    #expect(throws: EventIndexError.self) { try SQLiteEventIndex(path: folder.database) }
    let other = folder.path + "/events.sqlite"
    try await SQLiteEventIndex(path: other).close()
    #expect(throws: RecordStoreError.self) { try SQLiteRecordStore(path: other) }
  }

  @Test("a store cut short or overwritten in the middle is refused, not read as less")
  func damaged() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    for number in 0..<200 { try await store.put(try key("\(number)"), "value \(number)") }
    await store.close()
    let whole = try folder.contents()
    try #require(whole.count > 20_000)
    let cut = whole.prefix(whole.count / 2)
    var overwritten = whole
    overwritten.replaceSubrange(4096..<12288, with: Data(repeating: 0xA5, count: 8192))
    for bytes in [Data(cut), whole.prefix(1000), overwritten] {
      try folder.write(Data(bytes))
      try refuses("damaged")
      #expect(try folder.contents() == Data(bytes), "nothing is lost")
    }
    try folder.write(whole)
    let again = try SQLiteRecordStore(path: folder.database)
    #expect(try await again.snapshot().records.count == 200)
    await again.close()
  }

  @Test("a write-ahead log whose database is gone or empty is not thrown away")
  func orphanedLog() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    try await store.put(try key("a"), "only in the log")
    let log = try folder.contents("records.sqlite-wal")
    await store.close()
    for hasEmptyFile in [false, true] {
      try? FileManager.default.removeItem(atPath: folder.database)
      if hasEmptyFile { try folder.write(Data()) }
      try folder.write(log, "records.sqlite-wal")
      try refuses("records.sqlite-wal holds data")
      #expect(try folder.contents("records.sqlite-wal") == log)
    }
  }

  @Test("the files as a crash leaves them hold every commit")
  func crash() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    var last = Revision.zero
    for number in 0..<20 { last = try await store.put(try key("\(number)"), "\(number)") }
    let crashed = try TemporaryFolder()
    for name in ["records.sqlite", "records.sqlite-wal"] {
      try crashed.write(try folder.contents(name), name)
    }
    let recovered = try SQLiteRecordStore(path: crashed.database)
    #expect(try await recovered.snapshot().revision == last)
    #expect(try await recovered.snapshot().records.count == 20)
    await recovered.close()
    await store.close()
  }

  /// Opening fails with a text that says so.
  private func refuses(_ text: String) throws {
    let error = #expect(throws: RecordStoreError.self) {
      try SQLiteRecordStore(path: folder.database)
    }
    guard case .unusable(let message) = error else {
      Issue.record("expected a refusal to open, got \(String(describing: error))")
      return
    }
    #expect(message.contains(text), "\(message)")
    #expect(message.contains(folder.database))
  }
}
