import EventIndex
import Testing

extension EventIndexCheck {
  static let inserting = [
    EventIndexCheck("an event reads back as it was inserted", readsBack),
    EventIndexCheck("an event inserted again is left as it is", idempotent),
    EventIndexCheck("the last position is the highest of each log", lastPosition),
    EventIndexCheck("an event too large is refused with its whole batch", tooLarge),
    EventIndexCheck("concurrent inserts all arrive", concurrentInserts),
    EventIndexCheck("events outlive the index", reopening),
  ]

  @Sendable
  private static func readsBack(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    try await index.insert([])
    let every = (UInt8.min...UInt8.max).map { $0 }
    let events = [
      event(1, keys: [.credential, .request], body: every),
      event(.max, log: "a\u{0}b", time: -5, type: "", keys: [.credential, .credential], body: []),
      event(.min, log: "", time: .max, keys: [IndexKey(kind: "", value: ""), .credential]),
    ]
    try await index.insert(events)
    let found = try await index.events(matching: .credential, types: nil, limit: 10)
    #expect(found == [events[1], events[0], events[2]])
    #expect(try await index.events(matching: .request, types: nil, limit: 10) == [events[0]])
    let blank = IndexKey(kind: "", value: "")
    #expect(try await index.events(matching: blank, types: nil, limit: 10) == [events[2]])
    try await fixture.close(index)
  }

  @Sendable
  private static func idempotent(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    let first = event(7, keys: [.credential], body: [1])
    let again = event(7, time: 2000, type: "other", keys: [.request], body: [2])
    try await index.insert([first, again])
    try await index.insert([first, again, event(8, keys: [.credential])])
    let found = try await index.events(matching: .credential, types: nil, limit: 10)
    #expect(found == [first, event(8, keys: [.credential])])
    #expect(try await index.events(matching: .request, types: nil, limit: 10).isEmpty)
    #expect(try await index.recent(type: "other", limit: 10).isEmpty)
    let elsewhere = event(7, log: "gateway", keys: [.request])
    try await index.insert([elsewhere])
    #expect(try await index.events(matching: .request, types: nil, limit: 10) == [elsewhere])
    try await fixture.close(index)
  }

  @Sendable
  private static func lastPosition(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    #expect(try await index.lastPosition(of: "server") == nil)
    try await index.insert([event(3), event(9), event(4), event(2, log: "gateway")])
    #expect(try await index.lastPosition(of: "server") == 9)
    #expect(try await index.lastPosition(of: "gateway") == 2)
    #expect(try await index.lastPosition(of: "request.allowed") == nil)
    try await index.insert([event(0, log: "fresh")])
    #expect(try await index.lastPosition(of: "fresh") == 0)
    try await fixture.close(index)
  }

  @Sendable
  private static func tooLarge(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    let long = String(repeating: "x", count: EventIndexLimits.textBytes)
    let largest = event(
      1, log: long, type: long,
      keys: (0..<EventIndexLimits.keys).map { IndexKey(kind: long, value: "\($0)") },
      body: [UInt8](repeating: 7, count: EventIndexLimits.bodyBytes))
    try await index.insert([largest])
    #expect(try await index.recent(type: long, limit: 1) == [largest])
    for refused in [
      event(2, log: long + "x"), event(2, type: long + "x"),
      event(2, keys: [IndexKey(kind: "digest", value: long + "x")]),
      event(2, keys: [IndexKey](repeating: .request, count: EventIndexLimits.keys + 1)),
      event(2, body: [UInt8](repeating: 7, count: EventIndexLimits.bodyBytes + 1)),
    ] {
      await #expect(throws: EventIndexError.self) { try await index.insert([event(1), refused]) }
    }
    #expect(try await index.lastPosition(of: "server") == nil)
    try await fixture.close(index)
  }

  @Sendable
  private static func concurrentInserts(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for log in 0..<8 {
        group.addTask {
          for batch in 0..<5 {
            let positions = (batch * 10)..<(batch * 10 + 10)
            try await index.insert(
              positions.map { event(Int64($0), log: "log \(log)", keys: [.credential]) })
          }
        }
      }
      try await group.waitForAll()
    }
    let found = try await index.events(matching: .credential, types: nil, limit: 1000)
    #expect(found.count == 400)
    for log in 0..<8 { #expect(try await index.lastPosition(of: "log \(log)") == 49) }
    try await fixture.close(index)
  }

  @Sendable
  private static func reopening(_ fixture: any EventIndexFixture) async throws {
    guard fixture.lasts else { return }
    let first = try await fixture.open()
    let kept = event(5, keys: [.credential])
    try await first.insert([kept])
    try await fixture.close(first)
    let second = try await fixture.open()
    #expect(try await second.lastPosition(of: "server") == 5)
    try await second.insert([kept, event(6)])
    #expect(try await second.events(matching: .credential, types: nil, limit: 9) == [kept])
    #expect(try await second.lastPosition(of: "server") == 6)
    try await fixture.close(second)
  }
}
