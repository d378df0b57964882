import Audit
import AuditStore
import Credentials
import Distribution
import Gateway
import Inspection
import Synchronization
import Testing
import TransparencyLog

@Suite("Following the feed")
struct FeedFollowerTests {
  /// Reads reports until one is as wanted.
  private func first<Value>(
    _ reports: inout AsyncStream<GatewayReport>.Iterator, _ wanted: (GatewayReport) -> Value?
  ) async throws -> Value {
    while let report = await reports.next(isolation: #isolation) {
      if let value = wanted(report) { return value }
    }
    throw CancellationError()
  }

  private func acknowledged(
    _ reports: inout AsyncStream<GatewayReport>.Iterator
  ) async throws -> Int64 {
    try await self.first(&reports) { report in
      if case .acknowledged(let revision) = report { revision } else { nil }
    }
  }

  @Test("a session begins with hello, and the world counts once its snapshot is whole")
  func snapshot() async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      guard case .hello(let name, let origin, let key) = await reports.next() else {
        Issue.record("no hello")
        return
      }
      #expect((name, origin) == ("gw", "example.org/log/gw"))
      #expect(key == gateway.store.verifierKey.text)
      #expect(try gateway.outcome() == "credential/state-unknown")
      let items = try TestRecords.world(gateway.issuer)
      session.tell(.snapshot(items: Array(items.prefix(3)), revision: 5, isComplete: false))
      session.tell(.snapshot(items: Array(items.dropFirst(3)), revision: 5, isComplete: true))
      #expect(try await self.acknowledged(&reports) == 5)
      #expect(try gateway.outcome() == nil)
      #expect(try gateway.outcome("secret") == "policy/denied")
    }
  }

  @Test("policies are known by the names that the control plane gives them")
  func policyNames() async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      _ = try await self.acknowledged(&reports)
      _ = try gateway.outcome()
      _ = try gateway.outcome("secret")
      await gateway.recorder.drain()
      let events = try await gateway.store.events(from: .start).events.compactMap {
        AuditEvent(line: $0.bytes)
      }
      #expect(events.map { $0.decision?.policies } == [["shop/0"], ["shop/no-secrets"]])
    }
  }

  @Test("a revocation is acknowledged after open requests were told to end")
  func revocation() async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      _ = try await self.acknowledged(&reports)
      let closed = Flag()
      let (_, admission) = try gateway.admit { closed.set() }
      guard case .permitted = admission else {
        Issue.record("not permitted")
        return
      }
      session.tell(.changes(items: [try TestRecords.revocation(cutoff: 1_000_050)], revision: 6))
      #expect(try await self.acknowledged(&reports) == 6)
      #expect(closed.isSet)
      #expect(try gateway.outcome() == "credential/workload-revoked")
    }
  }

  @Test("an unreadable record opens nothing: the world before it stays, but revocations count")
  func rejected() async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      _ = try await self.acknowledged(&reports)
      let broken = FeedItem(kind: "policy", name: "shop", value: Array("nonsense".utf8))
      session.tell(.changes(items: [broken], revision: 6))
      let reason = try await self.first(&reports) { report in
        if case .rejected(6, let reason) = report { reason } else { nil }
      }
      #expect(reason.contains("policy `shop`"))
      #expect(try gateway.outcome() == nil)
      session.tell(.changes(items: [try TestRecords.revocation(cutoff: 1_000_050)], revision: 7))
      _ = try await self.first(&reports) { report in
        if case .rejected(7, _) = report { true } else { nil }
      }
      #expect(try gateway.outcome() == "credential/workload-revoked")
    }
  }

  @Test("a gateway without news goes on until its view is too old")
  func staleness() async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      _ = try await self.acknowledged(&reports)
      gateway.clock.advance(bySeconds: 30)
      #expect(try gateway.outcome() == nil)
      gateway.clock.advance(bySeconds: 1)
      #expect(try gateway.outcome() == "credential/state-stale")
      // A session that has not shown the world again confirms nothing.
      session.hangUp()
      let next = try #require(await sessions.next())
      next.tell(.heartbeat)
      #expect(try gateway.outcome() == "credential/state-stale")
    }
  }

  @Test("a wall clock that is set back does not lengthen the time without news")
  func clockSetBack() async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      _ = try await self.acknowledged(&reports)
      gateway.clock.advance(bySeconds: 30)
      gateway.clock.setBack(bySeconds: 30)
      #expect(try gateway.outcome() == nil)
      gateway.clock.advance(bySeconds: 1)
      #expect(try gateway.outcome() == "credential/state-stale")
    }
  }

  @Test("a control plane that is behind can only revoke, and does not keep the gateway going")
  func behind() async throws {
    try await TestGateway.run { gateway in
      let items = try TestRecords.world(gateway.issuer)
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let first = try #require(await sessions.next())
      var reports = first.reports.makeAsyncIterator()
      first.tell(.snapshot(items: items, revision: 5, isComplete: true))
      _ = try await self.acknowledged(&reports)
      gateway.clock.advance(bySeconds: 31)
      first.hangUp()

      let second = try #require(await sessions.next())
      reports = second.reports.makeAsyncIterator()
      second.tell(.snapshot(items: items, revision: 3, isComplete: true))
      try await self.rejected(&reports, 3)
      #expect(try gateway.outcome() == "credential/state-stale")
      second.tell(.changes(items: [], revision: 5))
      _ = try await self.acknowledged(&reports)
      #expect(try gateway.outcome() == nil)
      second.hangUp()

      let third = try #require(await sessions.next())
      reports = third.reports.makeAsyncIterator()
      let revocation = try TestRecords.revocation(cutoff: 1_000_050)
      third.tell(.snapshot(items: items + [revocation], revision: 4, isComplete: true))
      try await self.rejected(&reports, 4)
      #expect(try gateway.outcome() == "credential/workload-revoked")
    }
  }

  private func rejected(
    _ reports: inout AsyncStream<GatewayReport>.Iterator, _ revision: Int64
  ) async throws {
    _ = try await self.first(&reports) { report in
      if case .rejected(revision, _) = report { true } else { nil }
    }
  }

  @Test("events are shipped in order, and after a reconnection from where the server's copy ends")
  func shipping() async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(.eventsStored(position: -1))
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      _ = try await self.acknowledged(&reports)
      for id in ["1", "2", "secret"] { _ = try gateway.outcome(id) }
      session.tell(.flush(id: 9))
      var events: [ShippedEvent] = []
      var seen: [SeenCredential] = []
      var checkpoint = ""
      _ = try await self.first(&reports) { report -> Bool? in
        switch report {
        case .events(let more): events += more
        case .seen(let more): seen += more
        case .checkpoint(let text): checkpoint = text
        case .flushed(let id): return id == 9
        default: break
        }
        return nil
      }
      let paths = events.map { AuditEvent(line: $0.line)?.request?.path }
      #expect(paths == ["/orders/1", "/orders/2", "/orders/secret"])
      #expect(events.map(\.position) == events.map(\.position).sorted())
      #expect(seen.map(\.id) == ["token-1"])
      #expect(seen.first?.digest.utf8.count == 64)
      #expect(checkpoint.hasPrefix("example.org/log/gw\n"))
      session.hangUp()

      let next = try #require(await sessions.next())
      var more = next.reports.makeAsyncIterator()
      next.tell(.eventsStored(position: events[1].position))
      let again = try await self.first(&more) { report in
        if case .events(let events) = report { events } else { nil }
      }
      #expect(again == [events[2]])
    }
  }
}

final class Flag: Sendable {
  private let flag = Mutex(false)

  var isSet: Bool { self.flag.withLock { $0 } }

  func set() { self.flag.withLock { $0 = true } }
}
