import Distribution
import Gateway
import StrictJSON
import Testing

/// An invalid or missing policy never opens a door: the last good set stays in force.
@Suite("Broken policies in the feed")
struct BrokenPolicyTests {
  struct Broken: Sendable, CustomTestStringConvertible {
    let what: String
    let value: [UInt8]
    var testDescription: String { self.what }

    init(_ what: String, _ value: [UInt8]) { (self.what, self.value) = (what, value) }

    init(_ what: String, policy: String) {
      // The permit before the mistake must not count.
      let text = "permit(principal, action, resource);\n" + policy
      self.init(what, ManifestRecord(spec: [:], text: text).bytes)
    }
  }

  private static let forbidAll = "forbid(principal, action, resource);\n"

  static let broken: [Broken] = [
    Broken("nothing", []), Broken("NUL", [0]), Broken("no UTF-8", [0xFF, 0xFE]),
    Broken("half a record", Array(#"{"spec":{},"text":"per"#.utf8)),
    Broken("no object", Array("[]".utf8)), Broken("no spec", Array(#"{"text":""}"#.utf8)),
    Broken("no text", Array(#"{"spec":{}}"#.utf8)),
    Broken("a text that is none", Array(#"{"spec":{},"text":["permit"]}"#.utf8)),
    Broken("a text of null", Array(#"{"spec":{},"text":null}"#.utf8)),
    Broken("a member twice", Array(#"{"spec":{},"text":"","text":""}"#.utf8)),
    Broken("half a policy", policy: "forbid(principal, act"),
    Broken("an unknown effect", policy: "deny(principal, action, resource);"),
    Broken("an unknown function", policy: "forbid(principal, action, resource) when { f() };"),
    Broken("a template", policy: "forbid(principal == ?principal, action, resource);"),
    Broken("an id that stands twice", policy: "@id(\"0\") \(forbidAll)"),
    Broken("an unknown mode", policy: "@mode(\"observe\") \(forbidAll)"),
    Broken("a mode without a value", policy: "@mode \(forbidAll)"),
    Broken("deep nesting", policy: String(repeating: "(", count: 100_000)),
    Broken("5 MB", policy: String(repeating: "// comment\n", count: 480_000)),
    Broken("9 MB", policy: String(repeating: " ", count: 9 << 20)),
  ]

  private typealias Reports = AsyncStream<GatewayReport>.Iterator

  private func verdict(
    _ reports: inout Reports, on revision: Int64
  ) async throws -> String? {
    while let report = await reports.next(isolation: #isolation) {
      switch report {
      case .acknowledged(revision): return nil
      case .rejected(revision, let reason): return reason
      default: continue
      }
    }
    throw CancellationError()
  }

  private func expectLastGoodPolicies(
    _ gateway: TestGateway, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try gateway.outcome() == nil, sourceLocation: sourceLocation)
    #expect(try gateway.outcome("secret") == "policy/denied", sourceLocation: sourceLocation)
  }

  @Test(
    "a record that is no policy is rejected, and the policies before it stay", arguments: broken)
  func rejected(_ broken: Broken) async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      let good = try TestRecords.world(gateway.issuer)
      session.tell(.snapshot(items: good, revision: 5, isComplete: true))
      #expect(try await self.verdict(&reports, on: 5) == nil)
      var revision: Int64 = 5
      for name in ["shop", "new"] {
        revision += 1
        session.tell(
          .changes(
            items: [FeedItem(kind: "policy", name: name, value: broken.value)],
            revision: revision))
        let reason = try await self.verdict(&reports, on: revision)
        #expect(reason?.contains("policy `") == true, "\(reason ?? "acknowledged")")
        #expect(reason?.utf8.count ?? 0 < 2000)
        try self.expectLastGoodPolicies(gateway)
        // A good change to something else does not bring the broken policy into force.
        revision += 1
        session.tell(.changes(items: [good[2]], revision: revision))
        #expect(try await self.verdict(&reports, on: revision) != nil)
        try self.expectLastGoodPolicies(gateway)
        revision += 1
        let mended = good.filter { $0.name == name }
        session.tell(
          .changes(
            items: mended.isEmpty ? [FeedItem(kind: "policy", name: name, value: nil)] : mended,
            revision: revision))
        #expect(try await self.verdict(&reports, on: revision) == nil)
        try self.expectLastGoodPolicies(gateway)
      }
    }
  }

  @Test("a gateway that never had a good world lets nothing through", arguments: broken)
  func fromTheStart(_ broken: Broken) async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      let items = try TestRecords.world(gateway.issuer).map { item in
        item.kind == "policy"
          ? FeedItem(kind: item.kind, name: item.name, value: broken.value) : item
      }
      session.tell(.snapshot(items: items, revision: 5, isComplete: true))
      #expect(try await self.verdict(&reports, on: 5) != nil)
      #expect(try gateway.outcome() == "credential/state-unknown")
    }
  }

  @Test("a snapshot after a new connection does not bring a broken policy into force")
  func reconnected() async throws {
    try await TestGateway.run { gateway in
      let good = try TestRecords.world(gateway.issuer)
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let first = try #require(await sessions.next())
      var reports = first.reports.makeAsyncIterator()
      first.tell(.snapshot(items: good, revision: 5, isComplete: true))
      #expect(try await self.verdict(&reports, on: 5) == nil)
      first.hangUp()
      let second = try #require(await sessions.next())
      reports = second.reports.makeAsyncIterator()
      let broken = FeedItem(kind: "policy", name: "shop", value: Array("{".utf8))
      second.tell(
        .snapshot(
          items: good.filter { $0.kind != "policy" } + [broken], revision: 6, isComplete: true))
      #expect(try await self.verdict(&reports, on: 6) != nil)
      try self.expectLastGoodPolicies(gateway)
    }
  }

  @Test("without any policy nothing is permitted", arguments: [nil, "", "// nothing\n"])
  func missing(text: String?) async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      #expect(try await self.verdict(&reports, on: 5) == nil)
      let value = text.map { ManifestRecord(spec: [:], text: $0).bytes }
      session.tell(
        .changes(items: [FeedItem(kind: "policy", name: "shop", value: value)], revision: 6))
      #expect(try await self.verdict(&reports, on: 6) == nil)
      #expect(try gateway.outcome() == "policy/denied")
      #expect(try gateway.outcome("secret") == "policy/denied")
    }
  }

  @Test("a policy that errs while it is asked opens nothing, and a forbid denies")
  func erring() async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      #expect(try await self.verdict(&reports, on: 5) == nil)
      for (revision, effect, outcome) in [
        (6, "permit", nil), (7, "forbid", "policy/denied"),
      ] as [(Int64, String, String?)] {
        let text = "\(effect)(principal, action, resource) when { context.noSuchThing == 1 };"
        session.tell(
          .changes(
            items: [
              FeedItem(
                kind: "policy", name: "guard",
                value: ManifestRecord(spec: [:], text: text).bytes)
            ], revision: revision))
        #expect(try await self.verdict(&reports, on: revision) == nil)
        #expect(try gateway.outcome() == outcome)
        #expect(try gateway.outcome("secret") == "policy/denied")
      }
    }
  }

  @Test("a forbid in shadow is recorded and forbids nothing; a permit in shadow permits nothing")
  func shadow() async throws {
    try await TestGateway.run { gateway in
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(items: try TestRecords.world(gateway.issuer), revision: 5, isComplete: true))
      #expect(try await self.verdict(&reports, on: 5) == nil)
      let texts = [
        "@mode(\"shadow\") permit(principal, action, resource);",
        "@mode(\"shadow\") forbid(principal, action, resource);",
      ]
      for (number, text) in texts.enumerated() {
        let revision = Int64(6 + number)
        session.tell(
          .changes(
            items: [
              FeedItem(
                kind: "policy", name: "guard",
                value: ManifestRecord(spec: [:], text: text).bytes)
            ], revision: revision))
        #expect(try await self.verdict(&reports, on: revision) == nil)
        try self.expectLastGoodPolicies(gateway)
      }
    }
  }

  @Test("a posture that cannot be read is rejected; one that can is seen by the next decision")
  func posture() async throws {
    try await TestGateway.run { gateway in
      let guarded =
        TestRecords.permit
          + """
          forbid(principal, action, resource)
          when { context.posture has riskLevel && context.posture.riskLevel.value == "high" };
          """
      var sessions = gateway.feed.sessions.makeAsyncIterator()
      let session = try #require(await sessions.next())
      var reports = session.reports.makeAsyncIterator()
      session.tell(
        .snapshot(
          items: try TestRecords.world(gateway.issuer, policy: guarded), revision: 5,
          isComplete: true))
      #expect(try await self.verdict(&reports, on: 5) == nil)
      try self.expectLastGoodPolicies(gateway)
      var revision: Int64 = 5
      for (value, isTaken, outcome) in [
        (#"{"facts":{"riskLevel":{"value":"high","observedAt":1}}}"#, true, "policy/denied"),
        (#"{"facts":{"riskLevel":{"value":"low"}}}"#, false, "policy/denied"),
        (#"{"facts":{}}"#, true, nil), ("{}", false, nil), ("", false, nil),
      ] as [(String, Bool, String?)] {
        revision += 1
        let item = FeedItem(
          kind: "posture", name: "spiffe://example.org/shop/checkout", value: Array(value.utf8))
        session.tell(.changes(items: [item], revision: revision))
        #expect((try await self.verdict(&reports, on: revision) == nil) == isTaken, "\(value)")
        #expect(try gateway.outcome() == outcome, "\(value)")
      }
    }
  }
}
