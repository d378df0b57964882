import Credentials
import Crypto
import Distribution
import Gateway
import HTTPMessages
import Inspection
import JOSE
import OAuth
import StrictJSON
import Synchronization
import TestIssuers
import Testing

@Suite("Requests and the life of their credentials")
struct CredentialLifeTests {
  /// A gateway with a world.
  private static func run(
    _ body:
      @escaping @Sendable (
        TestGateway, TestFeed.Session, inout AsyncStream<GatewayReport>.Iterator
      ) async throws -> Void
  ) async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      try await Self.answer(5, &reports)
      try await body(gateway, session, &reports)
    }
  }

  /// Reads reports until a revision is acknowledged or rejected.
  private static func answer(
    _ wanted: Int64, _ reports: inout AsyncStream<GatewayReport>.Iterator
  ) async throws {
    while let report = await reports.next(isolation: #isolation) {
      switch report {
      case .acknowledged(wanted), .rejected(wanted, _): return
      default: continue
      }
    }
    throw CancellationError()
  }

  @Test("a request that is open when its credential expires is ended after the leeway")
  func expiry() async throws {
    try await Self.run { gateway, _, _ in
      let closed = Flag()
      guard case .permitted = try gateway.admit(close: { closed.set() }).admission else {
        Issue.record("not permitted")
        return
      }
      let watch = ExpiryWatch(
        live: gateway.live, current: gateway.current, clock: gateway.clock, pause: { _ in })
      gateway.clock.advance(bySeconds: 204)
      watch.look()
      #expect(!closed.isSet)
      gateway.clock.advance(bySeconds: 1)
      watch.look()
      #expect(closed.isSet)
      #expect(gateway.live.count == 0)
    }
  }

  @Test("a request that is open when its issuer withdraws the key is ended, by another key not")
  func withdrawnKey() async throws {
    try await Self.run { gateway, session, reports in
      let closed = Flag()
      guard case .permitted = try gateway.admit(close: { closed.set() }).admission else {
        Issue.record("not permitted")
        return
      }
      let next = TestIssuer(keyID: "key-2")
      let jwk = JSONWebKey.from(next.key.publicKey, keyID: next.keyID)
      let record = SigningKeyRecord(
        set: .accessToken, phase: "active", since: 1, jwk: jwk.json)
      session.tell(
        .changes(
          items: [FeedItem(kind: "signing-key", name: "key-2", value: record.bytes)], revision: 6))
      try await Self.answer(6, &reports)
      #expect(!closed.isSet, "another key came")
      session.tell(
        .changes(
          items: [FeedItem(kind: "signing-key", name: gateway.issuer.keyID, value: nil)],
          revision: 7))
      try await Self.answer(7, &reports)
      #expect(closed.isSet)
    }
  }

  @Test("one unreadable revocation takes no other's effect, and confirms nothing")
  func unreadableRevocation() async throws {
    try await Self.run { gateway, session, reports in
      let broken = FeedItem(kind: "revocation", name: "r0", value: Array("nonsense".utf8))
      session.tell(
        .changes(items: [broken, try TestRecords.revocation(cutoff: 1_000_050)], revision: 6))
      try await Self.answer(6, &reports)
      #expect(try gateway.outcome() == "credential/workload-revoked")
      #expect(gateway.current.problem?.contains("revocation `r0`") == true)
      gateway.clock.advance(bySeconds: 31)
      session.tell(.changes(items: [broken], revision: 7))
      try await Self.answer(7, &reports)
      #expect(try gateway.outcome() == "credential/state-stale")
      session.tell(
        .changes(items: [FeedItem(kind: "revocation", name: "r0", value: nil)], revision: 8))
      try await Self.answer(8, &reports)
      #expect(gateway.current.problem == nil)
      #expect(try gateway.outcome() == "credential/workload-revoked")
    }
  }

  @Test("a world that changes while a request is decided makes no replay of its proof")
  func secondTurn() async throws {
    try await Self.run { gateway, _, _ in
      let key = P256.Signing.PrivateKey()
      let jwk = JSONWebKey.from(key.publicKey, keyID: nil)
      let token = try gateway.issuer.token([
        "cnf": .object(["jkt": .string(jwk.thumbprint())])
      ])
      let proof = try DPoPProofClaims(
        method: "GET", uri: try DPoPTargetURI(parsing: "http://orders.example/orders/1"),
        issuedAt: 1_000_200, jwtID: "p-1",
        accessTokenHash: AccessTokenHash(of: try BearerToken(token)), nonce: nil
      ).signed(by: ES256Signer(key: key, keyID: "any"), key: jwk)
      var parser = RequestHeadParser()
      let text =
        "GET /orders/1 HTTP/1.1\r\nHost: orders.example\r\nAuthorization: DPoP \(token)\r\nDPoP: \(proof)\r\n\r\n"
      let head = try #require(try parser.receive(Array(text.utf8))).head
      // Proofs that a gateway before this one may have taken are refused for a while.
      gateway.clock.advance(bySeconds: 100)
      gateway.current.confirm()
      let memory = gateway.gateway.makeLoopMemory()
      var turns = 0
      func admit() -> Gateway.Admission {
        var record = gateway.gateway.arrive(
          head: head, source: "192.0.2.1", traceParent: nil, memory: memory)
        return gateway.gateway.admit(
          &record, InspectedRequest(head: head, source: "192.0.2.1"), memory: memory
        ) {
          turns += 1
          if turns == 1, let world = gateway.current.world { gateway.current.replace(with: world) }
          return Silent()
        }
      }
      guard case .permitted = admit() else {
        Issue.record("refused in the second turn")
        return
      }
      #expect(turns == 2)
      guard case .refused(let refusal) = admit() else {
        Issue.record("a replay was taken")
        return
      }
      #expect(refusal.code == "credential/proof-replayed")
    }
  }

  @Test("one caller that is being decided keeps no other waiting")
  func sharedMemories() async throws {
    try await Self.run { gateway, _, _ in
      let inner = Mutex<Gateway?>(nil)
      let asked = Flag()
      let outer = Gateway(
        current: gateway.current, live: gateway.live, seen: SeenCredentials(capacity: 10),
        recorder: gateway.recorder, news: Signal(), random: RandomSource { 7 },
        clock: gateway.clock,
        credentials: .init(unknownKey: { _ in
          // Within the decision of another: with one memory for all this would wait for itself.
          _ = inner.withLock { $0 }?.arrive(head: nil, source: "192.0.2.2", traceParent: nil)
          asked.set()
        }))
      inner.withLock { $0 = outer }
      var parser = RequestHeadParser()
      let token = try TestIssuer(keyID: "nobody's").token()
      let text =
        "GET /orders/1 HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer \(token)\r\n\r\n"
      let head = try #require(try parser.receive(Array(text.utf8))).head
      var record = outer.arrive(head: head, source: "192.0.2.1", traceParent: nil)
      _ = outer.admit(&record, InspectedRequest(head: head, source: "192.0.2.1"))
      #expect(asked.isSet)
      #expect(gateway.live.count == 0)
    }
  }
}

private final class Silent: LiveRequest {
  func endRefused() {}
  func endExpired() {}
}
