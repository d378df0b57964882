import Audit
import ControlPlane
import Credentials
import Enrollment
import EventIndex
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import Testing

@Suite struct TraceTests {
  private typealias Fixture = PlaneFixture

  /// A request with a token, as the gateway's log tells it.
  private func request(
    _ id: String, credential: AuditEvent.CredentialFacts, at time: Instant, status: Int64 = 200,
    outcome: AuditEvent.Decision.Outcome = .allow
  ) -> AuditEvent {
    var event = AuditEvent(
      type: outcome == .allow ? .requestAllowed : .requestRefused, time: time,
      actor: .init(kind: .gateway, id: "gateway"))
    event.workload = "spiffe://example.org/shop/checkout"
    event.credential = credential
    var decision = AuditEvent.Decision(outcome)
    decision.stage = "forward"
    decision.policies = ["orders/call"]
    event.decision = decision
    var facts = AuditEvent.RequestFacts(requestID: id)
    facts.traceID = "trace-\(id)"
    facts.service = "orders"
    facts.operation = "listOrders"
    facts.method = "GET"
    facts.path = "/orders"
    facts.status = status
    facts.bytesOut = 42
    event.request = facts
    return event
  }

  private func index(_ fixture: Fixture, _ events: [AuditEvent], log: String = "gateway")
    async throws
  {
    try await fixture.state.index.insert(
      events.enumerated().map {
        IndexedEvent($0.element, line: $0.element.encoded(), log: log, position: Int64($0.offset))
      })
  }

  private struct Story {
    let fixture: PlaneFixture
    let token: VerifiedAccessToken
    let subject: VerifiedJWTSVID
    let digest: String
  }

  private func story() async throws -> Story {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    fixture.clock.advance(bySeconds: 1)
    let token = try #require(try fixture.verified(try await fixture.exchange(subject)))
    let digest = try #require(CredentialDigest(bytes: token.digest)).description
    var facts = AuditEvent.CredentialFacts(id: token.jwtID, kind: "access-token")
    facts.digest = digest
    fixture.clock.advance(bySeconds: 1)
    try await self.index(
      fixture,
      [
        self.request("r1", credential: facts, at: fixture.clock.now()),
        self.request(
          "r2", credential: facts, at: fixture.clock.now().advanced(bySeconds: 1), status: 403,
          outcome: .deny),
      ])
    return Story(
      fixture: fixture, token: token, subject: try #require(try fixture.verified(subject)),
      digest: digest)
  }

  private func trace(_ story: Story, _ query: String) async throws -> JSONObject {
    try #require(try await story.fixture.plane.observation.trace(query)).json
  }

  private func texts(_ object: JSONObject, _ name: String) -> [String] {
    (object[name]?.arrayValue ?? []).compactMap { $0.objectValue?["requestId"]?.stringValue }
  }

  @Test(
    "the story by id and by digest: evidence, credential, requests, to the letter of the contract")
  func byCredential() async throws {
    let story = try await self.story()
    for query in [story.token.jwtID, story.digest] {
      let json = try await self.trace(story, query)
      #expect(json["query"] == .string(query))
      #expect(json["workload"] == "spiffe://example.org/shop/checkout")
      let evidence: JSONValue = [
        "attestor": "unix", "node": "node-1", "facts": ["uid": ["1000"]],
      ]
      #expect(json["evidence"] == evidence)
      let credential = try #require(json["credential"]?.objectValue)
      #expect(credential["id"] == .string(story.token.jwtID))
      #expect(credential["kind"] == "access-token")
      #expect(credential["digest"] == .string(story.digest))
      #expect(credential["issuedAt"] == .string(Instant(seconds: story.token.issuedAt).description))
      #expect(
        credential["expiresAt"] == .string(Instant(seconds: story.token.expiresAt).description))
      #expect(credential["audience"] == ["https://orders.example.org"])
      #expect(credential["scopes"] == ["orders.read"])
      #expect(credential["policies"] == ["orders/shop-reads"])
      #expect(json["revocation"] == .null)
      let requests = (json["requests"]?.arrayValue ?? []).compactMap(\.objectValue)
      #expect(requests.map { $0["requestId"] } == ["r1", "r2"])
      let first = try #require(requests.first)
      #expect(first["time"] == .string(Instant(seconds: story.token.issuedAt + 1).description))
      let expected: JSONObject = [
        "method": "GET", "path": "/orders", "operation": "listOrders", "decision": "allow",
        "stage": "forward", "status": 200, "bytesOut": 42,
      ]
      for (name, value) in expected.members { #expect(first[name] == value) }
      #expect(first["reasons"] == [])
      #expect(requests.last?["status"] == 403)
      #expect(requests.last?["decision"] == "deny")
    }
  }

  @Test("the story by request and by trace id has this request only")
  func byRequest() async throws {
    let story = try await self.story()
    for query in ["r1", "trace-r1"] {
      let json = try await self.trace(story, query)
      #expect(self.texts(json, "requests") == ["r1"])
      #expect(json["credential"]?.objectValue?["id"] == .string(story.token.jwtID))
      #expect(json["evidence"]?.objectValue?["attestor"] == "unix")
    }
  }

  @Test("the story of a JWT-SVID has the requests of what was exchanged from it")
  func byParent() async throws {
    let story = try await self.story()
    let json = try await self.trace(story, try #require(story.subject.jwtID))
    #expect(json["credential"]?.objectValue?["kind"] == "jwt-svid")
    #expect(self.texts(json, "requests") == ["r1", "r2"])
  }

  @Test("the story of an X.509-SVID is found by its serial")
  func bySerial() async throws {
    let story = try await self.story()
    let serial = try await story.fixture.x509SVID().serial
    let json = try await self.trace(story, serial)
    #expect(json["credential"]?.objectValue?["kind"] == "x509-svid")
    #expect(json["requests"] == [])
  }

  @Test("what no log knows has no story", arguments: ["", "x", "../..", "r1 ", "R1"])
  func unknown(query: String) async throws {
    let story = try await self.story()
    #expect(try await story.fixture.plane.observation.trace(query) == nil)
  }

  @Test("a revocation belongs to the story, whichever act it was")
  func revocation() async throws {
    for kind in ["credential", "parent", "workload", "node", "key", "issued-before"] {
      let story = try await self.story()
      let target: RevocationRequest.Target =
        switch kind {
        case "credential": .credential(try CredentialID(story.token.jwtID))
        case "parent": .credential(try CredentialID(try #require(story.subject.jwtID)))
        case "workload": .workload(try SPIFFEID(parsing: story.token.subject))
        case "node": .node("node-1")
        case "key": .key(story.token.keyID)
        default: .issuedBefore(story.fixture.clock.now())
        }
      let outcome = try await story.fixture.revoke(target)
      let json = try await self.trace(story, story.token.jwtID)
      let revocation = try #require(json["revocation"]?.objectValue, "\(kind)")
      #expect(revocation["kind"] == .string(kind == "parent" ? "credential" : kind))
      #expect(revocation["time"] == .string(outcome.time.description))
      #expect(revocation["reason"] == "stolen")
      #expect(revocation["by"] == "uid:0")
    }
  }

  @Test("a later act that does not reach the credential is not its revocation")
  func otherRevocation() async throws {
    let story = try await self.story()
    _ = try await story.fixture.revoke(.credential(CredentialID("other")))
    let elsewhere = Evidence(attestor: "unix", facts: ["uid": ["1000"]], node: "node-2")
    _ = try await story.fixture.jwtSVID(evidence: elsewhere)
    _ = try await story.fixture.revoke(.node("node-2"))
    _ = try await story.fixture.revoke(.issuedBefore(Instant(seconds: story.token.issuedAt - 1)))
    #expect(try await self.trace(story, story.token.jwtID)["revocation"] == .null)
  }

  @Test("a credential that bears the id of another is not told with the other's evidence")
  func sameID() async throws {
    let story = try await self.story()
    var foreign = AuditEvent.CredentialFacts(id: story.token.jwtID, kind: "access-token")
    foreign.digest = String(repeating: "ab", count: 32)
    try await self.index(
      story.fixture,
      [self.request("r9", credential: foreign, at: story.fixture.clock.now())], log: "gateway-2")
    for query in ["r9", String(repeating: "ab", count: 32)] {
      let json = try await self.trace(story, query)
      #expect(json["evidence"] == .null)
      #expect(json["credential"]?.objectValue?["issued"] == false)
      #expect(self.texts(json, "requests") == ["r9"])
    }
    #expect(try await self.trace(story, "r1")["evidence"] != .null)
    #expect(self.texts(try await self.trace(story, story.digest), "requests") == ["r1", "r2"])
  }

  @Test("the status lists what runs, who is suspended and every check that does not enforce")
  func status() async throws {
    let fixture = try await Fixture()
    try await fixture.apply(
      [
        Fixture.service(
          "orders", ["enforcement": ["policy": "shadow", "scope": "enforcing", "contract": "off"]])
      ])
    _ = try await fixture.jwtSVID()
    _ = try await fixture.revoke(.workload(fixture.checkout.id))
    let json = try await fixture.plane.observation.status().json
    let server = try #require(json["server"]?.objectValue)
    let expected: JSONObject = [
      "name": "server-1", "trustDomain": "example.org", "issuer": "https://issuer.example.org",
      "workloads": 1, "services": 1, "policies": 1, "liveCredentials": 1,
    ]
    for (name, value) in expected.members { #expect(server[name] == value) }
    #expect(json["gateways"] == [])
    #expect(json["findings"] == [])
    let suspended = json["suspended"]?.arrayValue?.first?.objectValue
    #expect(suspended?["workload"] == "spiffe://example.org/shop/checkout")
    #expect(suspended?["reason"] == "stolen")
    let notEnforcing: JSONValue = [
      ["service": "orders", "check": "contract", "mode": "off"],
      ["service": "orders", "check": "policy", "mode": "shadow"],
    ]
    #expect(json["notEnforcing"] == notEnforcing)
  }
}
