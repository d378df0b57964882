import EventIndex
import SQLiteStore
import Testing

@Suite("Scans of the event index", .timeLimit(.minutes(5)))
struct EventScanTests {
  private func event(_ position: Int64, time: Int64, type: String) -> IndexedEvent {
    IndexedEvent(log: "a", position: position, time: time, type: type, keys: [], body: [1])
  }

  @Test("an index of the first version is used as it is, and scanned")
  func olderFile() async throws {
    let folder = try TemporaryFolder()
    let first = try SQLiteEventIndex(path: folder.database)
    let events = (0..<100).map { event($0, time: 1000 - $0 / 3, type: $0 % 2 == 0 ? "x" : "y") }
    try await first.insert(events)
    await first.close()
    try folder.tamper(
      """
      DROP INDEX event_by_type;
      CREATE INDEX event_by_type ON event (type, time);
      PRAGMA user_version = 1;
      """)
    let second = try SQLiteEventIndex(path: folder.database)
    let found = try await second.scan(types: ["x", "y"], since: nil, after: nil, limit: .max)
    #expect(found == events.sorted(by: IndexedEvent.isOlder))
    #expect(try await second.count(types: ["x"], since: 990) == 17)
    #expect(try await second.recent(type: "y", limit: 1).map(\.time) == [1000])
    await second.close()
  }

  @Test("pages of a large index come in order, each event once")
  func large() async throws {
    let folder = try TemporaryFolder()
    let index = try SQLiteEventIndex(path: folder.database)
    // Every tenth of a second three events, which arrive backwards.
    for start in stride(from: 0, to: 9000, by: 3000).reversed() {
      try await index.insert(
        (start..<(start + 3000)).map {
          event(Int64($0), time: Int64($0) / 3 * 100, type: ["x", "y", "z"][$0 % 3])
        })
    }
    var positions: [Int64] = []
    var place: EventPlace?
    repeat {
      let page = try await index.scan(types: ["x", "z"], since: nil, after: place, limit: 500)
      positions += page.map(\.position)
      place = page.last.map(EventPlace.init(of:))
    } while place != nil
    #expect(positions == (0..<9000).filter { $0 % 3 != 1 })
    await index.close()
  }

  @Test(
    "an event that cannot be read is an error of a scan, never left out",
    arguments: [
      "UPDATE event SET keys = x'6162' WHERE position = 2",
      "DELETE FROM word WHERE text = CAST('a' AS BLOB)",
      "UPDATE event SET log = 99 WHERE position = 2",
      "UPDATE word SET text = x'FF' WHERE text = CAST('a' AS BLOB)",
    ])
  func damaged(_ damage: String) async throws {
    let folder = try TemporaryFolder()
    let first = try SQLiteEventIndex(path: folder.database)
    try await first.insert((1...3).map { event($0, time: $0, type: "x") })
    await first.close()
    try folder.tamper(damage)
    let index = try SQLiteEventIndex(path: folder.database)
    for place in [nil, EventPlace(time: 2, log: "a", position: 1)] {
      await #expect(throws: EventIndexError.self) {
        try await index.scan(types: ["x"], since: nil, after: place, limit: 10)
      }
    }
    await index.close()
  }
}
