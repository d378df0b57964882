import Foundation
import Testing
import TransparencyLog

@testable import AuditStore

@Suite(.timeLimit(.minutes(5))) struct AuditStoreTests {
  @Test("events come back in their order, sealed or not, after a clean stop and without one")
  func roundTrip() async throws {
    let fixture = try LogFixture()
    var store: AuditStore? = try await fixture.open()
    #expect(store?.checkpoint.size == 0)
    let first = try await store?.append([event(1), event(2)])
    #expect(first?.position == .start)
    #expect(first?.time == 1_700_000_000_000)
    try await store?.flush()
    let second = try await store?.append([event(3)])
    #expect(second?.position == first?.next)
    let page = try await store?.events(from: .start, limit: 2)
    #expect(page?.events.map(\.bytes) == [event(1), event(2)])
    let rest = try await store?.events(from: try #require(page?.next))
    #expect(rest?.events.map(\.bytes) == [event(3)])
    #expect(rest?.events.first?.position == second?.position)
    let end = try #require(rest?.next)
    #expect(store?.end == end)
    #expect(try await store?.events(from: end) == EventPage(events: [], next: end))

    store = nil
    store = try await fixture.open()
    #expect(store?.recovery == .init(events: 2, recoveredEvents: 1, quarantine: nil))
    #expect(store?.checkpoint.size == 2)
    try await store?.close()
    #expect(try fixture.verify().isClosed)
    store = nil
    store = try await fixture.open()
    #expect(store?.recovery == .init(events: 3, recoveredEvents: 0, quarantine: nil))
    #expect(try !fixture.verify().isClosed)
    #expect(try fixture.events() == [1, 2, 3].map(eventText))
  }

  @Test("the folder holds what tlog-tiles names, and the report says what the log holds")
  func layout() async throws {
    let fixture = try LogFixture()
    let store = try await fixture.open()
    for number in 0..<3 {
      _ = try await store.append([event(number)])
      try await store.flush()
    }
    try await store.close()
    #expect(
      try fixture.files() == [
        "checkpoint", "public-key", "segment/000",
        "tile/0/000.p/1", "tile/0/000.p/2", "tile/0/000.p/3",
        "tile/entries/000.p/1", "tile/entries/000.p/2", "tile/entries/000.p/3",
      ])
    let report = try fixture.verify()
    #expect(report.origin == LogFixture.origin)
    #expect(report.size == 3)
    #expect(report.events == 3)
    #expect(report.uncoveredEvents == 0)
    #expect(report.tornBytes == 0)
    #expect(report.first == 1_700_000_000_000)
    #expect(report.last == 1_700_000_000_000)
    #expect(report.root == store.checkpoint.root.base64)
    #expect(
      String(decoding: try fixture.bytes("checkpoint"), as: UTF8.self) == store.signedCheckpoint)
    #expect(store.checkpoint.extensions == ["closed"])
  }

  @Test("events that are not one line of JSON within the limit are refused, and nothing is written")
  func invalidEvents() async throws {
    let fixture = try LogFixture()
    let store = try await fixture.open()
    let wrong: [[[UInt8]]] = [
      [], [[]], [Array("a\nb".utf8)], [Array("\n".utf8)], [[0]], [event(1), []],
      [[UInt8](repeating: 0x61, count: 65_537)],
    ]
    for events in wrong {
      await #expect { try await store.append(events) } throws: {
        ($0 as? AuditStoreError)?.code == .invalidEvent
      }
    }
    #expect(store.end == .start)
    let longest = [UInt8](repeating: 0x61, count: 65_536)
    _ = try await store.append([longest, Array("é".utf8)])
    #expect(try await store.events(from: .start).events.map(\.bytes) == [longest, Array("é".utf8)])
    try await store.close()
    #expect(try fixture.verify().events == 2)
  }

  @Test("a closed store refuses appends, and closing twice is fine")
  func closed() async throws {
    let fixture = try LogFixture()
    let store = try await fixture.open()
    try await store.close()
    try await store.close()
    await #expect { try await store.append([event(1)]) } throws: {
      ($0 as? AuditStoreError)?.code == .closed
    }
    #expect(try await store.flush().extensions == ["closed"])
  }

  @Test("a second store on the same folder is refused while the first is there")
  func locked() async throws {
    let fixture = try LogFixture()
    let store = try await fixture.open()
    await #expect { _ = try await fixture.open() } throws: {
      ($0 as? AuditStoreError)?.code == .locked
    }
    try await store.close()
  }

  @Test("another key, another origin, and a scratch folder inside the log are refused")
  func misconfigured() async throws {
    let fixture = try LogFixture()
    try await fixture.open().close()
    var other = fixture.configuration
    other.signingKey = [UInt8](repeating: 8, count: 32)
    await #expect { _ = try await AuditStore.open(other) } throws: {
      ($0 as? AuditStoreError)?.damage?.file == "public-key"
    }
    other = fixture.configuration
    other.origin = "log.example/gateway"
    await #expect { _ = try await AuditStore.open(other) } throws: {
      ($0 as? AuditStoreError)?.damage?.file == "public-key"
    }
    other = fixture.configuration
    other.origin = "log example"
    await #expect { _ = try await AuditStore.open(other) } throws: {
      ($0 as? AuditStoreError)?.code == .misconfigured
    }
    other = fixture.configuration
    other.scratch = other.folder + "/scratch"
    await #expect { _ = try await AuditStore.open(other) } throws: {
      ($0 as? AuditStoreError)?.code == .misconfigured
    }
    #expect(try fixture.verify().isClosed)
  }

  @Test("segment files are begun after so many leaves or bytes, and events are read across them")
  func segments() async throws {
    let fixture = try LogFixture()
    var limits = LogWriter.Limits()
    limits.leavesPerSegment = 3
    limits.leafLength = 200
    limits.segmentLength = 1000
    let events = (0..<100).map { eventText($0) }
    for part in stride(from: 0, to: 100, by: 25) {
      let store = try await fixture.open(limits: limits)
      for number in part..<part + 25 {
        _ = try await store.append([Array(events[number].utf8)])
        if number % 7 == 0 { try await store.flush() }
      }
      let page = try await store.events(from: .start)
      #expect(!page.events.isEmpty)
      if part == 50 { try await store.close() }
    }
    let store = try await fixture.open(limits: limits)
    try await store.close()
    #expect(try fixture.events() == events)
    #expect(try fixture.verify().events == 100)
    #expect(try fixture.files().filter { $0.hasPrefix("segment/") }.count > 5)
  }

  @Test("a log grows over full tiles, whose partial ones then go away")
  func fullTiles() async throws {
    let fixture = try LogFixture()
    let store = try await fixture.open()
    for number in 0..<258 {
      _ = try await store.append([event(number)])
      if number != 200 { try await store.flush() }
    }
    #expect(store.checkpoint.size == 257)
    #expect(
      try fixture.files() == [
        "checkpoint", "public-key", "segment/000", "segment/001", "tile/0/000", "tile/0/001.p/1",
        "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/1",
      ])
    let kept = store.signedCheckpoint
    try await store.close()
    #expect(try fixture.verify(kept: kept).events == 258)
  }

  @Test("many concurrent appends are all there once, each where its receipt says, and verify")
  func concurrentAppends() async throws {
    let fixture = try LogFixture()
    let store = try await fixture.open()
    let receipts = try await withThrowingTaskGroup(of: [(String, Receipt)].self) { group in
      for task in 0..<50 {
        group.addTask {
          var receipts: [(String, Receipt)] = []
          for number in 0..<20 {
            let name = "\(task)-\(number)"
            receipts.append((eventText(name), try await store.append([event(name)])))
            if number == 10 { try await store.flush() }
          }
          return receipts
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(receipts.count == 1000)
    for (text, receipt) in receipts {
      let page = try await store.events(from: receipt.position, limit: 1)
      #expect(page.events.map { String(decoding: $0.bytes, as: UTF8.self) } == [text])
      #expect(page.next == receipt.next)
    }
    try await store.close()
    #expect(try fixture.verify().events == 1000)
    #expect(try fixture.events().sorted() == receipts.map(\.0).sorted())
  }

  @Test("a log verifies while it is being written")
  func verifyWhileWriting() async throws {
    let fixture = try LogFixture()
    var limits = LogWriter.Limits()
    limits.leavesPerSegment = 10
    let store = try await fixture.open(limits: limits)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for number in 0..<300 {
          _ = try await store.append([event(number)])
          if number % 3 > 0 { try await store.flush() }
        }
      }
      for round in 0..<20 {
        let report = try fixture.verify()
        #expect(!report.isClosed, "round \(round)")
        await Task.yield()
      }
      try await group.waitForAll()
    }
    #expect(try fixture.verify().events + fixture.verify().uncoveredEvents == 300)
  }

  @Test("run seals what was appended, until it is cancelled")
  func run() async throws {
    let fixture = try LogFixture()
    let store = try await fixture.open()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await store.run() }
      for size in 1...3 {
        _ = try await store.append([event(size)])
        while store.checkpoint.size < UInt64(size) { await Task.yield() }
      }
      group.cancelAll()
      try await group.waitForAll()
    }
    try await store.close()
    #expect(try fixture.verify().events == 3)
  }
}
