import Credentials
import Distribution
import HTTPMessages
import Inspection
import StrictJSON
import TestIssuers
import Testing

@testable import Gateway

@Suite("Which credentials the control plane is yet to be told of")
struct SeenCredentialsTests {
  /// A gateway of its own beside that of the stage, whose world it has.
  private static func run(
    _ seen: SeenCredentials,
    _ body: @escaping @Sendable (TestGateway, Gateway, AsyncStream<Void>) async throws -> Void
  ) async throws {
    try await TestGateway.run { stage in
      var sessions = stage.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(stage.issuer), revision: 5, isComplete: true))
      while let report = await reports.next(isolation: #isolation) {
        if case .acknowledged = report { break }
      }
      let news = Signal()
      let gateway = Gateway(
        current: stage.current, live: stage.live, seen: seen, recorder: stage.recorder,
        news: news, random: RandomSource { 7 }, clock: stage.clock)
      try await body(stage, gateway, news.follow())
    }
  }

  /// - Returns: whose token was good.
  private static func admit(_ gateway: Gateway, _ token: String) throws -> VerifiedCredential? {
    var parser = RequestHeadParser()
    let text =
      "GET /orders/1 HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer \(token)\r\n\r\n"
    let head = try #require(try parser.receive(Array(text.utf8))).head
    var record = gateway.arrive(head: head, source: "192.0.2.1", traceParent: nil)
    _ = gateway.admit(&record, InspectedRequest(head: head, source: "192.0.2.1"))
    return record.facts.credential
  }

  @Test("each is told once, with the first request that it was used for")
  func reported() async throws {
    let seen = SeenCredentials(capacity: 100)
    try await Self.run(seen) { stage, gateway, news in
      for id in ["token-1", "token-2", "token-1"] {
        let token = try stage.issuer.token(["jti": .string(id)])
        #expect(try Self.admit(gateway, token) != nil)
      }
      #expect(seen.untold(limit: 10).map(\.id) == ["token-1", "token-2"])
      #expect(seen.untold(limit: 1).map(\.id) == ["token-1"])
      seen.told(1)
      #expect(seen.untold(limit: 10).map(\.id) == ["token-2"])
      // There is something to tell; the first signal is no news.
      var signals = news.makeAsyncIterator()
      await signals.next()
    }
  }

  @Test("a gateway without a control plane remembers none, tells none, and lets them through")
  func unreported() async throws {
    let seen = SeenCredentials.unreported()
    try await Self.run(seen) { stage, gateway, _ in
      var credential: VerifiedCredential?
      for number in 0..<5 {
        let token = try stage.issuer.token(["jti": .string("token-\(number)")])
        credential = try Self.admit(gateway, token)
        #expect(credential != nil)
      }
      #expect(!seen.isReported)
      #expect(seen.untold(limit: 10).isEmpty)
      // Nor when it is asked past the gateway.
      let good = try #require(credential)
      for _ in 0..<2 { #expect(seen.note(good, requestID: "r") == .known) }
      #expect(seen.untold(limit: 10).isEmpty)
      seen.told(3)
    }
  }

  @Test("what finds no room while the control plane is away is told at its next use")
  func noRoom() async throws {
    let stock = SeenCredentials(capacity: 100)
    try await Self.run(stock) { stage, gateway, _ in
      let credentials = try (0..<3).map { number in
        try #require(
          try Self.admit(gateway, stage.issuer.token(["jti": .string("token-\(number)")])))
      }
      let seen = SeenCredentials(capacity: 4)
      #expect(seen.note(credentials[0], requestID: "a") == .first)
      #expect(seen.note(credentials[1], requestID: "b") == .first)
      #expect(seen.note(credentials[2], requestID: "c") == .unnoted)
      #expect(seen.note(credentials[2], requestID: "d") == .unnoted)
      #expect(seen.untold(limit: 10).map(\.requestID) == ["a", "b"])
      seen.told(10)
      #expect(seen.untold(limit: 10).isEmpty)
      #expect(seen.note(credentials[2], requestID: "e") == .first)
      #expect(seen.note(credentials[2], requestID: "f") == .known)
      #expect(seen.note(credentials[0], requestID: "g") == .known)
      #expect(seen.untold(limit: 10).map(\.requestID) == ["e"])
    }
  }
}
