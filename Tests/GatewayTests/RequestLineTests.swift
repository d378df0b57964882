import Audit
import Credentials
import HTTPMessages
import Testing

@testable import Gateway
@testable import Inspection

@Suite("The line of a request")
struct RequestLineTests {
  /// Texts that a careless encoding breaks on.
  private static let texts = [
    "", "plain", "seven77", "eight888", "nine99999", "quote\"", "\"12345678", "1234567\\",
    "12345678\\", "line\nbreak", "\u{0}\u{1F}\u{7F}\u{80}", "\u{2028}é e\u{301} 👩‍👩‍👧", "</script>",
    "1234567\u{1F}", "\u{FEFF}", String(repeating: "x", count: 3_000),
    String(repeating: "\u{1}\"é", count: 700),
  ]

  private static let targets = [
    "/", "/orders/1", "/orders/1?a=b", "/" + String(repeating: "a", count: 255),
    "/" + String(repeating: "b", count: 900), "/a%22b'c",
  ]

  private static func head(
    _ random: inout some RandomNumberGenerator
  ) throws -> RequestHead? {
    guard Bool.random(using: &random) else { return nil }
    var parser = RequestHeadParser()
    let method = ["GET", "POST", "OPTIONS"]
      .randomElement(using: &random)
    let target = Self.targets.randomElement(using: &random)
    let text = "\(method ?? "") \(target ?? "") HTTP/1.1\r\nHost: orders.example\r\n\r\n"
    return try parser.receive(Array(text.utf8))?.head
  }

  private static func text(_ random: inout some RandomNumberGenerator) -> String {
    Self.texts.randomElement(using: &random) ?? ""
  }

  private static func texts(_ random: inout some RandomNumberGenerator) -> [String] {
    (0..<Int.random(in: 0...3, using: &random)).map { _ in Self.text(&random) }
  }

  private static func optional<Value>(
    _ random: inout some RandomNumberGenerator, _ value: Value
  ) -> Value? {
    Bool.random(using: &random) ? value : nil
  }

  /// `nil` now and then.
  private static func trace(_ random: inout some RandomNumberGenerator) -> TraceParent? {
    let high: UInt64 = Bool.random(using: &random) ? random.next() : 0
    return TraceParent(
      traceID: (high, random.next()), parentID: .random(in: 0...2, using: &random),
      isSampled: Bool.random(using: &random))
  }

  private static func facts(
    _ random: inout some RandomNumberGenerator, _ credential: VerifiedCredential?
  ) -> InspectionFacts {
    var facts = InspectionFacts()
    facts.revision = Self.optional(&random, .random(in: .min ... .max, using: &random))
    facts.service = Self.optional(&random, Self.text(&random))
    facts.operation = Self.optional(&random, Self.text(&random))
    facts.credential = Self.optional(&random, credential) ?? nil
    facts.policies = Self.texts(&random)
    facts.isPermittedByPolicy = Self.optional(&random, Bool.random(using: &random))
    facts.policyShadow = Self.optional(
      &random, ShadowOutcome(isAllowed: Bool.random(using: &random), policies: Self.texts(&random)))
    facts.workload = Self.optional(
      &random,
      WorkloadFacts(
        owner: Self.text(&random), environment: Self.text(&random), kind: Self.text(&random),
        tenant: Self.text(&random), groups: Self.texts(&random),
        posture: Self.optional(
          &random, [PostureFact(name: "a", value: Self.text(&random), observedAt: 5)]) ?? []))
    facts.shadowed =
      [[], [], [.operationUnknown], [.hostUnknown, .misdirected]]
      .randomElement(using: &random) ?? []
    return facts
  }

  private static func answer(
    _ random: inout some RandomNumberGenerator
  ) -> RequestRecord.Answer {
    var answer = RequestRecord.Answer(status: [nil, 200, 503].randomElement(using: &random) ?? nil)
    answer.bytesIn = .random(in: 0 ... .max, using: &random)
    answer.bytesOut = .random(in: 0...10, using: &random)
    answer.upstreamMilliseconds = Self.optional(&random, .random(in: -9...99, using: &random))
    answer.refusal = [nil, .headTimeout, .hostUnknown, .stale].randomElement(using: &random) ?? nil
    answer.interruption = Self.optional(
      &random, Reason(code: "gone", message: Self.text(&random)))
    answer.notes = Self.texts(&random).map { Reason(code: "note", message: $0) }
    return answer
  }

  @Test(
    "a request's line is, byte by byte, that of an event of the same facts",
    arguments: [1, 2, 3, 4] as [UInt64])
  func equality(seed: UInt64) async throws {
    try await TestGateway.run { gateway in
      var image = WorldImage()
      image.apply(try TestRecords.world(gateway.issuer))
      gateway.current.replace(with: try WorldBuilder(image, leeway: 5).build(revision: 1))
      gateway.current.confirm()
      let credential = try #require(try gateway.admit().record.facts.credential)
      var random = SplitMix(state: seed)
      var kinds: Set<String> = []
      for _ in 0..<1_500 {
        let facts = Self.facts(&random, credential)
        let record = RequestRecord(
          requestID: Self.text(&random),
          arrival: Instant(milliseconds: Self.moments.randomElement(using: &random) ?? 0),
          source: Self.text(&random), head: try Self.head(&random),
          traceParent: Self.trace(&random), facts: facts)
        let answer = Self.answer(&random)
        let line = record.line(answer)
        #expect(line == record.event(answer).encoded())
        // The years that nobody can read back are written all the same.
        guard record.arrival.hasCommonText else { continue }
        let event = try #require(AuditEvent(line: line))
        #expect(event.encoded() == line)
        kinds.insert("\(event.type) \(event.actor.kind)")
      }
      #expect(kinds.count == 4)
    }
  }

  private static let moments: [Int64] = [
    0, -1, 999, 1_800_000_000_123, 253_402_300_799_999, 253_402_300_800_000, -62_167_219_200_000,
    -62_167_219_200_001, .min, .max, 951_826_399_999, 951_782_400_000,
  ]

  @Test("a line too long for the log is written without what may be long")
  func tooLong() async throws {
    var facts = InspectionFacts()
    facts.service = String(repeating: "s", count: 60_000)
    let record = RequestRecord(
      requestID: "1", arrival: Instant(seconds: 1), source: "s", head: nil, traceParent: nil,
      facts: facts)
    let event = try #require(AuditEvent(line: record.line(.init(status: 200))))
    #expect(event.request?.service == facts.service)
    #expect(event.request?.path == nil)
  }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    self.state &+= 0x9E37_79B9_7F4A_7C15
    var word = self.state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

extension RequestRecord {
  /// The event of the same facts, by way of an event.
  fileprivate func event(_ answer: Answer) -> AuditEvent {
    let isAllowed = answer.refusal == nil
    var event = AuditEvent(
      type: isAllowed ? .requestAllowed : .requestRefused, time: self.arrival,
      actor: self.eventActor)
    event.workload = self.facts.credential?.principal.description
    event.workloadFacts = self.facts.workload
    event.credential = self.facts.credential.map(Self.credential)
    event.request = self.request(answer)
    var decision = AuditEvent.Decision(isAllowed ? .allow : .deny)
    decision.stage = answer.refusal?.stage.rawValue
    decision.reasons = self.eventReasons(answer)
    decision.policies = self.facts.policies
    decision.revision = self.facts.revision
    decision.policyOutcome = self.facts.isPermittedByPolicy.map { $0 ? .allow : .deny }
    decision.shadow = self.facts.policyShadow
    event.decision = decision
    return event
  }

  private var eventActor: AuditEvent.Actor {
    guard let credential = self.facts.credential else {
      return .init(kind: .anonymous, id: "anonymous")
    }
    return .init(kind: .workload, id: credential.principal.description)
  }

  private func eventReasons(_ answer: Answer) -> [String] {
    var reasons: [String] = []
    if let refusal = answer.refusal {
      reasons.append(
        Reason(code: refusal.name, message: refusal.detail ?? refusal.title).description)
    }
    if let interruption = answer.interruption { reasons.append(interruption.description) }
    reasons += answer.notes.map(\.description)
    for refusal in self.facts.shadowed {
      reasons.append("would-refuse \(refusal.code): \(refusal.detail ?? refusal.title)")
    }
    return reasons
  }

  private func request(_ answer: Answer) -> AuditEvent.RequestFacts {
    var request = AuditEvent.RequestFacts(requestID: self.requestID)
    request.traceID = self.traceID
    request.service = self.facts.service
    request.operation = self.facts.operation
    request.method = self.head?.method.rawValue
    request.path = self.head?.target.path
    if !self.isAuthenticated(answer) {
      // Nobody whom we know is to say how much is written.
      request.method = request.method.map { Self.eventClipped($0, to: 32) }
      request.path = request.path.map { Self.eventClipped($0, to: 256) }
    }
    request.source = self.source
    request.status = answer.status.map(Int64.init)
    request.bytesIn = Int64(clamping: answer.bytesIn)
    request.bytesOut = Int64(clamping: answer.bytesOut)
    request.upstreamMilliseconds = answer.upstreamMilliseconds
    return request
  }

  private static func eventClipped(_ text: String, to bytes: Int) -> String {
    String(decoding: text.utf8.prefix(bytes), as: UTF8.self)
  }

  private static func credential(_ credential: VerifiedCredential) -> AuditEvent.CredentialFacts {
    var facts = AuditEvent.CredentialFacts(
      id: credential.id.description, kind: credential.kind.rawValue)
    facts.digest = credential.digest.description
    facts.keyID = credential.keyID
    facts.issuedAt = credential.issuedAt
    facts.expiresAt = credential.expiresAt
    facts.audience = credential.audience
    facts.scopes = credential.scopes
    return facts
  }
}
