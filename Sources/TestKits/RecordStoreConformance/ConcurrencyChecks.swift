import RecordStore
import Testing

extension RecordStoreCheck {
  static let concurrency = [
    RecordStoreCheck("transactions that commit in reverse order are each seen once", reverseOrder),
    RecordStoreCheck("a follower sees each of many writers' revisions once, in order", following),
    RecordStoreCheck("of writers that race for one record, one wins each round", racing),
    RecordStoreCheck("a snapshot under writes is of one revision", snapshotUnderWrites),
    RecordStoreCheck("a cancelled commit tells what became of it", cancelledCommits),
    RecordStoreCheck("servers that share records share one history", twoServers),
  ]

  @Sendable
  private static func reverseOrder(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let base = try await store.put(try apple("base"), [])
    var early = RecordTransaction()
    early.expect(try apple("base"), at: base)
    early.put(try apple("early"), bytes("begun first"))
    let seenBetween = Cursor(base)
    let lateKey = try apple("late")
    let earlyRevision = try await fixture.commit(early, to: store) {
      let late = try await store.put(lateKey, bytes("begun second"))
      #expect(try await seenBetween.advance(store).map(\.revision) == [late])
    }
    let rest = try await seenBetween.advance(store)
    #expect(rest.map(\.revision) == [earlyRevision])
    #expect(rest.map(\.key) == [try apple("early")])
    try await fixture.close(store)
  }

  @Sendable
  private static func following(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let end = try RecordKey(kind: .marker, name: "end")
    let (committed, seen) = try await withThrowingTaskGroup(of: [Revision].self) { group in
      for writer in 0..<8 {
        group.addTask { try await write(store, writer: writer, transactions: 25) }
      }
      async let seen = follow(store, until: end)
      var committed: [Revision] = []
      for try await revisions in group {
        #expect(revisions == revisions.sorted())
        committed += revisions
      }
      committed.append(try await store.put(end, []))
      return (committed, try await seen)
    }
    #expect(Set(committed).count == committed.count, "no two transactions share a revision")
    #expect(seen == committed.sorted())
    try await fixture.close(store)
  }

  /// Commits transactions of one to three writes.
  private static func write(
    _ store: any RecordStore, writer: Int, transactions: Int
  ) async throws -> [Revision] {
    var revisions: [Revision] = []
    for number in 0..<transactions {
      var transaction = RecordTransaction()
      for part in 0...(number % 3) {
        transaction.put(try apple("\(writer)-\(part)"), bytes("\(number)"))
      }
      revisions.append(try await store.commit(transaction))
    }
    return revisions
  }

  /// The revisions that a follower passes, each once, until a record appears.
  private static func follow(
    _ store: any RecordStore, until end: RecordKey
  ) async throws -> [Revision] {
    let cursor = Cursor(.zero)
    var seen: [Revision] = []
    for await _ in store.revisions() {
      let changes = try await cursor.advance(store)
      for change in changes where change.revision != seen.last { seen.append(change.revision) }
      if changes.contains(where: { $0.key == end }) { return seen }
    }
    return seen
  }

  @Sendable
  private static func racing(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let counter = try apple("counter")
    try await store.put(counter, [0])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<10 { try await increment(counter, in: store) } }
      }
      try await group.waitForAll()
    }
    #expect(try await store.get(counter)?.value == [80])
    #expect(try await store.history(after: .zero, limit: 7).map(\.value) == (0...80).map { [$0] })
    try await fixture.close(store)
  }

  private static func increment(_ key: RecordKey, in store: any RecordStore) async throws {
    while true {
      let record = try #require(try await store.get(key))
      var transaction = RecordTransaction()
      transaction.put(key, record.value.map { $0 &+ 1 }, expecting: record.revision)
      do {
        _ = try await store.commit(transaction)
        return
      } catch let conflict as RecordConflict {
        #expect(conflict.found != record.revision)
      }
    }
  }

  @Sendable
  private static func snapshotUnderWrites(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let keys = [try apple("a"), try pear("b"), try apple("c")]
    let snapshots = try await withThrowingTaskGroup(of: [RecordSnapshot].self) { group in
      for writer in 0..<4 {
        group.addTask {
          for number in 0..<25 {
            var transaction = RecordTransaction()
            for key in keys { transaction.put(key, bytes("\(writer) \(number)")) }
            _ = try await store.commit(transaction)
          }
          return []
        }
      }
      for _ in 0..<2 {
        group.addTask {
          var snapshots: [RecordSnapshot] = []
          for _ in 0..<25 { snapshots.append(try await store.snapshot()) }
          return snapshots
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let final = try await store.snapshot()
    for snapshot in snapshots where snapshot.revision > .zero {
      #expect(snapshot.records.map(\.revision) == keys.map { _ in snapshot.revision })
      #expect(Set(snapshot.records.map(\.value)).count == 1)
      let changes = try await store.history(after: snapshot.revision, limit: 10)
      #expect(snapshot.applying(changes) == final.records)
    }
    try await fixture.close(store)
  }

  /// What a commit told its caller.
  private enum Told: Sendable {
    case committed(RecordKey, Revision)
    case cancelled(RecordKey)
  }

  @Sendable
  private static func cancelledCommits(_ fixture: any RecordStoreFixture) async throws {
    let store = try await fixture.open()
    let outcomes = try await withThrowingTaskGroup(of: Told.self) { group in
      for number in 0..<60 {
        if number == 40 { group.cancelAll() }
        let key = try apple("\(number)")
        group.addTask {
          do {
            return .committed(key, try await store.put(key, []))
          } catch is CancellationError {
            return .cancelled(key)
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count == 60)
    for outcome in outcomes {
      switch outcome {
      case .committed(let key, let revision):
        #expect(try await store.get(key)?.revision == revision)
      case .cancelled(let key):
        #expect(try await store.get(key) == nil)
      }
    }
    #expect(try await store.put(try apple("after"), []) > .zero, "the store goes on")
    try await fixture.close(store)
  }

  @Sendable
  private static func twoServers(_ fixture: any RecordStoreFixture) async throws {
    guard fixture.lasts else { return }
    let servers = [try await fixture.open(), try await fixture.open()]
    let committed = try await withThrowingTaskGroup(of: [Revision].self) { group in
      for (number, server) in servers.enumerated() {
        group.addTask { try await write(server, writer: number, transactions: 30) }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(committed).count == 60)
    for server in servers {
      let seen = try await server.history(after: .zero, limit: 4).map(\.revision)
      #expect(Set(seen) == Set(committed) && seen == seen.sorted())
      try await fixture.close(server)
    }
  }
}

/// Where a follower stands in a store's history.
private actor Cursor {
  private var revision: Revision

  init(_ revision: Revision) {
    self.revision = revision
  }

  /// Everything new, read in small pages. Records an issue where history appears at or below the
  /// cursor.
  func advance(_ store: any RecordStore) async throws -> [RecordChange] {
    var new: [RecordChange] = []
    while true {
      let page = try await store.changes(after: revision, limit: 3)
      let passed = revision
      #expect(page.changes.allSatisfy { passed < $0.revision && $0.revision <= page.upTo })
      #expect(page.changes.map(\.revision) == page.changes.map(\.revision).sorted())
      guard page.upTo > revision else { return new }
      new += page.changes
      revision = page.upTo
    }
  }
}
