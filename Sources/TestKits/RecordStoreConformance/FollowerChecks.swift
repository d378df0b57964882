import RecordStore
import Testing

extension RecordStoreCheck {
  static let followers = [
    RecordStoreCheck("a follower gets the current revision at once", firstAtOnce),
    RecordStoreCheck("a slow follower gets the newest revision only", coalescing),
    RecordStoreCheck("every follower wakes, and one that left is forgotten", manyFollowers),
    RecordStoreCheck("a revision that woke a follower can be read", wokenCanRead),
    RecordStoreCheck("a follower's stream ends when the store closes", endsAtClose),
  ]

  @Sendable
  private static func firstAtOnce(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    #expect(await first(store) == .zero)
    let revision = try await store.put(try apple("a"), [])
    #expect(await first(store) == revision)
    try await fixture.close(store)
  }

  @Sendable
  private static func coalescing(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    var follower = store.revisions().makeAsyncIterator()
    for name in ["a", "b"] { try await store.put(try apple(name), []) }
    let newest = try await store.put(try apple("c"), [])
    #expect(await follower.next() == newest)
    let next = try await store.put(try apple("d"), [])
    #expect(await follower.next() == next)
    try await fixture.close(store)
  }

  @Sendable
  private static func manyFollowers(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    for _ in 0..<100 { _ = await first(store) }
    let streams = (0..<10).map { _ in store.revisions() }
    let revision = try await store.put(try apple("a"), [])
    for stream in streams {
      var follower = stream.makeAsyncIterator()
      #expect(await follower.next() == revision)
    }
    try await fixture.close(store)
  }

  @Sendable
  private static func wokenCanRead(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let last = try apple("last")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for number in 0..<50 { try await store.put(try apple("\(number)"), []) }
        try await store.put(last, [])
      }
      for await revision in store.revisions() {
        let snapshot = try await store.snapshot()
        #expect(snapshot.revision >= revision)
        if snapshot.records.contains(where: { $0.key == last }) { break }
      }
      try await group.waitForAll()
    }
    try await fixture.close(store)
  }

  @Sendable
  private static func endsAtClose(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let revision = try await store.put(try apple("a"), [])
    let stream = store.revisions()
    try await fixture.close(store)
    var seen: [Revision] = []
    for await revision in stream { seen.append(revision) }
    #expect(seen == [revision])
  }

  private static func first(_ store: any RecordStore) async -> Revision? {
    var follower = store.revisions().makeAsyncIterator()
    return await follower.next()
  }
}
