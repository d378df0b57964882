import EventIndex
import RecordStore
import SQLiteStore
import Testing

@Suite("Rows that no store has written")
struct UnreadableRowTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test(
    "a record that cannot be read is an error, never left out",
    arguments: [
      "UPDATE record SET kind = 'Not A Kind' WHERE name = CAST('b' AS BLOB)",
      "UPDATE record SET name = x'62FF' WHERE name = CAST('b' AS BLOB)",
      "UPDATE record SET name = zeroblob(2000) WHERE name = CAST('b' AS BLOB)",
      "UPDATE record SET name = x'' WHERE name = CAST('b' AS BLOB)",
      "UPDATE record SET revision = 0 WHERE name = CAST('b' AS BLOB)",
      "UPDATE record SET revision = -7 WHERE name = CAST('b' AS BLOB)",
    ])
  func record(_ damage: String) async throws {
    let store = try await opened(after: damage)
    await unreadable { _ = try await store.snapshot() }
    await store.close()
    #expect(try folder.contents().count > 0)
  }

  @Test("a record that cannot be read is an error of get and scan")
  func getAndScan() async throws {
    let store = try await opened(after: "UPDATE record SET revision = 0")
    await unreadable { _ = try await store.get(try key("b")) }
    await unreadable { _ = try await store.scan(RecordKind("workload"), after: nil, limit: 9) }
    await unreadable { _ = try await store.put(try key("c"), expecting: Revision(rawValue: 1)) }
    await store.close()
  }

  @Test(
    "a change that cannot be read is an error, never left out",
    arguments: [
      "UPDATE change SET kind = '' WHERE revision = 2",
      "UPDATE change SET name = x'FF' WHERE revision = 2",
    ])
  func change(_ damage: String) async throws {
    let store = try await opened(after: damage)
    await unreadable { _ = try await store.changes(after: .zero, limit: 9) }
    await store.close()
  }

  @Test(
    "a store that lost its revision is refused at opening",
    arguments: [
      "DELETE FROM state", "UPDATE state SET revision = -1", "UPDATE state SET trimmed = 4",
      "UPDATE state SET trimmed = -1",
    ])
  func state(_ damage: String) async throws {
    await unreadable { _ = try await opened(after: damage) }
  }

  @Test("an event that cannot be read is an error, never left out")
  func event() async throws {
    for damage in [
      "UPDATE event SET keys = x'6162'", "UPDATE event SET keys = x'61FF62FE'",
      "UPDATE word SET text = x'C0' WHERE text = CAST('made' AS BLOB)",
      "DELETE FROM event", "UPDATE event SET log = 99",
    ] {
      let folder = try TemporaryFolder()
      let index = try SQLiteEventIndex(path: folder.database)
      let key = IndexKey(kind: "key", value: "1")
      try await index.insert([
        IndexedEvent(log: "a", position: 1, time: 1, type: "made", keys: [key], body: [])
      ])
      await index.close()
      try folder.tamper(damage)
      let again = try SQLiteEventIndex(path: folder.database)
      let error = await #expect(throws: EventIndexError.self) {
        try await again.events(matching: key, types: nil, limit: 1)
      }
      guard case .unreadable = error else { throw try #require(error) }
      await again.close()
    }
  }

  private func opened(after damage: String) async throws -> SQLiteRecordStore {
    let store = try SQLiteRecordStore(path: folder.database)
    for name in ["a", "b"] { try await store.put(try key(name), "1") }
    await store.close()
    try folder.tamper(damage)
    return try SQLiteRecordStore(path: folder.database)
  }

  private func unreadable(_ body: () async throws -> Void) async {
    let error = await #expect(throws: RecordStoreError.self) { try await body() }
    guard case .unreadable = error else {
      Issue.record("expected something unreadable, got \(String(describing: error))")
      return
    }
  }
}

extension SQLiteRecordStore {
  fileprivate func put(_ key: RecordKey, expecting revision: Revision) async throws -> Revision {
    var transaction = RecordTransaction()
    transaction.expect(try RecordKey(kind: RecordKind("workload"), name: "b"), at: revision)
    transaction.put(key, [])
    return try await commit(transaction)
  }
}
