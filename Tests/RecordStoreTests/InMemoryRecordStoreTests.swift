import RecordStore
import RecordStoreConformance
import Testing

@Suite("The record store in memory", .timeLimit(.minutes(5)))
struct InMemoryRecordStoreTests {
  private struct Fixture: RecordStoreFixture {
    let lasts = false

    func open(retention: HistoryRetention) async throws -> any RecordStore {
      InMemoryRecordStore(retention: retention)
    }

    func close(_ store: any RecordStore) async throws {
      try #require(store as? InMemoryRecordStore).close()
    }
  }

  @Test("keeps its promises", arguments: RecordStoreCheck.all)
  func conforms(_ check: RecordStoreCheck) async throws {
    try await check.run(Fixture())
  }
}
