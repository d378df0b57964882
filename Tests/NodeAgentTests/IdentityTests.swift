import Credentials
import Enrollment
import NodeAgent
import SPIFFE
import Testing

@Suite("Who receives which identity")
struct IdentityTests {
  @Test("a process that earns two identities receives both, the default one first")
  func twoIdentities() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a"), try AgentFixture.identity("b")])
    let context = try await fixture.session().x509Context()
    #expect(context.svids.map(\.id.path) == ["/a", "/b"])
    #expect(context.svids.map(\.hint) == ["a", "b"])
    #expect(fixture.issuer.issued.allSatisfy { $0.evidence.node == "node-1" })
    #expect(fixture.issuer.issued.allSatisfy { $0.evidence.attestor == "unix" })
  }

  @Test("a process that earns nothing is refused, and the reason is recorded")
  func noIdentity() async throws {
    let fixture = try AgentFixture()
    let refusal = await refusal { _ = try await fixture.session().x509Context() }
    #expect(refusal?.kind == .permissionDenied)
    #expect(refusal?.reason.code == "no-identity")
    #expect(fixture.issuer.refusals.map(\.reason.code) == ["no-identity"])
    #expect(fixture.issuer.refusals.first?.facts["uid"] == ["1000"])
  }

  @Test("a process that cannot be read is refused with the attestor's reason, which is recorded")
  func unreadable() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    fixture.attestor.set(
      .failure(AttestationRefusal(code: "process-unreadable", message: "no")))
    let refusal = await refusal { _ = try await fixture.session().x509Context() }
    #expect(refusal?.kind == .permissionDenied)
    #expect(fixture.issuer.refusals.map(\.reason.code) == ["process-unreadable"])
    #expect(fixture.issuer.asked == 0)
  }

  @Test("an issuer that fails is unavailable, never a refusal, and nothing is recorded")
  func issuerFails() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set(reachable: false)
    let session = fixture.session()
    #expect(await refusal { _ = try await session.x509Context() }?.kind == .unavailable)
    #expect(await refusal { _ = try await session.trustBundles() }?.kind == .unavailable)
    let jwt = await refusal { _ = try await session.jwtSVIDs(audience: ["x"], id: nil) }
    #expect(jwt?.kind == .unavailable)
    #expect(fixture.issuer.refusals.isEmpty)
  }

  @Test("an identity that policy forbids is left out, and refused when it was the only one")
  func forbidden() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a"), try AgentFixture.identity("b")])
    fixture.issuer.refuse("a")
    let session = fixture.session()
    #expect(try await session.x509Context().svids.map(\.id.path) == ["/b"])
    fixture.issuer.refuse("b")
    // A fresh connection holds nothing that was issued before.
    let other = fixture.session()
    let refusal = await refusal { _ = try await other.x509Context() }
    #expect(refusal?.kind == .permissionDenied)
    #expect(refusal?.reason.code == "forbidden")
  }

  @Test("bundles are only for processes that have an identity")
  func bundles() async throws {
    let fixture = try AgentFixture()
    let session = fixture.session()
    #expect(await refusal { _ = try await session.trustBundles() }?.kind == .permissionDenied)
    fixture.issuer.set([try AgentFixture.identity("a")])
    #expect(try await session.trustBundles().x509Authorities.count == 1)
  }

  @Test("a hint that another identity has, or that is too long, is left out")
  func hints() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([
      try AgentFixture.identity("a", hint: "x"), try AgentFixture.identity("b", hint: "x"),
      try AgentFixture.identity("c", hint: String(repeating: "y", count: 1025)),
    ])
    let context = try await fixture.session().x509Context()
    #expect(context.svids.map(\.hint) == ["x", "", ""])
  }

  @Test("JWT-SVIDs are issued for all identities, or for the one that is named")
  func jwtSVIDs() async throws {
    let fixture = try AgentFixture()
    let second = try AgentFixture.identity("b")
    fixture.issuer.set([try AgentFixture.identity("a"), second])
    let session = fixture.session()
    let all = try await session.jwtSVIDs(audience: ["x", "y"], id: nil)
    #expect(all.map { $0.token.reveal() } == ["a x,y 1", "b x,y 2"])
    let one = try await session.jwtSVIDs(audience: ["x"], id: second.id)
    #expect(one.map(\.id) == [second.id])
  }

  @Test("a JWT-SVID of an identity that the process has not is refused")
  func foreignJWTSVID() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    let foreign = try AgentFixture.identity("b").id
    let refusal = await refusal {
      _ = try await fixture.session().jwtSVIDs(audience: ["x"], id: foreign)
    }
    #expect(refusal?.kind == .permissionDenied)
    #expect(fixture.issuer.issued.isEmpty)
  }
}

@Suite("The agent's own user")
struct OwnUserTests {
  @Test("where it is refused, it earns nothing, whether the peer or the evidence says so")
  func refused() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    let byPeer = await refusal {
      _ = try await fixture.session(uid: AgentFixture.ownUID).x509Context()
    }
    #expect(byPeer?.reason.code == "own-user")
    fixture.attestor.set(.success(["uid": ["500"]]))
    let byEvidence = await refusal { _ = try await fixture.session().x509Context() }
    #expect(byEvidence?.kind == .permissionDenied)
    #expect(fixture.issuer.refusals.count == 2)
    #expect(fixture.issuer.asked == 0)
  }

  @Test("where it is allowed, each executable is warned of once")
  func allowed() async throws {
    let fixture = try AgentFixture(ownUser: .allowed)
    fixture.issuer.set([try AgentFixture.identity("a")])
    let session = fixture.session(uid: AgentFixture.ownUID)
    _ = try await session.x509Context()
    _ = try await session.x509Context()
    _ = try await fixture.session(uid: 1000).x509Context()
    #expect(fixture.warnings.all.map(\.path) == ["/usr/bin/checkout"])
    fixture.attestor.set(.success(["uid": ["500"], "path": ["/usr/bin/other"]]))
    _ = try await session.x509Context()
    #expect(fixture.warnings.all.map(\.path) == ["/usr/bin/checkout", "/usr/bin/other"])
  }
}

@Suite("Identities that are bound to one process")
struct BoundIdentityTests {
  @Test("the process receives that identity and no other, even as the agent's own user")
  func bound() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("a")])
    let gateway = try AgentFixture.identity("gateway")
    fixture.agent.bind(gateway, to: ProcessIdentity(pid: 42, startTime: 7))
    let session = fixture.session(uid: AgentFixture.ownUID)
    #expect(try await session.x509Context().svids.map(\.id) == [gateway.id])
    #expect(fixture.issuer.issued.map(\.evidence.attestor) == [NodeAgent.boundAttestor])
  }

  @Test("no other process receives it, not even with the same number or by its evidence")
  func others() async throws {
    let fixture = try AgentFixture()
    let gateway = try AgentFixture.identity("gateway")
    fixture.issuer.set([gateway])
    fixture.agent.bind(gateway, to: ProcessIdentity(pid: 42, startTime: 8))
    let session = fixture.session()
    #expect(await refusal { _ = try await session.x509Context() }?.reason.code == "no-identity")
    fixture.agent.unbind(ProcessIdentity(pid: 42, startTime: 8))
    #expect(await refusal { _ = try await session.x509Context() }?.reason.code == "no-identity")
  }

  @Test("a process whose binding ended earns nothing by its evidence")
  func spent() async throws {
    let fixture = try AgentFixture()
    fixture.issuer.set([try AgentFixture.identity("shop")])
    let session = fixture.session()
    fixture.agent.bind(try AgentFixture.identity("gateway"), to: AgentFixture.peer().identity)
    fixture.agent.unbind(AgentFixture.peer().identity)
    #expect(await refusal { _ = try await session.x509Context() }?.reason.code == "no-identity")
  }

  @Test("a second binding of the identity ends the first")
  func again() async throws {
    let fixture = try AgentFixture()
    let gateway = try AgentFixture.identity("gateway")
    fixture.agent.bind(gateway, to: AgentFixture.peer().identity)
    let session = fixture.session()
    _ = try await session.x509Context()
    fixture.agent.bind(gateway, to: ProcessIdentity(pid: 43, startTime: 9))
    #expect(await refusal { _ = try await session.x509Context() }?.kind == .permissionDenied)
  }
}
