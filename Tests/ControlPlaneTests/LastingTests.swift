import Audit
import ControlPlane
import Credentials
import Issuance
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import Testing

/// What lasts: keys that take turns, settings, and what a restart finds again.
@Suite struct LastingTests {
  private typealias Fixture = PlaneFixture

  private func keyIDs(_ fixture: Fixture, _ document: PublishedDocument) throws -> [String] {
    let json = try JSONValue(parsing: fixture.plane.documents.document(document))
    return (json.objectValue?["keys"]?.arrayValue ?? []).compactMap {
      $0.objectValue?["kid"]?.stringValue
    }
  }

  @Test("the key sets share no key and no id, and each says what it is for")
  func keySets() async throws {
    let fixture = try await Fixture()
    let access = try self.keyIDs(fixture, .accessTokenKeys)
    let svid = try self.keyIDs(fixture, .svidKeys)
    #expect(access.count == 1 && svid.count == 1)
    #expect(Set(access).isDisjoint(with: svid))
    func uses(_ document: PublishedDocument) throws -> [String] {
      let json = try JSONValue(parsing: fixture.plane.documents.document(document))
      return (json.objectValue?["keys"]?.arrayValue ?? []).compactMap {
        $0.objectValue?["use"]?.stringValue
      }
    }
    #expect(try uses(.accessTokenKeys) == ["sig"])
    #expect(try uses(.svidKeys) == ["sig"])
    #expect(try uses(.trustBundle).sorted() == ["jwt-svid", "x509-svid"])
    for document in PublishedDocument.allCases {
      let json = try #require(
        try JSONValue(parsing: fixture.plane.documents.document(document)).objectValue)
      for key in json["keys"]?.arrayValue ?? [] { #expect(key.objectValue?["d"] == nil) }
    }
  }

  @Test("the documents name the endpoints of the issuer")
  func metadata() async throws {
    let fixture = try await Fixture()
    func json(_ document: PublishedDocument) throws -> JSONObject {
      try #require(try JSONValue(parsing: fixture.plane.documents.document(document)).objectValue)
    }
    let metadata = try json(.authorizationServerMetadata)
    #expect(metadata["issuer"] == "https://issuer.example.org")
    #expect(metadata["token_endpoint"] == "https://issuer.example.org/oauth2/token")
    #expect(metadata["jwks_uri"] == "https://issuer.example.org/keys")
    #expect(metadata["scopes_supported"] == ["orders.read", "orders.write"])
    #expect(try json(.openIDConfiguration)["jwks_uri"] == "https://issuer.example.org/keys")
    #expect(try json(.svidOpenIDConfiguration)["issuer"] == "https://issuer.example.org/svid")
    #expect(
      try json(.svidOpenIDConfiguration)["jwks_uri"] == "https://issuer.example.org/svid/keys")
    let before = try #require(try json(.trustBundle)["spiffe_sequence"]?.integerValue)
    try await fixture.apply([Fixture.workload("b", path: "/b")])
    #expect(try #require(try json(.trustBundle)["spiffe_sequence"]?.integerValue) > before)
  }

  @Test(
    "over three weeks keys take turns, three are live at most, and each is published before use")
  func rotation() async throws {
    let fixture = try await Fixture()
    var firstSeen: [String: Int64] = [:]
    var signers: Set<String> = []
    for _ in 0..<(22 * 24 * 4) {
      fixture.clock.advance(bySeconds: 900)
      try await fixture.plane.upkeep.once()
      let now = fixture.clock.now().seconds
      for document in [PublishedDocument.accessTokenKeys, .svidKeys] {
        let keys = try self.keyIDs(fixture, document)
        #expect((1...3).contains(keys.count))
        for key in keys where firstSeen[key] == nil { firstSeen[key] = now }
      }
      let svid = try await fixture.jwtSVID()
      let token = try await fixture.exchange(svid)
      for keyID in [try fixture.verified(svid)?.keyID, try fixture.verified(token)?.keyID] {
        let keyID = try #require(keyID, "what is signed verifies with what is published")
        if signers.insert(keyID).inserted, signers.count > 2 {
          #expect(now - (firstSeen[keyID] ?? now) >= 900)
        }
      }
    }
    #expect(signers.count >= 6)
    let sealed = try await fixture.records("sealed-key")
    #expect(sealed.count <= 3 + 3 + 1)
    for type in [EventType.keyCreated, .keyActivated, .keyRetired, .keyRemoved] {
      #expect(!fixture.audit.events(type).isEmpty)
    }
  }

  @Test("a token verifies until it expires, though its key has been retired meanwhile")
  func retiredKeyVerifies() async throws {
    let fixture = try await Fixture()
    try await fixture.apply([Fixture.service("orders", ["tokenLifetime": "1h"])])
    fixture.clock.advance(bySeconds: 7 * 86_400 - 900)
    try await fixture.plane.upkeep.once()
    fixture.clock.advance(bySeconds: 899)
    let token = try await fixture.exchange(fixture.jwtSVID())
    fixture.clock.advance(bySeconds: 1)
    try await fixture.plane.upkeep.once()
    let next = try await fixture.exchange(fixture.jwtSVID())
    #expect(try fixture.verified(next)?.keyID != (try fixture.verified(token)?.keyID))
    fixture.clock.advance(bySeconds: 3598)
    try await fixture.plane.upkeep.once()
    #expect(try fixture.verified(token) != nil)
  }

  @Test("a state of another trust domain or issuer is refused, and nothing is changed")
  func installation() async throws {
    let fixture = try await Fixture()
    let before = try await fixture.state.store.snapshot()
    let otherDomain = await failure(InstallationMismatch.self) {
      _ = try await fixture.state.start(trustDomain: "example.com")
    }
    #expect(otherDomain?.setting == "trust-domain")
    #expect(otherDomain?.stored == "example.org" && otherDomain?.wanted == "example.com")
    let otherIssuer = await failure(InstallationMismatch.self) {
      _ = try await fixture.state.start(issuer: "https://issuer.example.org/")
    }
    #expect(otherIssuer?.setting == "issuer")
    #expect(try await fixture.state.store.snapshot() == before)
  }

  @Test("a restart goes on with the same root and keys, and with a fresh intermediate")
  func restart() async throws {
    let fixture = try await Fixture()
    let bundle = try fixture.plane.documents.document(.trustBundle)
    let again = PlaneFixture(state: fixture.state, plane: try await fixture.state.start(seed: 9))
    #expect(
      try self.keyIDs(again, .accessTokenKeys) == (try self.keyIDs(fixture, .accessTokenKeys)))
    #expect(try again.plane.documents.document(.trustBundle) == bundle)
    _ = try await again.exchange(try await again.jwtSVID())
  }

  @Test("what was issued before a restart is still ours, and can be revoked with its descendants")
  func ledger() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    let token = try #require(try fixture.verified(try await fixture.exchange(subject))?.jwtID)
    // Nothing was flushed: the index lags behind the log, as after a crash.
    let again = PlaneFixture(state: fixture.state, plane: try await fixture.state.start(seed: 9))
    _ = try await again.exchange(subject)
    let id = try #require(try again.verified(subject)?.jwtID)
    let outcome = try await again.revoke(.credential(CredentialID(id)))
    #expect(outcome.credentials.contains(token) && outcome.credentials.count == 3)
  }

  @Test("a revocation and a suspension last over a restart")
  func revocationLasts() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    _ = try await fixture.revoke(.workload(fixture.checkout.id))
    fixture.clock.advance(bySeconds: 2)
    let again = PlaneFixture(state: fixture.state, plane: try await fixture.state.start(seed: 9))
    await #expect(throws: IssueRefusal.self) { _ = try await again.jwtSVID() }
    let refusal = await failure(OAuthError.self) { _ = try await again.exchange(subject) }
    #expect(refusal?.code == .invalidRequest)
  }

  @Test(
    "an unreadable record stops the start and stays where it is",
    arguments: [
      "workload", "service", "policy", "revocation", "suspension", "signing-key", "setting",
    ])
  func unreadable(kind: String) async throws {
    let fixture = try await Fixture()
    let name = kind == "setting" ? "trust-domain" : "broken"
    let key = RecordKey.of(kind, name)
    var transaction = RecordTransaction()
    transaction.put(try #require(key), Array("{".utf8))
    _ = try await fixture.state.store.commit(transaction)
    await #expect(throws: (any Error).self) { _ = try await fixture.state.start() }
    #expect(try await fixture.records(kind)[name] == Array("{".utf8))
    // The server that runs goes on with the last good world.
    try? await fixture.plane.upkeep.once()
    _ = try await fixture.jwtSVID()
  }

  @Test("a store that keeps no history is read anew")
  func shortHistory() async throws {
    let state = PlaneState(store: InMemoryRecordStore(retention: HistoryRetention(revisions: 0)))
    let fixture = PlaneFixture(state: state, plane: try await state.start())
    let other = PlaneFixture(state: state, plane: try await state.start(seed: 2))
    try await fixture.apply([Fixture.workload("checkout", path: "/shop/checkout")])
    try await other.apply([Fixture.service("orders")], policies: ["orders": Fixture.permit])
    _ = try await other.jwtSVID()
    try await fixture.apply([Fixture.workload("b", path: "/b")])
    _ = try await fixture.exchange(fixture.jwtSVID())
  }

  @Test("attestation refusals are recorded, so many a minute")
  func attestationRefusals() async throws {
    let fixture = try await Fixture()
    for _ in 0..<130 {
      try await fixture.plane.refusals.record(
        Reason(code: "own-user", message: "the server's own user"), facts: ["uid": ["0"]],
        node: "node-1")
    }
    let events = fixture.audit.events(.attestationRefused)
    #expect(events.count == 120)
    #expect(events.first?.evidence?.facts == ["uid": ["0"]])
    fixture.clock.advance(bySeconds: 60)
    try await fixture.plane.refusals.record(
      Reason(code: "x", message: "y"), facts: [:], node: "node-1")
    #expect(fixture.audit.events(.limitExceeded).map(\.subject?.change) == ["suppressed 10"])
  }
}

extension RecordKey {
  static func of(_ kind: String, _ name: String) -> RecordKey? {
    RecordKind(rawValue: kind).flatMap { try? RecordKey(kind: $0, name: name) }
  }
}
