import EventIndex
import GRDB
import RecordStore
import Testing

@testable import SQLiteStore

@Suite("Bad days of the SQLite store", .timeLimit(.minutes(5)))
struct BadDayTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test("a full disk fails commits whole, and the store goes on when there is room")
  func fullDisk() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    try await store.put(try key("a"), "kept")
    let before = try await store.snapshot()
    try await setLargestSize(pages: 40, of: store)
    var transaction = RecordTransaction()
    transaction.put(try key("a"), Array("half".utf8))
    transaction.put(try key("big"), [UInt8](repeating: 1, count: 1 << 20))
    let asked = transaction
    let error = await #expect(throws: RecordStoreError.self) { try await store.commit(asked) }
    guard case .failed = error else { throw try #require(error) }
    #expect(try await store.snapshot() == before)
    #expect(try await store.changes(after: before.revision, limit: 9).changes.isEmpty)
    try await setLargestSize(pages: 1_000_000, of: store)
    #expect(try await store.commit(asked) > before.revision)
    await store.close()
  }

  private func setLargestSize(pages: Int, of store: SQLiteRecordStore) async throws {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      do {
        try store.database.schedule { db in
          done.resume(
            with: Result { try db.execute(sql: "PRAGMA max_page_count = \(pages)") })
        }
      } catch {
        done.resume(throwing: error)
      }
    }
  }

  @Test("a closed store refuses everything, and closing twice is fine")
  func closed() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    let key = try key("a")
    try await store.put(key, "1")
    await store.close()
    await store.close()
    await #expect(throws: RecordStoreError.closed) { try await store.get(key) }
    await #expect(throws: RecordStoreError.closed) { try await store.put(key, "2") }
    await #expect(throws: RecordStoreError.closed) { try await store.snapshot() }
    await #expect(throws: RecordStoreError.closed) {
      try await store.changes(after: .zero, limit: 1)
    }
  }

  @Test("commits that race with closing are made or refused, and told so")
  func closingUnderWrites() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    let committed = try await withThrowingTaskGroup(of: String?.self) { group in
      for number in 0..<60 {
        if number == 30 { group.addTask { await close(store) } }
        group.addTask {
          do {
            try await store.put(try key("\(number)"), "1")
            return "\(number)"
          } catch RecordStoreError.closed {
            return nil
          }
        }
      }
      return try await group.reduce(into: Set<String>()) { set, name in
        if let name { set.insert(name) }
      }
    }
    let again = try SQLiteRecordStore(path: folder.database)
    #expect(Set(try await again.snapshot().records.map(\.key.name)) == committed)
    await again.close()
  }

  private func close(_ store: SQLiteRecordStore) async -> String? {
    await store.close()
    return nil
  }

  @Test("a conflict in a shared write leaves its neighbours alone")
  func conflictInBatch() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    let taken = try key("taken")
    let found = try await store.put(taken, "1")
    let conflicts = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<80 {
        group.addTask {
          var transaction = RecordTransaction()
          transaction.put(try key("\(number)"), [])
          if number % 2 == 0 { transaction.expect(taken, at: nil) }
          do {
            _ = try await store.commit(transaction)
            return 0
          } catch let conflict as RecordConflict {
            #expect(conflict == RecordConflict(key: taken, expected: .absent, found: found))
            return 1
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(conflicts == 40)
    #expect(try await store.snapshot().records.count == 41)
    #expect(try await store.snapshot().revision == Revision(rawValue: 41))
    await store.close()
  }

  @Test("a cancelled read says that it was cancelled")
  func cancelledRead() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    try await store.put(try key("a"), "1")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.cancelAll()
      group.addTask {
        await #expect(throws: CancellationError.self) { try await store.snapshot() }
      }
      try await group.waitForAll()
    }
    #expect(try await store.snapshot().records.count == 1)
    await store.close()
  }

  @Test("the text of a failure holds no value")
  func noValuesInErrors() async throws {
    let store = try SQLiteRecordStore(path: folder.database)
    try await setLargestSize(pages: 1, of: store)
    let secret = String(repeating: "hunter2", count: 10_000)
    let error = await #expect(throws: RecordStoreError.self) {
      try await store.put(try key("a"), secret)
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("full"))
    #expect(!text.contains("hunter2") && !text.contains("INSERT"))
    await store.close()
  }
}
