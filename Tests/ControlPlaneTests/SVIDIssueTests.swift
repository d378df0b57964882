import Audit
import ControlPlane
import Credentials
import Crypto
import Enrollment
import Issuance
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import Testing
import X509

@Suite struct SVIDIssueTests {
  private typealias Fixture = PlaneFixture

  private static let stranger = Evidence(
    attestor: "unix", facts: ["uid": ["2000"]], node: "node-1")

  @Test("an X.509-SVID leads to the root in the bundle, for the workload's own key")
  func chain() async throws {
    let fixture = try await Fixture()
    let key = P256.Signing.PrivateKey()
    let issued = try await fixture.plane.svids.issueX509SVID(
      for: fixture.checkout, publicKey: Certificate.PublicKey(key.publicKey),
      evidence: Fixture.evidence)
    #expect(issued.chain.count == 2)
    let now = fixture.clock.now().seconds
    let svid = try #require(
      await UnverifiedX509SVID(chainDER: issued.chain).verify(
        bundles: fixture.plane.identityChanges.trustBundles(), at: now
      ).verified)
    #expect(svid.id == (try fixture.checkout.id))
    #expect(svid.chain.count == 3)
    #expect(svid.serialNumber == issued.serial)
    #expect(svid.publicKey == Certificate.PublicKey(key.publicKey))
    #expect(svid.notAfter == now + 3600)
    #expect(svid.notAfter == issued.expiresAt.seconds)
    #expect(svid.notBefore <= now)
    let event = try #require(fixture.audit.events(.credentialIssued).first)
    #expect(event.credential?.id == issued.serial)
    #expect(event.credential?.digest == CredentialDigest(bytes: svid.digest)?.description)
    #expect(event.credential?.kind == "x509-svid")
    #expect(event.workload == "spiffe://example.org/shop/checkout")
    #expect(event.evidence == .init(attestor: "unix", node: "node-1", facts: ["uid": ["1000"]]))
  }

  @Test("no leaf outlives the intermediate that signed it, hour by hour for three days")
  func neverOutlives() async throws {
    var lifetimes = Lifetimes()
    lifetimes.intermediate = 7200
    let fixture = try await Fixture(lifetimes: lifetimes)
    var intermediates: Set<String> = []
    for _ in 0..<(3 * 24 * 4) {
      fixture.clock.advance(bySeconds: 900)
      try await fixture.plane.upkeep.once()
      let issued = try await fixture.x509SVID()
      let chain = try issued.chain.map { try Certificate(strictDER: $0) }
      #expect(chain[0].notAfterSeconds <= chain[1].notAfterSeconds)
      #expect(chain[0].notBeforeSeconds >= chain[1].notBeforeSeconds)
      intermediates.insert(chain[1].serialNumberHexadecimal)
      let verified = await (try UnverifiedX509SVID(chainDER: issued.chain)).verify(
        bundles: try fixture.plane.identityChanges.trustBundles(),
        at: fixture.clock.now().seconds
      ).verified
      #expect(verified != nil)
    }
    #expect(intermediates.count > 50, "intermediates are renewed at half of their life")
  }

  @Test("without upkeep a leaf is cut to what its intermediate has left, and then none is issued")
  func lateIntermediate() async throws {
    let fixture = try await Fixture()
    fixture.clock.advance(bySeconds: 86_400 - 60)
    let issued = try await fixture.x509SVID()
    #expect(issued.expiresAt.seconds <= fixture.clock.now().seconds + 60)
    fixture.clock.advance(bySeconds: 120)
    await #expect(throws: (any Error).self) { _ = try await fixture.x509SVID() }
  }

  @Test("a JWT-SVID has exactly the claims that are promised, and five minutes")
  func jwt() async throws {
    let fixture = try await Fixture()
    let token = try await fixture.jwtSVID(audience: ["a", "b"])
    let now = fixture.clock.now().seconds
    let svid = try #require(try fixture.verified(token, audience: "b"))
    #expect(svid.id == (try fixture.checkout.id))
    #expect(svid.audience == ["a", "b"])
    #expect(svid.issuedAt == now && svid.expiresAt == now + 300)
    #expect(svid.issuer == "https://issuer.example.org/svid")
    let event = try #require(fixture.audit.events(.credentialIssued).first)
    #expect(event.credential?.id == svid.jwtID)
    #expect(event.credential?.digest == CredentialDigest(bytes: svid.digest)?.description)
    #expect(event.credential?.keyID == svid.keyID)
    #expect(event.credential?.audience == ["a", "b"])
    #expect(try fixture.verified(token, audience: "c") == nil)
  }

  @Test("evidence that does not earn an identity gets none")
  func notEntitled() async throws {
    let fixture = try await Fixture()
    #expect(try await fixture.plane.svids.identities(for: Self.stranger).isEmpty)
    let key = Certificate.PublicKey(P256.Signing.PrivateKey().publicKey)
    for (path, evidence) in [
      ("/shop/checkout", Self.stranger), ("/nobody", Fixture.evidence),
    ] {
      let identity = try Fixture.identity(path, "checkout")
      let x509 = await failure(IssueRefusal.self) {
        _ = try await fixture.plane.svids.issueX509SVID(
          for: identity, publicKey: key, evidence: evidence)
      }
      #expect(x509?.reason.code == "not-entitled")
      let jwt = await failure(IssueRefusal.self) {
        _ = try await fixture.plane.svids.issueJWTSVID(
          for: identity, audience: ["a"], evidence: evidence)
      }
      #expect(jwt?.reason.code == "not-entitled")
    }
    #expect(fixture.audit.events(.credentialIssued).isEmpty)
  }

  @Test("an identity of another trust domain is never issued, not even a reserved one")
  func otherTrustDomain() async throws {
    let fixture = try await Fixture()
    for name in ["spiffe://example.com/shop/checkout", "spiffe://example.com/gatehouse/gateway"] {
      let identity = SVIDIssuer.Identity(id: try SPIFFEID(parsing: name), workload: "x")
      await #expect(throws: IssueRefusal.self) {
        _ = try await fixture.plane.svids.issueJWTSVID(
          for: identity, audience: ["a"], evidence: Fixture.evidence)
      }
    }
  }

  @Test("an identity that was bound to node groups since it was listed is not issued here")
  func boundToNodes() async throws {
    let fixture = try await Fixture()
    let identity = try #require(
      try await fixture.plane.svids.identities(for: Fixture.evidence).first)
    try await fixture.apply(
      [Fixture.workload("checkout", path: "/shop/checkout", ["nodes": ["prod"]])])
    fixture.clock.advance(bySeconds: 2)
    await #expect(throws: IssueRefusal.self) {
      _ = try await fixture.plane.svids.issueJWTSVID(
        for: identity, audience: ["a"], evidence: Fixture.evidence)
    }
  }

  @Test("a forbid takes the SVIDs away, and says so in the log")
  func forbidden() async throws {
    let fixture = try await Fixture()
    try await fixture.apply(policies: [
      "guard": """
      @id("no-prod") forbid(principal, action == Gatehouse::Action::"issue",
        resource == Gatehouse::TrustDomain::"example.org") when { principal.environment == "prod" };
      """
    ])
    #expect(try await fixture.plane.svids.identities(for: Fixture.evidence).isEmpty)
    let event = try #require(fixture.audit.events(.credentialRefused).first)
    #expect(event.decision?.policies == ["guard/no-prod"])
    let refusal = await failure(IssueRefusal.self) { _ = try await fixture.jwtSVID() }
    #expect(refusal?.reason.code == "policy-forbids")
  }

  @Test("who is refused without end does not fill the log")
  func refusalsAreCounted() async throws {
    let fixture = try await Fixture()
    try await fixture.apply(policies: ["guard": "forbid(principal, action, resource);"])
    for _ in 0..<500 { _ = try await fixture.plane.svids.identities(for: Fixture.evidence) }
    #expect(fixture.audit.events(.credentialRefused).count <= 120)
    fixture.clock.advance(bySeconds: 60)
    _ = try await fixture.plane.svids.identities(for: Fixture.evidence)
    #expect(fixture.audit.events(.limitExceeded).map(\.subject?.change) == ["suppressed 380"])
  }

  @Test("what cannot be recorded is not issued")
  func auditFails() async throws {
    let fixture = try await Fixture()
    fixture.audit.fail()
    await #expect(throws: RecordingTrail.Full.self) { _ = try await fixture.x509SVID() }
    await #expect(throws: RecordingTrail.Full.self) { _ = try await fixture.jwtSVID() }
    fixture.audit.fail(false)
    _ = try await fixture.x509SVID()
    #expect(fixture.audit.events(.credentialIssued).count == 1)
  }

  @Test("a credential leaves only after its issue is recorded")
  func order() async throws {
    let fixture = try await Fixture()
    fixture.audit.hold()
    try await withThrowingTaskGroup(of: String.self) { group in
      group.addTask {
        let token = try await fixture.jwtSVID()
        #expect(fixture.audit.events(.credentialIssued).count == 1)
        return token
      }
      await fixture.audit.waits(reach: 1)
      #expect(fixture.audit.events(.credentialIssued).isEmpty)
      fixture.audit.release()
      let token = try #require(try await group.next())
      #expect(try fixture.verified(token) != nil)
    }
  }

  @Test("what is revoked while its issue is being recorded does not leave")
  func revokedMeanwhile() async throws {
    let fixture = try await Fixture()
    fixture.audit.hold()
    let id = try fixture.checkout.id
    await withTaskGroup(of: String?.self) { group in
      group.addTask {
        await failure(IssueRefusal.self) { _ = try await fixture.jwtSVID() }?.reason.code
      }
      await fixture.audit.waits(reach: 1)
      // The revocation is in force before it waits for its own event to be recorded.
      group.addTask {
        _ = try? await fixture.revoke(.workload(id))
        return "revoked"
      }
      await fixture.audit.waits(reach: 2)
      fixture.audit.release()
      var outcomes: [String?] = []
      for await outcome in group { outcomes.append(outcome) }
      #expect(outcomes.contains("workload-suspended"))
    }
  }

  @Test("in the second of a revocation nothing is issued; in the next it is, and is not refused")
  func sameSecond() async throws {
    let fixture = try await Fixture()
    let id = try fixture.checkout.id
    _ = try await fixture.revoke(.workload(id))
    _ = try await fixture.plane.revocation.restore(id, by: Fixture.administrator)
    let second = fixture.clock.now().seconds
    let pauses = fixture.clock.pauses
    try await withThrowingTaskGroup(of: String.self) { group in
      group.addTask { try await fixture.jwtSVID() }
      await fixture.clock.pauses(reach: pauses + 1)
      #expect(fixture.audit.events(.credentialIssued).isEmpty)
      fixture.clock.advance(byMilliseconds: 1000)
      let token = try #require(try await group.next())
      let svid = try #require(try fixture.verified(token))
      #expect(svid.issuedAt == second + 1)
      _ = try await fixture.exchange(token)
    }
  }
}
