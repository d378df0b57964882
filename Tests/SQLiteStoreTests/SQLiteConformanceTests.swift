import EventIndex
import EventIndexConformance
import RecordStore
import RecordStoreConformance
import SQLiteStore
import Testing

@Suite("The stores in SQLite", .timeLimit(.minutes(5)))
struct SQLiteConformanceTests {
  private struct Records: RecordStoreFixture {
    let folder: TemporaryFolder
    let lasts = true

    func open(retention: HistoryRetention) async throws -> any RecordStore {
      try SQLiteRecordStore(path: folder.database, retention: retention)
    }

    func close(_ store: any RecordStore) async throws {
      await (try #require(store as? SQLiteRecordStore)).close()
    }
  }

  private struct Events: EventIndexFixture {
    let folder: TemporaryFolder
    let lasts = true

    func open() async throws -> any EventIndex {
      try SQLiteEventIndex(path: folder.database)
    }

    func close(_ index: any EventIndex) async throws {
      await (try #require(index as? SQLiteEventIndex)).close()
    }
  }

  @Test("records keep their promises", arguments: RecordStoreCheck.all)
  func records(_ check: RecordStoreCheck) async throws {
    try await check.run(Records(folder: TemporaryFolder()))
  }

  @Test("the event index keeps its promises", arguments: EventIndexCheck.all)
  func events(_ check: EventIndexCheck) async throws {
    try await check.run(Events(folder: TemporaryFolder()))
  }
}
