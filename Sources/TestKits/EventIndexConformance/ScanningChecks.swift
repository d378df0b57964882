import EventIndex
import Testing

extension EventIndexCheck {
  static let scanning = [
    EventIndexCheck("a scan gives the events of its types, oldest first", scanned),
    EventIndexCheck("page after page shows each event once, at every size", pages),
    EventIndexCheck("a scan begins at a time, inclusive, and after a place, exclusive", bounds),
    EventIndexCheck("what is inserted behind the place is still shown", growing),
    EventIndexCheck("a place that no event has is as good as any", foreignPlaces),
    EventIndexCheck("a count is how many events a scan would give", counted),
    EventIndexCheck("a scan with a limit below one is refused", scanLimits),
  ]

  /// Ties in time, logs whose numbers are not in the order of their names, and extremes.
  private static let ordered = [
    event(1, log: "z", time: .min, type: "a"),
    event(.max, log: "", time: -1, type: "b"),
    event(.min, log: "a", time: 5, type: "a"),
    event(2, log: "a", time: 5, type: "b"),
    event(10, log: "a", time: 5, type: "a"),
    event(1, log: "a\u{0}", time: 5, type: "b"),
    event(1, log: "b", time: 5, type: "a"),
    event(2, log: "z", time: 5, type: "b"),
    event(3, log: "\u{E9}", time: 5, type: "a"),
    event(11, log: "a", time: 6, type: "b"),
    event(12, log: "a", time: .max, type: "a"),
  ]

  private static func filled(_ fixture: any EventIndexFixture) async throws -> any EventIndex {
    let index = try await fixture.open()
    try await index.insert(self.ordered.reversed() + [event(99, time: 5, type: "other")])
    return index
  }

  @Sendable
  private static func scanned(_ fixture: any EventIndexFixture) async throws {
    let index = try await filled(fixture)
    for limit in [1, 3, ordered.count, Int.max] {
      let found = try await index.scan(types: ["a", "b"], since: nil, after: nil, limit: limit)
      #expect(found == Array(ordered.prefix(limit)))
    }
    for (types, wanted) in [
      (["a"], ["a"]), (["b", "it's", ""], ["b"]), ([], []), (["c"], []),
    ] as [(Set<String>, Set<String>)] {
      let found = try await index.scan(types: types, since: nil, after: nil, limit: 100)
      #expect(found == ordered.filter { wanted.contains($0.type) })
    }
    try await fixture.close(index)
  }

  @Sendable
  private static func pages(_ fixture: any EventIndexFixture) async throws {
    let index = try await filled(fixture)
    for limit in 1...(ordered.count + 1) {
      var seen: [IndexedEvent] = []
      var place: EventPlace?
      repeat {
        let page = try await index.scan(
          types: ["a", "b"], since: nil, after: place, limit: limit)
        seen += page
        // Through its text, as a client gives it back.
        place = page.last.flatMap { EventPlace(EventPlace(of: $0).description) }
      } while place != nil && seen.count <= ordered.count
      #expect(seen == ordered, "\(limit)")
    }
    try await fixture.close(index)
  }

  @Sendable
  private static func bounds(_ fixture: any EventIndexFixture) async throws {
    let index = try await filled(fixture)
    for since in [nil, .min, -1, 0, 5, 6, 7, .max] as [Int64?] {
      let wanted = ordered.filter { $0.time >= since ?? .min }
      let found = try await index.scan(types: ["a", "b"], since: since, after: nil, limit: 100)
      #expect(found == wanted, "\(since ?? 0)")
      for (number, last) in ordered.enumerated() {
        let rest = try await index.scan(
          types: ["a", "b"], since: since, after: EventPlace(of: last), limit: 100)
        let later = ordered.dropFirst(number + 1).filter { $0.time >= since ?? .min }
        #expect(rest == later, "\(since ?? 0) \(number)")
      }
    }
    try await fixture.close(index)
  }

  @Sendable
  private static func growing(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    try await index.insert([event(1, time: 10), event(2, time: 20)])
    let first = try await index.scan(types: ["request.allowed"], since: nil, after: nil, limit: 1)
    let place = try #require(first.last.map(EventPlace.init(of:)))
    try await index.insert([
      event(1, log: "late", time: 15), event(2, log: "late", time: 5), event(3, time: 20),
    ])
    let rest = try await index.scan(
      types: ["request.allowed"], since: nil, after: place, limit: 10)
    #expect(rest.map(\.time) == [15, 20, 20])
    #expect(rest.map(\.position) == [1, 2, 3])
    try await fixture.close(index)
  }

  @Sendable
  private static func foreignPlaces(_ fixture: any EventIndexFixture) async throws {
    let index = try await filled(fixture)
    for (place, skipped) in [
      (EventPlace(time: .min, log: "", position: .min), 0),
      (EventPlace(time: 5, log: "", position: 0), 2),
      (EventPlace(time: 5, log: "a", position: 3), 4),
      (EventPlace(time: 5, log: "nobody's", position: .max), 7),
      (EventPlace(time: .max, log: "\u{10FFFF}", position: .max), ordered.count),
    ] {
      let rest = try await index.scan(types: ["a", "b"], since: nil, after: place, limit: 100)
      #expect(rest == Array(ordered.dropFirst(skipped)), "\(place)")
    }
    try await fixture.close(index)
  }

  @Sendable
  private static func counted(_ fixture: any EventIndexFixture) async throws {
    let index = try await filled(fixture)
    for types in [["a"], ["a", "b"], ["c"], []] as [Set<String>] {
      for since in [nil, .min, 0, 6, .max] as [Int64?] {
        let wanted = ordered.count { types.contains($0.type) && $0.time >= since ?? .min }
        #expect(try await index.count(types: types, since: since) == wanted)
      }
    }
    try await fixture.close(index)
  }

  @Sendable
  private static func scanLimits(_ fixture: any EventIndexFixture) async throws {
    let index = try await fixture.open()
    for limit in [0, -1, Int.min] {
      await #expect(throws: EventIndexError.invalidLimit(limit)) {
        try await index.scan(types: ["a"], since: nil, after: nil, limit: limit)
      }
    }
    try await fixture.close(index)
  }
}
