import RecordStore
import Testing

extension RecordStoreCheck {
  static let history = [
    RecordStoreCheck("a reader that is up to date gets an empty page", upToDate),
    RecordStoreCheck("pages end between transactions and together leave nothing out", wholePages),
    RecordStoreCheck("a cursor older than the retained history needs a snapshot", oldCursor),
    RecordStoreCheck("a cursor from the future needs a snapshot", futureCursor),
    RecordStoreCheck("without history only the current cursor is served", noHistory),
    RecordStoreCheck("changes continue a snapshot", continueSnapshot),
    RecordStoreCheck("a snapshot holds all kinds, by key", snapshotOrder),
  ]

  @Sendable
  private static func upToDate(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    #expect(try await store.changes(after: .zero, limit: 1) == ChangePage(changes: [], upTo: .zero))
    let revision = try await store.put(try apple("a"), [])
    let page = try await store.changes(after: revision, limit: 1)
    #expect(page == ChangePage(changes: [], upTo: revision))
    try await fixture.close(store)
  }

  @Sendable
  private static func wholePages(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    var expected: [RecordChange] = []
    for size in [1, 3, 1, 1, 5, 2] {
      var transaction = RecordTransaction()
      let keys = try (0..<size).map { try apple("\(size)-\($0)") }
      for key in keys { transaction.put(key, bytes(key.name)) }
      let revision = try await store.commit(transaction)
      expected += keys.map { RecordChange(key: $0, revision: revision, value: bytes($0.name)) }
    }
    for limit in [1, 2, 3, 4, 13, Int.max] {
      #expect(try await store.history(after: .zero, limit: limit) == expected, "pages of \(limit)")
    }
    let first = try #require(expected.first?.revision)
    let second = try await store.changes(after: first, limit: 2)
    #expect(second.changes == Array(expected[1...3]))
    #expect(second.upTo == second.changes.last?.revision)
    try await fixture.close(store)
  }

  @Sendable
  private static func oldCursor(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open(retention: HistoryRetention(revisions: 5))
    var revisions: [Revision] = [.zero]
    for number in 1...20 {
      revisions.append(try await store.put(try apple("\(number % 3)"), [UInt8(number)]))
    }
    let oldest = try #require(revisions.dropLast(5).last)
    for cursor in revisions.dropLast(6) + [Revision(rawValue: -1), Revision(rawValue: .min)] {
      await #expect(throws: RecordStoreError.snapshotRequired(oldest: oldest)) {
        try await store.changes(after: cursor, limit: 10)
      }
    }
    let rest = try await store.history(after: oldest, limit: 2)
    #expect(rest.map(\.revision) == Array(revisions.suffix(5)))
    #expect(try await store.scan(.apple, after: nil, limit: 9).count == 3, "records stay")
    try await fixture.close(store)
  }

  @Sendable
  private static func futureCursor(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let current = try await store.put(try apple("a"), [])
    for future in [current.rawValue + 1, .max] {
      await #expect(throws: RecordStoreError.snapshotRequired(oldest: .zero)) {
        try await store.changes(after: Revision(rawValue: future), limit: 10)
      }
    }
    try await fixture.close(store)
  }

  @Sendable
  private static func noHistory(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open(retention: HistoryRetention(revisions: 0))
    let first = try await store.put(try apple("a"), [])
    let second = try await store.put(try apple("b"), [])
    #expect(try await store.changes(after: second, limit: 1).changes.isEmpty)
    await #expect(throws: RecordStoreError.snapshotRequired(oldest: second)) {
      try await store.changes(after: first, limit: 1)
    }
    try await fixture.close(store)
  }

  @Sendable
  private static func continueSnapshot(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    for name in ["a", "b", "c"] { try await store.put(try apple(name), bytes("1")) }
    let early = try await store.snapshot()
    try await store.delete(try apple("b"))
    try await store.put(try apple("c"), bytes("2"))
    try await store.put(try pear("d"), bytes("1"))
    let late = try await store.snapshot()
    let changes = try await store.history(after: early.revision, limit: 1)
    #expect(early.applying(changes) == late.records)
    #expect(changes.last?.revision == late.revision)
    try await fixture.close(store)
  }

  @Sendable
  private static func snapshotOrder(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    #expect(try await store.snapshot() == RecordSnapshot(revision: .zero, records: []))
    let keys = [try pear("a"), try apple("b"), try pear("B"), try apple("a")]
    for key in keys { try await store.put(key, []) }
    #expect(try await store.snapshot().records.map(\.key) == keys.sorted())
    try await fixture.close(store)
  }
}
