import RecordStore
import Testing

extension RecordStoreCheck {
  static let transactions = [
    RecordStoreCheck("an empty transaction returns the current revision", emptyTransaction),
    RecordStoreCheck("all writes of a transaction bear one revision", oneRevision),
    RecordStoreCheck("a later write to a key replaces the earlier one", lastWriteCounts),
    RecordStoreCheck("a conflict names the record and leaves nothing behind", conflict),
    RecordStoreCheck("every kind of condition holds or conflicts", conditions),
    RecordStoreCheck("conditions speak of the store before the transaction", conditionsBefore),
    RecordStoreCheck("a condition on a record that is not written counts", readCondition),
    RecordStoreCheck("too many entries are refused with nothing written", tooManyEntries),
  ]

  @Sendable
  private static func emptyTransaction(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    #expect(try await store.commit(RecordTransaction()) == .zero)
    let revision = try await store.put(try apple("a"), [])
    #expect(try await store.commit(RecordTransaction()) == revision)
    var transaction = RecordTransaction()
    transaction.expect(try apple("a"), at: revision)
    transaction.delete(try apple("never there"))
    #expect(try await store.commit(transaction) == revision)
    #expect(try await store.history(after: .zero, limit: 1).count == 1)
    try await fixture.close(store)
  }

  @Sendable
  private static func oneRevision(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let before = try await store.put(try apple("old"), bytes("x"))
    var transaction = RecordTransaction()
    transaction.put(try pear("z"), bytes("1"))
    transaction.delete(try apple("old"))
    transaction.put(try apple("a"), bytes("2"))
    let revision = try await store.commit(transaction)
    #expect(revision > before)
    let expected = [
      RecordChange(key: try pear("z"), revision: revision, value: bytes("1")),
      RecordChange(key: try apple("old"), revision: revision, value: nil),
      RecordChange(key: try apple("a"), revision: revision, value: bytes("2")),
    ]
    #expect(try await store.changes(after: before, limit: 1).changes == expected)
    try await fixture.close(store)
  }

  @Sendable
  private static func lastWriteCounts(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let key = try apple("a")
    let other = try apple("b")
    var transaction = RecordTransaction()
    transaction.put(key, bytes("first"))
    transaction.put(other, bytes("kept"))
    transaction.delete(other)
    transaction.delete(key)
    transaction.put(key, bytes("last"))
    let revision = try await store.commit(transaction)
    #expect(try await store.get(key)?.value == bytes("last"))
    #expect(try await store.get(other) == nil)
    let change = RecordChange(key: key, revision: revision, value: bytes("last"))
    #expect(try await store.changes(after: .zero, limit: 9).changes == [change])
    try await fixture.close(store)
  }

  @Sendable
  private static func conflict(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let key = try apple("taken")
    let revision = try await store.put(key, bytes("mine"))
    let before = try await store.snapshot()
    var transaction = RecordTransaction()
    transaction.put(try apple("new"), bytes("half"))
    transaction.put(key, bytes("theirs"), expecting: nil)
    transaction.delete(try pear("also"))
    let asked = transaction
    await #expect(throws: RecordConflict(key: key, expected: .absent, found: revision)) {
      try await store.commit(asked)
    }
    #expect(try await store.snapshot() == before)
    #expect(try await store.changes(after: revision, limit: 9).changes.isEmpty)
    #expect(try await store.put(try apple("next"), []) > revision)
    try await fixture.close(store)
  }

  @Sendable
  private static func conditions(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let there = try apple("there")
    let missing = try apple("missing")
    let old = try await store.put(there, [])
    let now = try await store.put(there, [])
    let future = Revision(rawValue: now.rawValue + 1)

    try await hold(store) { $0.expect(there, at: now) }
    try await hold(store) { $0.expect(missing, at: nil) }
    try await hold(store) { $0.expectPresent(there) }
    for (expectation, revision) in [(RecordExpectation.at(old), old), (.at(future), future)] {
      try await collide(store, there, expectation, now) { $0.expect(there, at: revision) }
      try await collide(store, missing, expectation, nil) { $0.expect(missing, at: revision) }
      try await collide(store, there, expectation, now) { $0.delete(there, expecting: revision) }
      try await collide(store, there, expectation, now) {
        $0.put(there, [], expecting: revision)
      }
    }
    try await collide(store, there, .absent, now) { $0.expect(there, at: nil) }
    try await collide(store, missing, .present, nil) { $0.expectPresent(missing) }
    try await collide(store, there, .absent, now) {
      $0.expect(there, at: now)
      $0.expect(there, at: nil)
    }
    try await fixture.close(store)
  }

  @Sendable
  private static func conditionsBefore(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let key = try apple("a")
    var transaction = RecordTransaction()
    transaction.put(key, bytes("1"), expecting: nil)
    transaction.put(key, bytes("2"), expecting: nil)
    let made = try await store.commit(transaction)
    #expect(try await store.get(key) == Record(key: key, revision: made, value: bytes("2")))
    var replacement = RecordTransaction()
    replacement.delete(key, expecting: made)
    replacement.put(key, bytes("3"), expecting: made)
    let replaced = try await store.commit(replacement)
    #expect(try await store.get(key) == Record(key: key, revision: replaced, value: bytes("3")))
    try await fixture.close(store)
  }

  @Sendable
  private static func readCondition(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let policy = try apple("policy")
    let read = try await store.put(policy, bytes("allow"))
    let now = try await store.put(policy, bytes("deny"))
    let issued = try pear("issued")
    try await collide(store, policy, .at(read), now) {
      $0.expect(policy, at: read)
      $0.put(issued, [])
    }
    #expect(try await store.get(issued) == nil)
    try await fixture.close(store)
  }

  @Sendable
  private static func tooManyEntries(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    var transaction = RecordTransaction()
    for number in 0..<RecordLimits.transactionEntries {
      transaction.put(try apple("\(number)"), [])
    }
    var tooMany = transaction
    tooMany.expectPresent(try apple("0"))
    let asked = tooMany
    await #expect(throws: RecordStoreError.self) { try await store.commit(asked) }
    #expect(try await store.currentRevision() == .zero)
    let revision = try await store.commit(transaction)
    let page = try await store.changes(after: .zero, limit: 1)
    #expect(page.changes.count == RecordLimits.transactionEntries)
    #expect(page.upTo == revision)
    try await fixture.close(store)
  }

  private static func hold(
    _ store: any RecordStore, _ fill: (inout RecordTransaction) -> Void
  ) async throws {
    var transaction = RecordTransaction()
    fill(&transaction)
    _ = try await store.commit(transaction)
  }

  private static func collide(
    _ store: any RecordStore, _ key: RecordKey, _ expected: RecordExpectation, _ found: Revision?,
    _ fill: (inout RecordTransaction) -> Void
  ) async throws {
    var transaction = RecordTransaction()
    fill(&transaction)
    let asked = transaction
    await #expect(throws: RecordConflict(key: key, expected: expected, found: found)) {
      try await store.commit(asked)
    }
  }
}
