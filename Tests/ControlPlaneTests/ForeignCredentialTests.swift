import Audit
import ControlPlane
import Credentials
import Distribution
import EventIndex
import OAuth
import SPIFFE
import StrictJSON
import Testing

@Suite struct ForeignCredentialTests {
  private typealias Fixture = PlaneFixture

  private func seen(
    _ id: String, digest: String, keyID: String, expiresAt: Int64
  ) -> SeenCredential {
    SeenCredential(
      id: id, digest: digest, keyID: keyID, workload: "spiffe://example.org/shop/checkout",
      requestID: "r1", expiresAt: expiresAt)
  }

  /// Reports what was seen, and returns when it has been looked at.
  private func report(_ fixture: Fixture, _ seen: [SeenCredential]) async throws {
    try await fixture.withGateway { gateway in
      gateway.say(.seen(seen))
      async let flushed: Void = fixture.plane.observation.flush()
      if case .flush(let id)? = await gateway.hear({ if case .flush = $0 { true } else { false } })
      {
        gateway.say(.flushed(id: id))
      }
      try await flushed
    }
  }

  @Test("a token minted with the real key outside the server is reported, and its key named")
  func mintedElsewhere() async throws {
    let fixture = try await Fixture()
    let token = try #require(
      try fixture.verified(try await fixture.exchange(try await fixture.jwtSVID())))
    let digest = try #require(CredentialDigest(bytes: token.digest)).description
    let now = fixture.clock.now().seconds
    let other = String(repeating: "cd", count: 32)
    try await self.report(
      fixture,
      [
        self.seen(token.jwtID, digest: digest, keyID: token.keyID, expiresAt: now + 300),
        self.seen("unknown", digest: other, keyID: token.keyID, expiresAt: now + 300),
        self.seen(token.jwtID, digest: other, keyID: token.keyID, expiresAt: now + 300),
        self.seen("not an id", digest: digest, keyID: token.keyID, expiresAt: now + 300),
      ])
    let events = fixture.audit.events(.detectionRaised)
    #expect(events.map(\.credential?.id) == ["unknown", token.jwtID, "not an id"])
    #expect(events.allSatisfy { $0.credential?.keyID == token.keyID })
    #expect(events.allSatisfy { $0.subject?.change == "credential-minted-elsewhere" })
    #expect(events.allSatisfy { $0.request?.requestID == "r1" })
    #expect(fixture.state.warnings.all.count == 3)
    #expect(fixture.state.warnings.all.allSatisfy { $0.contains("--key \(token.keyID)") })
    let findings = try await fixture.plane.observation.status().json["findings"]?.arrayValue
    #expect(findings?.count == 3)
    let trace = try #require(try await fixture.plane.observation.trace("unknown"))
    #expect(trace.json["evidence"] == .null)
    #expect(trace.json["detections"]?.arrayValue?.count == 1)
  }

  @Test("a finding about a giant or strange credential is recorded and found all the same")
  func giant() async throws {
    let fixture = try await Fixture()
    let giant = "line\nbreak" + String(repeating: "x", count: 1 << 20)
    try await self.report(
      fixture, [self.seen(giant, digest: giant, keyID: giant, expiresAt: .max)])
    let event = try #require(fixture.audit.events(.detectionRaised).first)
    #expect(event.encoded().count < 10_000)
    #expect(fixture.state.warnings.all.allSatisfy { $0.utf8.count < 2000 && !$0.contains("\n") })
    let found = try await fixture.state.index.recent(type: "detection.raised", limit: 9)
    #expect(found.count == 1)
  }

  @Test("a token that has expired or was issued before a restart is ours all the same")
  func lateReports() async throws {
    let fixture = try await Fixture()
    let token = try #require(
      try fixture.verified(try await fixture.exchange(try await fixture.jwtSVID())))
    let digest = try #require(CredentialDigest(bytes: token.digest)).description
    let seen = [
      self.seen(token.jwtID, digest: digest, keyID: token.keyID, expiresAt: token.expiresAt)
    ]
    fixture.clock.advance(bySeconds: 7200)
    let again = PlaneFixture(state: fixture.state, plane: try await fixture.state.start(seed: 5))
    try await self.report(again, seen)
    #expect(again.audit.events(.detectionRaised).isEmpty)
    #expect(again.state.warnings.all.isEmpty)
  }
}
