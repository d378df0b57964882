import RecordStore
import Testing

extension RecordStoreCheck {
  static let records = [
    RecordStoreCheck("a record reads back as it was written", writtenReadsBack),
    RecordStoreCheck("an empty value is a value", emptyValue),
    RecordStoreCheck("a deleted record is gone and can be made again", deletion),
    RecordStoreCheck("kinds keep their records apart", kindsApart),
    RecordStoreCheck("names differ when their bytes differ", unusualNames),
    RecordStoreCheck("a scan lists names in byte order, page by page", scanPages),
    RecordStoreCheck("a scan goes on after a name that does not exist", scanAfterMissing),
    RecordStoreCheck("a limit below one is refused", limits),
    RecordStoreCheck("values of one and four MiB are kept", bigValues),
    RecordStoreCheck("a value above four MiB is refused with nothing written", tooBigValue),
  ]

  @Sendable
  private static func writtenReadsBack(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let key = try apple("one")
    #expect(try await store.get(key) == nil)
    let every = (UInt8.min...UInt8.max).map { $0 }
    let first = try await store.put(key, every)
    #expect(try await store.get(key) == Record(key: key, revision: first, value: every))
    let second = try await store.put(key, bytes("new"))
    #expect(second > first)
    #expect(try await store.get(key) == Record(key: key, revision: second, value: bytes("new")))
    try await fixture.close(store)
  }

  @Sendable
  private static func emptyValue(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let key = try apple("empty")
    let revision = try await store.put(key, [])
    let record = Record(key: key, revision: revision, value: [])
    #expect(try await store.get(key) == record)
    #expect(try await store.scan(.apple, after: nil, limit: 5) == [record])
    #expect(try await store.snapshot().records == [record])
    let page = try await store.changes(after: .zero, limit: 5)
    #expect(page.changes == [RecordChange(key: key, revision: revision, value: [])])
    try await fixture.close(store)
  }

  @Sendable
  private static func deletion(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let key = try apple("one")
    let made = try await store.put(key, bytes("a"))
    let deleted = try await store.delete(key)
    #expect(deleted > made)
    #expect(try await store.get(key) == nil)
    #expect(try await store.scan(.apple, after: nil, limit: 5).isEmpty)
    #expect(try await store.delete(key) == deleted, "deleting nothing changes nothing")
    let again = try await store.put(key, bytes("b"))
    #expect(again > deleted)
    #expect(try await store.get(key)?.revision == again)
    let expected = [
      RecordChange(key: key, revision: made, value: bytes("a")),
      RecordChange(key: key, revision: deleted, value: nil),
      RecordChange(key: key, revision: again, value: bytes("b")),
    ]
    #expect(try await store.changes(after: .zero, limit: 10).changes == expected)
    try await fixture.close(store)
  }

  @Sendable
  private static func kindsApart(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    try await store.put(try apple("same"), bytes("apple"))
    try await store.put(try pear("same"), bytes("pear"))
    #expect(try await store.get(try apple("same"))?.value == bytes("apple"))
    #expect(try await store.get(try pear("same"))?.value == bytes("pear"))
    try await store.delete(try apple("same"))
    #expect(try await store.scan(.apple, after: nil, limit: 5).isEmpty)
    #expect(try await store.scan(.pear, after: nil, limit: 5).map(\.value) == [bytes("pear")])
    try await fixture.close(store)
  }

  /// Names that a careless store would fold together, cut short, or take for a pattern.
  static let unusual = [
    "\u{0}", "a\u{0}", "a\u{0}b", "a", "A", "a ", " a", "\n", "%", "_", "'", "\"", "\\", "a/b",
    "..",
    "\u{E9}", "e\u{301}", "\u{1F642}", "\u{FFFD}", "\u{10FFFF}", "\u{FEFF}a", "\u{7F}", "ß", "ss",
    "'; DROP TABLE record; --", String(repeating: "x", count: 1024),
    String(repeating: "x", count: 1023), String(repeating: "\u{1F642}", count: 256),
  ]

  @Sendable
  private static func unusualNames(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let keys = try unusual.map(apple)
    var transaction = RecordTransaction()
    for key in keys { transaction.put(key, bytes(key.name)) }
    let revision = try await store.commit(transaction)
    for key in keys {
      let expected = Record(key: key, revision: revision, value: bytes(key.name))
      #expect(try await store.get(key) == expected, "\(key)")
    }
    #expect(try await store.changes(after: .zero, limit: 1).changes.map(\.key) == keys)
    #expect(try await store.snapshot().records.map(\.key) == keys.sorted())
    try await store.delete(try apple("e\u{301}"))
    #expect(try await store.get(try apple("\u{E9}")) != nil)
    try await fixture.close(store)
  }

  @Sendable
  private static func scanPages(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let keys = try unusual.map(apple)
    for key in keys.shuffledByReversal { try await store.put(key, []) }
    for limit in [1, 2, keys.count - 1, keys.count, Int.max] {
      var found: [RecordKey] = []
      var page = try await store.scan(.apple, after: nil, limit: limit)
      while let last = page.last {
        #expect(page.count <= limit)
        found += page.map(\.key)
        page = try await store.scan(.apple, after: last.key.name, limit: limit)
      }
      #expect(found == keys.sorted(), "pages of \(limit)")
    }
    try await fixture.close(store)
  }

  @Sendable
  private static func scanAfterMissing(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    for name in ["b", "d"] { try await store.put(try apple(name), []) }
    for (after, expected) in [
      ("", ["b", "d"]), ("a", ["b", "d"]), ("b", ["d"]), ("c", ["d"]), ("d", []), ("e", []),
    ] {
      let names = try await store.scan(.apple, after: after, limit: 5).map(\.key.name)
      #expect(names == expected, "after \(after)")
    }
    try await fixture.close(store)
  }

  @Sendable
  private static func limits(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    for limit in [0, -1, Int.min] {
      let refusal = RecordStoreError.invalidLimit(limit)
      await #expect(throws: refusal) { try await store.scan(.apple, after: nil, limit: limit) }
      await #expect(throws: refusal) { try await store.changes(after: .zero, limit: limit) }
    }
    try await fixture.close(store)
  }

  @Sendable
  private static func bigValues(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    for size in [1 << 20, RecordLimits.valueBytes] {
      let key = try apple("big \(size)")
      let value = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let revision = try await store.put(key, value)
      let found = try await store.get(key)
      #expect(found?.value == value)
      let page = try await store.changes(after: .zero, limit: 100)
      #expect(page.changes.last?.revision == revision && page.changes.last?.value == value)
    }
    try await fixture.close(store)
  }

  @Sendable
  private static func tooBigValue(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let size = RecordLimits.valueBytes + 1
    let key = try apple("too big")
    var transaction = RecordTransaction()
    transaction.put(try apple("small"), [])
    transaction.put(key, [UInt8](repeating: 0, count: size))
    let asked = transaction
    await #expect(throws: RecordStoreError.valueTooLarge(key, bytes: size)) {
      try await store.commit(asked)
    }
    #expect(try await store.snapshot() == RecordSnapshot(revision: .zero, records: []))
    try await fixture.close(store)
  }
}

extension Array {
  /// Another order than the one written, the same in each run: odd places backwards, then even ones.
  fileprivate var shuffledByReversal: [Element] {
    let odd = indices.filter { $0 % 2 == 1 }.reversed()
    let even = indices.filter { $0 % 2 == 0 }
    return (odd + even).map { self[$0] }
  }
}
