import EventIndex
import SQLiteStore
import Testing

@Suite("The buckets of the event index", .timeLimit(.minutes(5)))
struct EventBucketTests {
  private let wanted = IndexKey(kind: "workload", value: "w")

  @Test("events are found in order across buckets, whatever the order of insertion")
  func acrossBuckets() async throws {
    let folder = try TemporaryFolder()
    let index = try SQLiteEventIndex(path: folder.database)
    // Three buckets. The times fall as the positions rise, so the oldest events come last.
    let count: Int64 = 40_000
    for start in stride(from: 0, to: count, by: 4000) {
      try await index.insert((start..<(start + 4000)).map { event($0, time: count - $0) })
    }
    let all = try await index.events(matching: wanted, types: nil, limit: .max)
    #expect(all.map(\.time) == stride(from: 100, through: count, by: 100).map { $0 })
    for limit in [1, 7, 200, 399] {
      let found = try await index.events(matching: wanted, types: nil, limit: limit)
      #expect(found == Array(all.prefix(limit)))
    }
    let issued = try await index.events(matching: wanted, types: ["issued"], limit: 5)
    #expect(issued.map(\.time) == [4000, 8000, 12_000, 16_000, 20_000])
    await index.close()
  }

  private func event(_ position: Int64, time: Int64) -> IndexedEvent {
    IndexedEvent(
      log: "a", position: position, time: time, type: time % 4000 == 0 ? "issued" : "allowed",
      keys: time % 100 == 0 ? [wanted] : [], body: [])
  }
}
