import Audit
import Credentials
import StrictJSON
import Testing

@Suite struct AuditEventTests {
  /// Texts that a careless encoding breaks on.
  static let texts = [
    "plain", "", "line\nbreak", "carriage\rreturn", "a\u{2028}b\u{2029}c", "quote\"back\\slash",
    "\u{0}\u{1}\u{1F}\u{7F}", "emoji 👩‍👩‍👧", "e\u{301}", "</script>", "{\"type\":\"x\"}", "\u{FEFF}",
    String(repeating: "x", count: 10_000),
  ]

  static func full(_ text: String, type: EventType = .requestAllowed) -> AuditEvent {
    var event = AuditEvent(
      type: type, time: Instant(milliseconds: 1_800_000_000_123),
      actor: .init(kind: .gateway, id: text))
    event.workload = text
    var credential = AuditEvent.CredentialFacts(id: text, kind: text)
    credential.digest = text
    credential.keyID = text
    credential.issuedAt = .min
    credential.expiresAt = .max
    credential.audience = [text, "b"]
    credential.scopes = ["a", text]
    credential.parent = text
    event.credential = credential
    event.evidence = .init(
      attestor: text, node: text, facts: ["uid": ["1", text], "x" + text: []])
    var decision = AuditEvent.Decision(.deny)
    decision.stage = text
    decision.reasons = [text, "second"]
    decision.policies = [text]
    decision.revision = 7
    decision.policyOutcome = .allow
    decision.shadow = ShadowOutcome(isAllowed: true, policies: [text, "second"])
    event.decision = decision
    event.workloadFacts = WorkloadFacts(
      owner: text, environment: text, kind: text, tenant: text, groups: [text],
      posture: [PostureFact(name: "a", value: text, observedAt: .min)])
    event.issue = .init(service: text, scopes: [text])
    var request = AuditEvent.RequestFacts(requestID: text)
    request.traceID = text
    request.service = text
    request.operation = text
    request.method = text
    request.path = text
    request.source = text
    request.status = 200
    request.bytesIn = 0
    request.bytesOut = .max
    request.upstreamMilliseconds = -1
    event.request = request
    event.subject = .init(kind: text, name: text, change: text, reason: text)
    return event
  }

  @Test("an event with everything is read back as it was written, on one line", arguments: texts)
  func roundTrip(text: String) throws {
    let event = Self.full(text)
    let line = event.encoded()
    #expect(!line.contains(0x0A) && !line.contains(0x0D) && !line.contains(0))
    #expect(line.allSatisfy { $0 >= 0x20 })
    #expect(AuditEvent(line: line) == event)
    #expect(try JSONValue(parsing: line) == .object(event.json))
  }

  @Test("an event with nothing but what it needs has no other member")
  func smallest() {
    let event = AuditEvent(
      type: .keyCreated, time: Instant(seconds: 0), actor: .init(kind: .server, id: "s"))
    #expect(AuditEvent(line: event.encoded()) == event)
    #expect(Set(event.json.keys) == ["type", "time", "actor"])
  }

  @Test(
    "every kind of event is read back, and one of a later version keeps its name",
    arguments: [
      "attestation.refused", "credential.issued", "credential.delivered", "credential.refused",
      "credential.revoked", "credential.restored", "request.allowed", "request.refused",
      "limit.exceeded", "detection.raised", "record.changed", "key.created", "key.activated",
      "key.retired", "key.removed", "key.revoked", "log.anchored", "task.approved", "",
      "request.allowed ",
    ])
  func types(name: String) {
    let type = EventType(name: name)
    #expect(type.name == name)
    #expect(AuditEvent(line: Self.full("x", type: type).encoded())?.type == type)
  }

  @Test("only names that are in the vocabulary are known")
  func unknown() {
    #expect(EventType(name: "credential.issued") == .credentialIssued)
    #expect(EventType(name: "Credential.issued") == .unknown("Credential.issued"))
  }

  @Test("every actor and outcome is read back")
  func enumerations() {
    for kind in AuditEvent.Actor.Kind.allCases {
      for outcome in AuditEvent.Decision.Outcome.allCases {
        var event = AuditEvent(
          type: .requestAllowed, time: Instant(seconds: 1), actor: .init(kind: kind, id: ""))
        event.decision = .init(outcome)
        #expect(AuditEvent(line: event.encoded()) == event)
      }
    }
  }

  @Test(
    "what is not an event is not read",
    arguments: [
      "", "{}", "[]", "null", "\"x\"", "{\"type\":\"a\"}",
      #"{"type":"a","time":"2020-01-01T00:00:00.000Z"}"#,
      #"{"type":"a","time":"2020-01-01T00:00:00.000Z","actor":{"kind":"nobody","id":"x"}}"#,
      #"{"type":"a","time":"2020-01-01T00:00:00.000Z","actor":{"kind":"server"}}"#,
      #"{"type":"a","time":"yesterday","actor":{"kind":"server","id":"x"}}"#,
      #"{"type":1,"time":"2020-01-01T00:00:00.000Z","actor":{"kind":"server","id":"x"}}"#,
      #"{"type":"a","type":"b","time":"2020-01-01T00:00:00.000Z","actor":{"kind":"server","id":"x"}}"#,
    ])
  func notEvents(line: String) {
    #expect(AuditEvent(line: Array(line.utf8)) == nil)
  }

  @Test(
    "an event of which a part cannot be read is not read without it",
    arguments: [
      #""workload":1"#, #""credential":{}"#, #""credential":{"id":"x"}"#, #""evidence":[]"#,
      #""evidence":{"attestor":"unix","node":"n"}"#, #""decision":{"outcome":"perhaps"}"#,
      #""request":{}"#, #""subject":{"kind":"x"}"#, #""subject":null"#,
    ])
  func unreadableParts(part: String) {
    let line =
      #"{"type":"a","time":"2020-01-01T00:00:00.000Z","actor":{"kind":"server","id":"x"},"# + part
      + "}"
    #expect(AuditEvent(line: Array(line.utf8)) == nil)
  }

  @Test("bytes cut short or changed are never a trap")
  func truncated() {
    let line = Self.full("x").encoded()
    for count in 0..<line.count { #expect(AuditEvent(line: Array(line.prefix(count))) == nil) }
    for index in stride(from: 0, to: line.count, by: 3) {
      var changed = line
      changed[index] ^= 0xFF
      _ = AuditEvent(line: changed)
    }
  }
}
