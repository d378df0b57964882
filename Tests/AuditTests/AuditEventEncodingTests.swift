import Audit
import Credentials
import StrictJSON
import Testing

/// The line that is written without making a JSON value is, byte by byte, that of the JSON value.
@Suite struct AuditEventEncodingTests {
  private static let everyType: [EventType] = [
    .attestationRefused, .credentialIssued, .credentialDelivered, .credentialRefused,
    .credentialRevoked, .credentialRestored, .requestAllowed, .requestRefused, .limitExceeded,
    .detectionRaised, .recordChanged, .keyCreated, .keyActivated, .keyRetired, .keyRemoved,
    .keyRevoked, .logAnchored, .unknown("task.approved"), .unknown(""), .unknown("a\"\\\u{1}b"),
  ]

  private static let controls = (0...0x9F as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
    .map { "a\(Character($0))b" }

  private func expectSame(
    _ event: AuditEvent, _ comment: Comment? = nil,
    at location: SourceLocation = #_sourceLocation
  ) {
    let text = String(decoding: event.encoded(), as: UTF8.self)
    let value = String(decoding: JSONValue.object(event.json).serialized(), as: UTF8.self)
    #expect(text.utf8.elementsEqual(value.utf8), comment, sourceLocation: location)
    #expect(AuditEvent(line: event.encoded()) == event, comment, sourceLocation: location)
  }

  @Test("for every kind of event, whole and with nothing but what it needs", arguments: everyType)
  func types(type: EventType) {
    for text in AuditEventTests.texts {
      self.expectSame(AuditEventTests.full(text, type: type))
    }
    for kind in AuditEvent.Actor.Kind.allCases {
      self.expectSame(
        AuditEvent(type: type, time: Instant(seconds: 1), actor: .init(kind: kind, id: "")))
    }
  }

  @Test("for every control character, wherever a text may be", arguments: controls)
  func controlCharacters(text: String) {
    let event = AuditEventTests.full(text)
    self.expectSame(event)
    #expect(event.encoded().allSatisfy { $0 >= 0x20 })
  }

  /// What can be missing, each for itself. The last one leaves all lists empty.
  private static let gaps: [(String, @Sendable (inout AuditEvent) -> Void)] = [
    ("workload", { $0.workload = nil }), ("workloadFacts", { $0.workloadFacts = nil }),
    ("credential", { $0.credential = nil }), ("evidence", { $0.evidence = nil }),
    ("decision", { $0.decision = nil }), ("request", { $0.request = nil }),
    ("issue", { $0.issue = nil }), ("subject", { $0.subject = nil }),
    ("digest", { $0.credential?.digest = nil }), ("keyId", { $0.credential?.keyID = nil }),
    ("issuedAt", { $0.credential?.issuedAt = nil }),
    ("expiresAt", { $0.credential?.expiresAt = nil }),
    ("audience", { $0.credential?.audience = [] }), ("scopes", { $0.credential?.scopes = [] }),
    ("parent", { $0.credential?.parent = nil }), ("facts", { $0.evidence?.facts = [:] }),
    ("stage", { $0.decision?.stage = nil }), ("reasons", { $0.decision?.reasons = [] }),
    ("policies", { $0.decision?.policies = [] }), ("revision", { $0.decision?.revision = nil }),
    ("policyOutcome", { $0.decision?.policyOutcome = nil }),
    ("shadow", { $0.decision?.shadow = nil }), ("traceId", { $0.request?.traceID = nil }),
    ("service", { $0.request?.service = nil }), ("operation", { $0.request?.operation = nil }),
    ("method", { $0.request?.method = nil }), ("path", { $0.request?.path = nil }),
    ("source", { $0.request?.source = nil }), ("status", { $0.request?.status = nil }),
    ("bytesIn", { $0.request?.bytesIn = nil }), ("bytesOut", { $0.request?.bytesOut = nil }),
    ("upstreamMilliseconds", { $0.request?.upstreamMilliseconds = nil }),
    ("tenant", { $0.workloadFacts?.tenant = "" }), ("groups", { $0.workloadFacts?.groups = [] }),
    ("issue.service", { $0.issue?.service = nil }), ("issue.scopes", { $0.issue?.scopes = [] }),
    ("reason", { $0.subject?.reason = nil }),
  ]

  @Test("whatever is missing, alone and together with all before it")
  func gaps() {
    for hasPosture in [true, false] {
      var full = AuditEventTests.full("a\u{7}\"b")
      if !hasPosture { full.workloadFacts?.posture = [] }
      for (name, leaveOut) in Self.gaps {
        var event = full
        leaveOut(&event)
        self.expectSame(event, "\(name)")
      }
      // From the last one on: the members of a part are missing before the part itself is.
      for (name, leaveOut) in Self.gaps.reversed() {
        leaveOut(&full)
        self.expectSame(full, "\(name)")
      }
    }
  }

  @Test("groups are sorted in both, with posture and without")
  func groups() {
    var event = AuditEventTests.full("x")
    for posture in [[], [PostureFact(name: "é\n", value: "", observedAt: .max)]] {
      event.workloadFacts = WorkloadFacts(
        owner: "", environment: "", kind: "", groups: ["b", "a", "\u{1}", "B"], posture: posture)
      let text = String(decoding: event.encoded(), as: UTF8.self)
      let value = String(decoding: JSONValue.object(event.json).serialized(), as: UTF8.self)
      #expect(text == value)
      #expect(text.contains(#"["\u0001","B","a","b"]"#))
    }
  }

  @Test(
    "for every instant, which is written as it is elsewhere",
    arguments: [
      (Int64(0), "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"),
      (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (1_800_000_000_123, "2027-01-15T08:00:00.123Z"),
      (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
      (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
    ])
  func instants(milliseconds: Int64, text: String) {
    let event = AuditEvent(
      type: .requestAllowed, time: Instant(milliseconds: milliseconds),
      actor: .init(kind: .gateway, id: "g"))
    self.expectSame(event)
    #expect(String(decoding: event.encoded(), as: UTF8.self).contains(#""time":"\#(text)""#))
  }

  @Test(
    "for instants that no RFC 3339 text has, too: nothing traps",
    arguments: [Int64.min, .max, 253_402_300_800_000, -62_167_219_200_001])
  func farInstants(milliseconds: Int64) {
    let event = AuditEvent(
      type: .requestAllowed, time: Instant(milliseconds: milliseconds),
      actor: .init(kind: .gateway, id: "g"))
    #expect(event.encoded() == JSONValue.object(event.json).serialized())
  }
}
