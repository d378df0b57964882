import RecordStore
import Testing

@testable import SQLiteStore

@Suite("The schema of the database")
struct SchemaTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func schema(steps: [String]) -> DatabaseSchema {
    let current = DatabaseSchema.records
    return DatabaseSchema(
      applicationID: current.applicationID, steps: current.steps + steps, wording: current.wording,
      checksWholeFile: true)
  }

  private func open(_ schema: DatabaseSchema) throws -> SQLiteRecordStore {
    try SQLiteRecordStore(path: folder.database, retention: .standard, schema: schema)
  }

  @Test("later steps are taken one after the other, and records stay")
  func forward() async throws {
    let first = try open(.records)
    try await first.put(try key("a"), "1")
    let snapshot = try await first.snapshot()
    await first.close()
    let steps = ["CREATE TABLE extra (a INTEGER)", "ALTER TABLE extra RENAME TO more"]
    for _ in 0..<2 {
      let later = try open(schema(steps: steps))
      #expect(try await later.snapshot() == snapshot)
      await later.close()
    }
    try folder.tamper("INSERT INTO more VALUES (1)")
  }

  @Test("a newer schema is refused by name, and the newer program still opens it")
  func newer() async throws {
    let newer = schema(steps: ["CREATE TABLE extra (a INTEGER)"])
    let store = try open(newer)
    try await store.put(try key("a"), "1")
    await store.close()
    let before = try folder.contents()
    let error = #expect(throws: RecordStoreError.self) { try open(.records) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("schema version 2"), "\(text)")
    #expect(text.contains("knows versions up to 1"), "\(text)")
    #expect(try folder.contents() == before)
    let again = try open(newer)
    #expect(try await again.get(try key("a")) != nil)
    await again.close()
  }

  @Test("a step that fails takes nothing, and the older program still opens the file")
  func failingStep() async throws {
    let first = try open(.records)
    try await first.put(try key("a"), "1")
    await first.close()
    let broken = schema(steps: ["CREATE TABLE extra (a INTEGER); CREATE TABLE record (a INTEGER)"])
    #expect(throws: RecordStoreError.self) { try open(broken) }
    let again = try open(.records)
    #expect(try await again.get(try key("a")) != nil)
    await again.close()
    #expect(throws: (any Error).self) { try folder.tamper("INSERT INTO extra VALUES (1)") }
  }

  @Test("an impossible version is refused", arguments: [-1, Int32.min])
  func impossibleVersion(_ version: Int32) async throws {
    try await open(.records).close()
    try folder.tamper("PRAGMA user_version = \(version)")
    #expect(throws: RecordStoreError.self) { try open(.records) }
  }

  @Test("processes that make the same file at once agree")
  func togetherFromNothing() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<6 {
        group.addTask {
          let store = try open(.records)
          try await store.put(try key("\(number)"), "1")
          await store.close()
        }
      }
      try await group.waitForAll()
    }
    let store = try open(.records)
    #expect(try await store.snapshot().revision == Revision(rawValue: 6))
    await store.close()
  }
}
