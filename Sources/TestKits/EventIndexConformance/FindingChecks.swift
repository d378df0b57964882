import EventIndex
import Testing

extension EventIndexCheck {
  static let finding = [
    EventIndexCheck("events come oldest first, by time, log and position", oldestFirst),
    EventIndexCheck("a limit takes the oldest, whatever the order of insertion", limited),
    EventIndexCheck("types narrow what is found", byType),
    EventIndexCheck("keys are equal when kind and value are, byte by byte", keysApart),
    EventIndexCheck("recent events of a type come newest first", recent),
    EventIndexCheck("a limit below one is refused", limits),
  ]

  @Sendable
  private static func oldestFirst(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    let ordered = [
      event(9, log: "z", time: 1, keys: [.credential]),
      event(2, log: "a", time: 2, keys: [.credential]),
      event(10, log: "a", time: 2, keys: [.credential]),
      event(1, log: "b", time: 2, keys: [.credential]),
      event(1, log: "a", time: 3, keys: [.credential]),
    ]
    try await index.insert(ordered.reversed())
    for limit in [1, 2, 3, 4, 5, Int.max] {
      let found = try await index.events(matching: .credential, types: nil, limit: limit)
      #expect(found == Array(ordered.prefix(limit)))
    }
    try await fixture.close(index)
  }

  @Sendable
  private static func limited(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    for position in (0..<200).reversed() {
      try await index.insert([
        event(Int64(position), time: Int64(position), keys: [.credential])
      ])
    }
    let found = try await index.events(matching: .credential, types: nil, limit: 3)
    #expect(found.map(\.position) == [0, 1, 2])
    try await fixture.close(index)
  }

  @Sendable
  private static func byType(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    let types = ["credential.issued", "request.allowed", "request.refused", "request.allowed"]
    let events = types.enumerated().map { number, type in
      event(Int64(number), time: Int64(number), type: type, keys: [.credential])
    }
    try await index.insert(events)
    for (wanted, positions) in [
      (["request.allowed"], [1, 3]), (["request.allowed", "credential.issued"], [0, 1, 3]),
      (["nothing"], []), ([], []), (["nothing", "request.refused", "it's"], [2]),
    ] as [(Set<String>, [Int64])] {
      let found = try await index.events(matching: .credential, types: wanted, limit: 10)
      #expect(found.map(\.position) == positions, "\(wanted)")
    }
    try await fixture.close(index)
  }

  @Sendable
  private static func keysApart(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    let keys = [
      ("digest", "a"), ("digest", "A"), ("digest", ""), ("diges", "ta"), ("digesta", ""),
      ("digest", "a\u{0}"), ("digest", "\u{E9}"), ("digest", "e\u{301}"), ("", "digesta"),
      ("digest", "%"), ("digest", "\u{FF}"), ("digest", "\u{FE}"), ("digest\u{FF}", "a"),
    ].map { IndexKey(kind: $0, value: $1) }
    try await index.insert(keys.enumerated().map { event(Int64($0), keys: [$1]) })
    for (number, key) in keys.enumerated() {
      let found = try await index.events(matching: key, types: nil, limit: 10)
      #expect(found.map(\.position) == [Int64(number)], "\(key)")
      #expect(found.first?.keys == [key])
    }
    let missing = IndexKey(kind: "digest", value: "b")
    #expect(try await index.events(matching: missing, types: nil, limit: 10).isEmpty)
    try await fixture.close(index)
  }

  @Sendable
  private static func recent(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    #expect(try await index.recent(type: "key.made", limit: 5).isEmpty)
    let oldest = [
      event(4, log: "b", time: 1, type: "key.made"),
      event(1, log: "a", time: 2, type: "key.made"),
      event(2, log: "a", time: 2, type: "key.made"),
      event(1, log: "b", time: 2, type: "key.made"),
    ]
    try await index.insert(oldest + [event(9, time: 3, type: "other")])
    for limit in 1...5 {
      let found = try await index.recent(type: "key.made", limit: limit)
      #expect(found == Array(oldest.reversed().prefix(limit)))
    }
    try await fixture.close(index)
  }

  @Sendable
  private static func limits(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    for limit in [0, -1, Int.min] {
      let refusal = EventIndexError.invalidLimit(limit)
      await #expect(throws: refusal) {
        try await index.events(matching: .credential, types: nil, limit: limit)
      }
      await #expect(throws: refusal) { try await index.recent(type: "a", limit: limit) }
    }
    try await fixture.close(index)
  }
}
