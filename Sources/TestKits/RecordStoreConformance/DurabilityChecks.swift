import RecordStore
import Testing

extension RecordStoreCheck {
  static let durability = [
    RecordStoreCheck("records and history outlive the store", reopening),
    RecordStoreCheck("revisions go on rising after a reopening", risingAfterReopening),
    RecordStoreCheck("history that is gone stays gone when more is retained", widerRetention),
  ]

  @Sendable
  private static func reopening(_ fixture: any RecordStoreFixture) async throws {
    guard fixture.lasts else { return }
    let first = try await fixture.open()
    for name in unusual { try await first.put(try apple(name), bytes(name)) }
    try await first.delete(try apple("a"))
    let snapshot = try await first.snapshot()
    let history = try await first.history(after: .zero, limit: 3)
    try await fixture.close(first)

    let second = try await fixture.open()
    #expect(try await second.snapshot() == snapshot)
    #expect(try await second.history(after: .zero, limit: 100) == history)
    var follower = second.revisions().makeAsyncIterator()
    #expect(await follower.next() == snapshot.revision)
    try await fixture.close(second)
  }

  @Sendable
  private static func risingAfterReopening(_ fixture: any RecordStoreFixture) async throws {
    guard fixture.lasts else { return }
    var last = Revision.zero
    for _ in 0..<3 {
      let store = try await fixture.open()
      try await store.put(try apple("a"), [])
      let deleted = try await store.delete(try apple("a"))
      #expect(deleted > last, "also where the newest transaction only deleted")
      last = deleted
      try await fixture.close(store)
    }
  }

  @Sendable
  private static func widerRetention(_ fixture: any RecordStoreFixture) async throws {
    guard fixture.lasts else { return }
    let narrow = try await fixture.open(retention: HistoryRetention(revisions: 2))
    var revisions: [Revision] = []
    for number in 0..<6 { revisions.append(try await narrow.put(try apple("\(number)"), [])) }
    try await fixture.close(narrow)

    let wide = try await fixture.open(retention: .standard)
    let oldest = revisions[3]
    await #expect(throws: RecordStoreError.snapshotRequired(oldest: oldest)) {
      try await wide.changes(after: .zero, limit: 10)
    }
    #expect(try await wide.history(after: oldest, limit: 1).count == 2)
    try await fixture.close(wide)
  }
}
