import Audit
import ControlPlane
import Credentials
import Crypto
import Distribution
import Enrollment
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import Testing
import X509

@Suite struct RevocationTests {
  private typealias Fixture = PlaneFixture

  private func isRefused(_ fixture: Fixture, _ subject: String) async -> Bool {
    await failure(OAuthError.self) { _ = try await fixture.exchange(subject) }?.code
      == .invalidRequest
  }

  private func record(_ fixture: Fixture, _ id: String) async throws -> RevocationRecord {
    try RevocationRecord(bytes: try #require(try await fixture.records("revocation")[id]))
  }

  @Test("revoking a credential revokes what was exchanged from it, and nothing else")
  func descendants() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    let other = try await fixture.jwtSVID()
    var children: [String] = []
    for _ in 0..<3 {
      children.append(
        try #require(try fixture.verified(try await fixture.exchange(subject))?.jwtID))
    }
    let unrelated = try #require(try fixture.verified(try await fixture.exchange(other))?.jwtID)
    let id = try #require(try fixture.verified(subject)?.jwtID)
    let outcome = try await fixture.revoke(.credential(CredentialID(id)))
    #expect(Set(outcome.credentials) == Set(children + [id]))
    #expect(!outcome.credentials.contains(unrelated))
    let record = try await self.record(fixture, outcome.id)
    #expect(Set(record.credentials.map(\.description)) == Set(outcome.credentials))
    #expect(record.reason == "stolen" && record.by == "uid:0" && record.time == outcome.time)
    #expect(await self.isRefused(fixture, subject))
    #expect(await !self.isRefused(fixture, other))
  }

  @Test("a child can be revoked alone")
  func child() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    let child = try #require(try fixture.verified(try await fixture.exchange(subject))?.jwtID)
    let outcome = try await fixture.revoke(.credential(CredentialID(child)))
    #expect(outcome.credentials == [child])
    #expect(await !self.isRefused(fixture, subject))
  }

  @Test("a credential that nobody knows here can be revoked: it may have been minted elsewhere")
  func unknownCredential() async throws {
    let fixture = try await Fixture()
    let outcome = try await fixture.revoke(.credential(CredentialID("elsewhere")))
    #expect(outcome.credentials == ["elsewhere"])
  }

  @Test("revoking a workload refuses what it has and suspends it until it is restored")
  func workload() async throws {
    let fixture = try await Fixture()
    let id = try fixture.checkout.id
    let subject = try await fixture.jwtSVID()
    fixture.clock.advance(bySeconds: 3)
    _ = try await fixture.revoke(.workload(id))
    fixture.clock.advance(bySeconds: 3)
    #expect(await self.isRefused(fixture, subject))
    #expect(
      await failure(IssueRefusal.self) { _ = try await fixture.jwtSVID() }?.reason.code
        == "workload-suspended")
    #expect(try await fixture.plane.svids.identities(for: Fixture.evidence).isEmpty)
    let shown = try await fixture.plane.administration.records(.workload, named: "checkout")
    #expect(shown.first?.status["suspended"] == true)

    let restored = try await fixture.plane.revocation.restore(id, by: Fixture.administrator)
    #expect(restored.items.map(\.action) == [.updated])
    #expect(await self.isRefused(fixture, subject), "what was issued before stays refused")
    let fresh = try await fixture.jwtSVID()
    #expect(await !self.isRefused(fixture, fresh))
    let told: [EventType] = fixture.audit.events.map(\.type).filter {
      [.credentialRevoked, .credentialRestored].contains($0)
    }
    #expect(told == [.credentialRevoked, .credentialRestored])
  }

  @Test("who is not suspended cannot be restored")
  func restoreWithoutSuspension() async throws {
    let fixture = try await Fixture()
    let error = await failure(AdministrationError.self) {
      _ = try await fixture.plane.revocation.restore(
        fixture.checkout.id, by: Fixture.administrator)
    }
    #expect(error?.code == .notFound)
  }

  @Test(
    "an identity that is no workload of this trust domain cannot be revoked",
    arguments: ["spiffe://example.com/shop/checkout", "spiffe://example.org"])
  func foreignWorkload(id: String) async throws {
    let fixture = try await Fixture()
    let error = await failure(AdministrationError.self) {
      _ = try await fixture.revoke(.workload(SPIFFEID(parsing: id)))
    }
    #expect(error?.code == .invalid)
    #expect(try await fixture.records("revocation").isEmpty)
  }

  @Test("revoking a node refuses what was issued through it, and not what comes from another")
  func node() async throws {
    let fixture = try await Fixture()
    let elsewhere = Evidence(attestor: "unix", facts: ["uid": ["1000"]], node: "node-2")
    let x509 = try await fixture.x509SVID()
    let subject = try await fixture.jwtSVID()
    let token = try #require(try fixture.verified(try await fixture.exchange(subject))?.jwtID)
    let other = try await fixture.jwtSVID(evidence: elsewhere)
    let outcome = try await fixture.revoke(.node("node-1"))
    let id = try #require(try fixture.verified(subject)?.jwtID)
    #expect(Set(outcome.credentials) == [x509.serial, id, token])
    #expect(await self.isRefused(fixture, subject))
    #expect(await !self.isRefused(fixture, other))
    let fresh = try await fixture.jwtSVID()
    fixture.clock.advance(bySeconds: 1)
    #expect(await !self.isRefused(fixture, fresh))
  }

  @Test(
    "a revoked key leaves the published sets at once, another signs, and what it signed is refused")
  func key() async throws {
    for (set, document) in [
      ("access-token", PublishedDocument.accessTokenKeys), ("jwt-svid", .svidKeys),
    ] {
      let fixture = try await Fixture()
      let before = try await fixture.jwtSVID()
      let token = try await fixture.exchange(before)
      let keyID =
        set == "jwt-svid"
        ? try #require(try fixture.verified(before)?.keyID)
        : try #require(try fixture.verified(token)?.keyID)
      #expect(self.contains(fixture, document, keyID))
      _ = try await fixture.revoke(.key(keyID))
      #expect(!self.contains(fixture, document, keyID))
      #expect(!self.contains(fixture, .trustBundle, keyID))
      #expect(try await fixture.records("sealed-key")[keyID] == nil)
      #expect(await self.isRefused(fixture, before) == (set == "jwt-svid"))
      let fresh = try await fixture.jwtSVID()
      let freshToken = try await fixture.exchange(fresh)
      #expect(try fixture.verified(token) == nil || set == "jwt-svid")
      #expect(try fixture.verified(freshToken)?.keyID != keyID)
      #expect(fixture.audit.events(.keyRevoked).map(\.subject?.name) == [keyID])
    }
  }

  private func contains(_ fixture: Fixture, _ document: PublishedDocument, _ text: String) -> Bool {
    String(decoding: (try? fixture.plane.documents.document(document)) ?? [], as: UTF8.self)
      .contains(text)
  }

  @Test("a revoked key takes along what was exchanged from what it signed")
  func keyDescendants() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    let token = try #require(try fixture.verified(try await fixture.exchange(subject)))
    let signed = try #require(try fixture.verified(subject))
    let outcome = try await fixture.revoke(.key(signed.keyID))
    // What the key signed is refused by the key's name; what another key signed, by its own.
    #expect(outcome.credentials == [token.jwtID])
    let access = try await fixture.exchange(fixture.jwtSVID())
    let other = try await fixture.revoke(.key(try #require(try fixture.verified(access)?.keyID)))
    #expect(other.credentials.isEmpty)
  }

  @Test("what was exchanged later from what was issued up to a time goes with it")
  func issuedBeforeDescendants() async throws {
    let fixture = try await Fixture()
    let early = try await fixture.jwtSVID()
    let cutoff = fixture.clock.now()
    fixture.clock.advance(bySeconds: 10)
    let child = try #require(try fixture.verified(try await fixture.exchange(early)))
    let late = try await fixture.jwtSVID()
    let other = try #require(try fixture.verified(try await fixture.exchange(late)))
    let outcome = try await fixture.revoke(.issuedBefore(cutoff))
    #expect(outcome.credentials == [child.jwtID])
    #expect(!outcome.credentials.contains(other.jwtID))
    #expect(await !self.isRefused(fixture, late))
  }

  @Test("a node through which nothing was issued is refused instead of doing nothing")
  func unknownNode() async throws {
    let fixture = try await Fixture()
    let error = await failure(AdministrationError.self) {
      _ = try await fixture.revoke(.node("node-7"))
    }
    #expect(error?.code == .notFound)
  }

  @Test("revoking the intermediate that signs replaces it, so that SVIDs go on")
  func intermediate() async throws {
    let fixture = try await Fixture()
    let first = try await fixture.x509SVID()
    let serial = try Certificate(strictDER: first.chain[1]).serialNumberHexadecimal
    _ = try await fixture.revoke(.key(serial))
    let second = try await fixture.x509SVID()
    #expect(try Certificate(strictDER: second.chain[1]).serialNumberHexadecimal != serial)
  }

  @Test("a key that signs nothing here, or the root, is refused instead of doing nothing")
  func unknownKey() async throws {
    let fixture = try await Fixture()
    let unknown = await failure(AdministrationError.self) {
      _ = try await fixture.revoke(.key("x"))
    }
    #expect(unknown?.code == .notFound)
    let root = try #require(try await fixture.records("authority").keys.first)
    let refused = await failure(AdministrationError.self) {
      _ = try await fixture.revoke(.key(root))
    }
    #expect(refused?.code == .invalid)
    #expect(try await fixture.records("revocation").isEmpty)
  }

  @Test("everything up to a second, for everybody; a time that is to come is refused")
  func issuedBefore() async throws {
    let fixture = try await Fixture()
    let early = try await fixture.jwtSVID()
    fixture.clock.advance(bySeconds: 10)
    let late = try await fixture.jwtSVID()
    _ = try await fixture.revoke(.issuedBefore(fixture.clock.now().advanced(bySeconds: -5)))
    #expect(await self.isRefused(fixture, early))
    #expect(await !self.isRefused(fixture, late))
    let error = await failure(AdministrationError.self) {
      _ = try await fixture.revoke(.issuedBefore(fixture.clock.now().advanced(byMilliseconds: 1)))
    }
    #expect(error?.code == .invalid)
  }

  @Test("a revocation is in force even when its event cannot be recorded, and says that it failed")
  func auditFails() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    fixture.audit.fail()
    await #expect(throws: RecordingTrail.Full.self) {
      _ = try await fixture.revoke(.workload(fixture.checkout.id))
    }
    fixture.audit.fail(false)
    fixture.clock.advance(bySeconds: 2)
    #expect(await self.isRefused(fixture, subject))
  }

  @Test("the epoch of an identity changes when what it has is worth less")
  func epoch() async throws {
    let fixture = try await Fixture()
    let id = try fixture.checkout.id
    let before = fixture.plane.identityChanges.epoch(of: id)
    #expect(fixture.plane.identityChanges.epoch(of: id) == before)
    _ = try await fixture.revoke(.workload(id))
    #expect(fixture.plane.identityChanges.epoch(of: id) != before)
  }

  @Test(
    "what is issued while a deletion is being written is refused, also when applied once more",
    arguments: 0..<10)
  func deletedMeanwhile(_ round: Int) async throws {
    let fixture = try await Fixture()
    fixture.audit.hold()
    var token: String?
    try await withThrowingTaskGroup(of: String?.self) { group in
      group.addTask {
        _ = try await fixture.plane.administration.delete(
          .workload, named: "checkout", by: Fixture.administrator)
        return nil
      }
      await fixture.audit.waits(reach: 1)
      fixture.clock.advance(bySeconds: 2)
      group.addTask { try? await fixture.jwtSVID() }
      await fixture.audit.waits(reach: 2)
      fixture.audit.release()
      for try await t in group { token = token ?? t }
    }
    try await fixture.apply([Fixture.workload("checkout", path: "/shop/checkout")])
    fixture.clock.advance(bySeconds: 2)
    if let token { #expect(await self.isRefused(fixture, token)) }
    _ = try await fixture.exchange(fixture.jwtSVID())
  }

  @Test("temporary: an unwritable log refuses delete and apply, revoke still works")
  func unwritable() async throws {
    let fixture = try await Fixture()
    fixture.audit.fail()
    await #expect(throws: RecordingTrail.Full.self) {
      _ = try await fixture.apply([Fixture.workload("b", path: "/b")])
    }
    fixture.audit.fail(false)
    #expect(try await fixture.plane.administration.records(.workload, named: nil).count == 1)
    let changed = try await fixture.apply([
      Fixture.workload(
        "checkout", path: "/shop/checkout",
        ["evidence": [["attestor": "unix", "match": ["path": "/x"]]]])
    ])
    #expect(changed.items.first?.notes.count == 2)
  }

  @Test("temporary: named one by one", arguments: [false, true])
  func clockAhead(_ isChange: Bool) async throws {
    let fixture = try await Fixture()
    fixture.clock.advance(bySeconds: 4)
    let token = try await fixture.jwtSVID()
    fixture.clock.advance(bySeconds: -4)
    if isChange {
      try await fixture.apply([
        Fixture.workload(
          "checkout", path: "/shop/checkout",
          [
            "evidence": [
              ["attestor": "unix", "match": ["uid": "1000"]],
              ["attestor": "unix", "match": ["uid": "2"]],
            ]
          ])
      ])
    } else {
      _ = try await fixture.plane.administration.delete(
        .workload, named: "checkout", by: Fixture.administrator)
      try await fixture.apply([Fixture.workload("checkout", path: "/shop/checkout")])
    }
    fixture.clock.advance(bySeconds: 6)
    #expect(await self.isRefused(fixture, token))
    _ = try await fixture.exchange(fixture.jwtSVID())
  }
}
