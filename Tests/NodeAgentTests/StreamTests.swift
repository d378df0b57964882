import Credentials
import Crypto
import Enrollment
import NodeAgent
import SPIFFE
import Testing

@Suite("Open streams", .timeLimit(.minutes(1)))
struct StreamTests {
  @Test("the first set is delivered at once, and a new registration is pushed")
  func newRegistration() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    try await fixture.whileFollowing(fixture.session()) { deliveries in
      let first = await deliveries.next()?.context
      #expect(first?.svids.map(\.id.path) == ["/a"])
      fixture.issuer.set([try AgentFixture.identity("a"), try AgentFixture.identity("b")])
      fixture.issuer.tellOfChange()
      let second = await deliveries.next()?.context
      #expect(second?.svids.map(\.id.path) == ["/a", "/b"])
      // What was fresh is kept.
      #expect(second?.svids.first?.certificates == first?.svids.first?.certificates)
      #expect(fixture.issuer.issued.count == 2)
    }
  }

  @Test("a change that changes nothing for the process is not pushed")
  func unchanged() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    try await fixture.whileFollowing(fixture.session()) { deliveries in
      _ = await deliveries.next()
      fixture.issuer.tellOfChange()
      fixture.issuer.set(authorities: [[1], [2]])
      fixture.issuer.tellOfChange()
      let next = await deliveries.next()?.context
      #expect(next?.bundles.x509Authorities[fixture.issuer.trustDomain] == [[1], [2]])
      #expect(fixture.issuer.issued.count == 1)
    }
  }

  @Test("an SVID is replaced at half its life, with another key")
  func halfLife() async throws {
    let fixture = try AgentFixture(lifetime: 3600)
    fixture.issuer.set([try AgentFixture.identity("a")])
    try await fixture.whileFollowing(fixture.session()) { deliveries in
      let first = try #require(await deliveries.next()?.context?.svids.first)
      #expect(first.renewAt == first.issuedAt.advanced(bySeconds: 1800))
      fixture.clock.advance(bySeconds: 1800)
      let second = try #require(await deliveries.next()?.context?.svids.first)
      #expect(second.credential != first.credential)
      let keys = [first, second].map { $0.privateKey.reveal().rawRepresentation }
      #expect(keys.first != keys.last)
    }
  }

  @Test("when no identity remains, the stream ends with PermissionDenied")
  func withdrawn() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    let session = fixture.session()
    try await fixture.whileFollowing(session) { deliveries in
      _ = await deliveries.next()
      fixture.issuer.set([])
      fixture.issuer.tellOfChange()
      #expect(await deliveries.next()?.refusal?.kind == .permissionDenied)
    }
    // What comes back later is issued anew.
    fixture.issuer.set([try AgentFixture.identity("a")])
    _ = try await session.x509Context()
    #expect(fixture.issuer.issued.count == 2)
  }

  @Test("the process is attested before each push")
  func attestedAgain() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    try await fixture.whileFollowing(fixture.session()) { deliveries in
      _ = await deliveries.next()
      fixture.attestor.set(.failure(AttestationRefusal(code: "process-ended", message: "gone")))
      fixture.issuer.tellOfChange()
      #expect(await deliveries.next()?.refusal?.reason.code == "process-ended")
    }
  }

  @Test("with other evidence an SVID is issued anew")
  func otherEvidence() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    try await fixture.whileFollowing(fixture.session()) { deliveries in
      _ = await deliveries.next()
      fixture.attestor.set(.success(["uid": ["1000"], "path": ["/usr/bin/new"]]))
      fixture.issuer.tellOfChange()
      _ = await deliveries.next()
      #expect(
        fixture.issuer.issued.map { $0.evidence.facts["path"] } == [
          ["/usr/bin/checkout"], ["/usr/bin/new"],
        ])
    }
  }

  @Test("an SVID of an earlier epoch is replaced however fresh")
  func epoch() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a", epoch: "1")])
    try await fixture.whileFollowing(fixture.session()) { deliveries in
      let first = await deliveries.next()?.context
      fixture.issuer.set([try AgentFixture.identity("a", epoch: "2")])
      fixture.issuer.tellOfChange()
      let second = await deliveries.next()?.context
      #expect(second?.svids.first?.credential != first?.svids.first?.credential)
    }
  }

  @Test("while the issuer is away an SVID is used until it expires, then the stream ends")
  func issuerAway() async throws {
    let fixture = try AgentFixture(lifetime: 100)
    fixture.issuer.set([try AgentFixture.identity("a")])
    try await fixture.whileFollowing(fixture.session()) { deliveries in
      _ = await deliveries.next()
      fixture.issuer.set(reachable: false)
      fixture.clock.advance(bySeconds: 60)
      fixture.issuer.set(reachable: true)
      fixture.clock.advance(bySeconds: 30)
      let second = await deliveries.next()?.context
      #expect(second?.svids.count == 1)
      fixture.issuer.set(reachable: false)
      fixture.clock.advance(bySeconds: 100)
      #expect(await deliveries.next()?.refusal?.kind == .unavailable)
    }
  }

  @Test("an identity that is bound while the stream is open is pushed")
  func boundLater() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    try await fixture.whileFollowing(fixture.session()) { deliveries in
      _ = await deliveries.next()
      fixture.agent.bind(try AgentFixture.identity("gateway"), to: AgentFixture.peer().identity)
      #expect(await deliveries.next()?.context?.svids.map(\.id.path) == ["/gateway"])
    }
  }

  @Test("when the feed of changes breaks off it is followed again, and nothing is missed")
  func brokenFeed() async throws {
    let fixture = try AgentFixture(lifetime: 1_000_000_000)
    fixture.issuer.set([try AgentFixture.identity("a")])
    try await fixture.whileFollowing(fixture.session()) { deliveries in
      _ = await deliveries.next()
      fixture.issuer.set([try AgentFixture.identity("b")])
      fixture.issuer.endFeed()
      while fixture.issuer.subscriptions < 2 {
        fixture.clock.advance(bySeconds: 1)
        await Task.yield()
      }
      #expect(await deliveries.next()?.context?.svids.map(\.id.path) == ["/b"])
    }
  }

  @Test("two streams of one connection are told of the same SVID")
  func twoStreams() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    let session = fixture.session()
    async let first = session.x509Context()
    async let second = session.x509Context()
    let contexts = try await (first, second)
    let again = try await session.x509Context()
    #expect(contexts.0 == again || contexts.1 == again)
  }
}
