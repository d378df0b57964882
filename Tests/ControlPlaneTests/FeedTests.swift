import Audit
import ControlPlane
import Credentials
import Crypto
import Distribution
import EventIndex
import JOSE
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import Synchronization
import Testing
import TransparencyLog
import X509

@Suite struct FeedTests {
  private typealias Fixture = PlaneFixture

  private func key(_ origin: String) throws -> NoteSigner {
    try NoteSigner(name: origin, privateKey: Curve25519.Signing.PrivateKey())
  }

  private func hello(_ signer: NoteSigner) -> GatewayReport {
    .hello(
      name: "gateway", logOrigin: signer.verifierKey.name, logPublicKey: signer.verifierKey.text)
  }

  @Test("a session begins with the whole world, without secrets, and goes on with changes")
  func snapshotAndChanges() async throws {
    let fixture = try await Fixture()
    try await fixture.withGateway { gateway in
      guard case .snapshot(let items, let revision, true)? = await gateway.hear() else {
        Issue.record("no snapshot")
        return
      }
      let kinds = Set(items.map(\.kind))
      #expect(kinds.isSubset(of: RecordForm.distributed))
      #expect(kinds.isSuperset(of: ["workload", "service", "policy", "signing-key", "setting"]))
      let change = try await fixture.apply([Fixture.workload("b", path: "/b")], isDryRun: true)
      #expect(change.revision == revision)
      async let applied = fixture.apply([Fixture.workload("b", path: "/b")])
      guard case .changes(let changed, let next)? = await gateway.hear() else {
        Issue.record("no changes")
        return
      }
      #expect(changed.contains { $0.kind == "workload" && $0.name == "b" && $0.value != nil })
      #expect(next > revision)
      gateway.say(.acknowledged(revision: next))
      let outcome = try await applied
      #expect(outcome.gateways == .init(acknowledged: [Fixture.gatewayID], missing: []))
      async let deleted = fixture.plane.administration.delete(
        .workload, named: "b", by: Fixture.administrator)
      guard case .changes(let gone, let last)? = await gateway.hear() else {
        Issue.record("no changes")
        return
      }
      #expect(gone.contains { $0.name == "b" && $0.value == nil })
      #expect(gone.contains { $0.kind == "revocation" })
      gateway.say(.acknowledged(revision: last))
      _ = try await deleted
    }
  }

  /// The private keys that the records hold, sealed: of the X.509 root and both sets.
  private func privateKeys(_ fixture: Fixture) async throws -> [[UInt8]] {
    try await fixture.records("sealed-key").values.map { value in
      let text = try #require(try JSONValue(parsing: value).objectValue?["sealed"]?.stringValue)
      // The custodian of these tests seals by writing the context and a zero in front.
      let key = try Base64URL.decode(text).suffix(32)
      _ = try P256.Signing.PrivateKey(rawRepresentation: key)
      return Array(key)
    }
  }

  /// Whether bytes hold a key as it is, in hexadecimal, or anywhere within something in base64.
  private func holds(_ bytes: [UInt8], _ key: [UInt8]) -> Bool {
    let hexadecimal = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let text = String(decoding: bytes, as: UTF8.self)
    let encoded = [(0, 0), (1, 2), (2, 3)].map { before, characters in
      // Without the characters that depend on what stands before and after.
      Base64URL.encode(Array(repeating: 0, count: before) + key)
        .dropFirst(characters).dropLast(2)
    }
    let plain = text.replacing("+", with: "-").replacing("/", with: "_")
    return bytes.contains(key) || text.lowercased().contains(hexadecimal)
      || encoded.contains { plain.contains($0) }
  }

  private func expectPublic(_ items: [FeedItem], besides keys: [[UInt8]]) throws {
    #expect(Set(items.map(\.kind)).isSubset(of: RecordForm.distributed))
    for item in items {
      guard let value = item.value else { continue }
      #expect(!keys.contains { self.holds(value, $0) }, "\(item.kind)/\(item.name)")
      let object = try #require(try JSONValue(parsing: value).objectValue)
      switch item.kind {
      case RecordForm.authority:
        #expect(Set(object.keys) == ["certificate", "notAfter"])
        let der = try Base64URL.decode(try AuthorityRecord(bytes: value).certificate)
        #expect(!keys.contains { der.contains($0) }, "a certificate holds a private key")
        _ = try Certificate(strictDER: der)
      case RecordForm.signingKey:
        let jwk = try SigningKeyRecord(bytes: value).jwk
        #expect(Set(jwk.keys) == ["kty", "crv", "x", "y", "kid", "alg", "use"])
      default: break
      }
    }
  }

  @Test("authorities and keys are told by their public halves alone, at first and when they change")
  func noPrivateKeys() async throws {
    let fixture = try await Fixture()
    let signed = try #require(try fixture.verified(try await fixture.jwtSVID()))
    try await fixture.withGateway { gateway in
      guard case .snapshot(let items, _, true)? = await gateway.hear() else {
        Issue.record("no snapshot")
        return
      }
      let before = try await self.privateKeys(fixture)
      let kinds = items.map(\.kind)
      #expect(before.count >= 3 && kinds.contains("authority") && kinds.contains("signing-key"))
      try self.expectPublic(items, besides: before)
      async let revoked = fixture.revoke(.key(signed.keyID))
      var created: Set<String> = []
      let known = Set(items.map(\.name))
      while created.isEmpty {
        guard case .changes(let changed, let revision)? = await gateway.hear() else {
          Issue.record("no changes")
          return
        }
        let keys = try await self.privateKeys(fixture)
        try self.expectPublic(changed, besides: before + keys)
        created = Set(changed.filter { $0.kind == "signing-key" }.map(\.name)).subtracting(known)
        gateway.say(.acknowledged(revision: revision))
      }
      _ = try await revoked
    }
  }

  @Test("a world larger than one message comes in parts, of which the last is complete")
  func parts() async throws {
    let fixture = try await Fixture()
    let long = String(repeating: "#", count: 700_000)
    for number in 0..<4 {
      try await fixture.apply(
        [
          Fixture.service(
            "s\(number)", audience: "https://s\(number)", host: "s\(number)",
            contract: Fixture.contract + "\n# " + long)
        ])
    }
    try await fixture.withGateway { gateway in
      var names: [String] = []
      var count = 0
      while case .snapshot(let items, _, let isComplete)? = await gateway.hear() {
        names += items.map { "\($0.kind)/\($0.name)" }
        count += 1
        if isComplete { break }
      }
      #expect(count > 2)
      #expect(Set(names).count == names.count)
      #expect(names.filter { $0.hasPrefix("service/") }.count == 5)
    }
  }

  @Test(
    "who is no gateway gets nothing",
    arguments: [
      "spiffe://example.org/shop/checkout", "spiffe://example.com/gatehouse/gateway",
      "spiffe://example.org/gatehouse/other",
    ])
  func notAGateway(name: String) async throws {
    let fixture = try await Fixture()
    let error = try await fixture.withGateway(name, isAdmitted: false) { gateway in
      #expect(await gateway.hear() == nil)
    }
    #expect(error is AdministrationError)
    #expect(try await fixture.plane.observation.status().json["gateways"] == [])
  }

  @Test("a workload that is registered as a gateway is one, until it is revoked")
  func registeredGateway() async throws {
    let fixture = try await Fixture()
    let id = "spiffe://example.org/edge/gateway"
    try await fixture.apply(
      [Fixture.workload("edge", path: "/edge/gateway", ["kind": "gateway"])])
    let error = try await fixture.withGateway(id, isAdmitted: false) { gateway in
      guard case .snapshot? = await gateway.hear() else {
        Issue.record("no snapshot")
        return
      }
      async let revoked = fixture.revoke(.workload(try SPIFFEID(parsing: id)))
      // The session is over: whoever holds the stolen SVID hears nothing any more.
      while await gateway.hear() != nil {}
      let pauses = fixture.clock.pauses
      fixture.clock.advance(bySeconds: 6)
      _ = pauses
      let outcome = try await revoked
      #expect(outcome.gateways.acknowledged == [])
    }
    #expect(error is AdministrationError)
  }

  @Test("revoke returns when every gateway has acknowledged")
  func acknowledged() async throws {
    let fixture = try await Fixture()
    try await fixture.withGateway { gateway in
      _ = await gateway.hear()
      async let outcome = fixture.revoke(.credential(CredentialID("c1")))
      await gateway.acknowledgeNext()
      let gateways = try await outcome.gateways
      #expect(gateways.acknowledged == [Fixture.gatewayID])
    }
  }

  @Test("a gateway that does not acknowledge is listed when the time is over")
  func unacknowledged() async throws {
    let fixture = try await Fixture()
    try await fixture.withGateway { gateway in
      guard case .snapshot(_, let revision, _)? = await gateway.hear() else { return }
      gateway.say(.acknowledged(revision: revision))
      gateway.say(.rejected(revision: revision + 1, reason: "cannot read it"))
      let pauses = fixture.clock.pauses
      async let outcome = fixture.revoke(.credential(CredentialID("c1")))
      _ = await gateway.hear()
      await fixture.clock.pauses(reach: pauses + 1)
      fixture.clock.advance(bySeconds: 6)
      let revoked = try await outcome.gateways
      #expect(revoked == .init(acknowledged: [], missing: [Fixture.gatewayID]))
      let gateways = try await fixture.plane.observation.status().json["gateways"]
      #expect(gateways?.arrayValue?.first?.objectValue?["rejection"] == "cannot read it")
      #expect(gateways?.arrayValue?.first?.objectValue?["current"] == false)
    }
  }

  @Test("a gateway that leaves before it acknowledges is listed as missing")
  func leaves() async throws {
    let fixture = try await Fixture()
    let outcomes = Slot<RevocationOutcome>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      let (left, leave) = AsyncStream<Void>.makeStream()
      let (entered, enter) = AsyncStream<Void>.makeStream()
      group.addTask {
        try await fixture.withGateway { gateway in
          _ = await gateway.hear()
          enter.yield()
          _ = await gateway.hear()
        }
        leave.yield()
      }
      for await _ in entered { break }
      let pauses = fixture.clock.pauses
      group.addTask {
        let outcome = try await fixture.revoke(.credential(CredentialID("c1")))
        outcomes.value = outcome
      }
      for await _ in left { break }
      await fixture.clock.pauses(reach: pauses + 1)
      fixture.clock.advance(bySeconds: 6)
      try await group.waitForAll()
    }
    #expect(outcomes.value?.gateways.missing == [Fixture.gatewayID])
  }

  @Test("events are taken in, told as stored, and found; what only the server can say is not")
  func events() async throws {
    let fixture = try await Fixture()
    let signer = try self.key("example.org/log/gateway")
    try await fixture.withGateway { gateway in
      _ = await gateway.hear()
      gateway.say(self.hello(signer))
      let held = await gateway.hear { if case .eventsStored = $0 { true } else { false } }
      #expect(held == .eventsStored(position: -1))
      var request = AuditEvent(
        type: .requestAllowed, time: fixture.clock.now(), actor: .init(kind: .gateway, id: "g"))
      request.request = .init(requestID: "r1")
      var forged = AuditEvent(
        type: .credentialIssued, time: fixture.clock.now(), actor: .init(kind: .server, id: "s"))
      forged.credential = .init(id: "forged", kind: "access-token")
      gateway.say(
        .events([
          ShippedEvent(position: 3, line: request.encoded()),
          ShippedEvent(position: 4, line: forged.encoded()),
          ShippedEvent(position: 5, line: Array("garbage".utf8)),
        ]))
      let stored = await gateway.hear { if case .eventsStored = $0 { true } else { false } }
      #expect(stored == .eventsStored(position: 5))
      let requests = try await fixture.state.index.events(
        matching: IndexKey(kind: "request", value: "r1"), types: nil, limit: 9)
      #expect(requests.map(\.position) == [3])
      #expect(requests.map(\.log) == ["example.org/log/gateway"])
      let issues = try await fixture.state.index.events(
        matching: IndexKey(kind: "credential", value: "forged"), types: nil, limit: 9)
      #expect(issues.isEmpty)
    }
  }

  @Test("events and checkpoints without hello end the session")
  func withoutHello() async throws {
    for report in [GatewayReport.events([]), .checkpoint(text: "x")] {
      let fixture = try await Fixture()
      let error = try await fixture.withGateway { gateway in
        gateway.say(report)
        while await gateway.hear() != nil {}
      }
      #expect(error is AdministrationError)
    }
  }

  @Test("a log is bound to its gateway and key; the origin of another log is refused")
  func logs() async throws {
    let fixture = try await Fixture()
    let signer = try self.key("example.org/log/gateway")
    func session(
      _ report: GatewayReport, as name: String = Fixture.gatewayID
    ) async throws -> (any Error)? {
      try await fixture.withGateway(name) { gateway in
        gateway.say(report)
        _ = await gateway.hear { if case .eventsStored = $0 { true } else { false } }
      }
    }
    #expect(try await session(self.hello(signer)) == nil)
    #expect(try await session(self.hello(signer)) == nil, "the same once more")
    #expect(try await session(self.hello(try self.key("example.org/log/gateway"))) != nil)
    #expect(try await session(self.hello(try self.key("example.org/log/other"))) != nil)
    let second = "spiffe://example.org/gatehouse/gateway-2"
    #expect(
      try await session(self.hello(try self.key("example.org/log/gateway")), as: second) != nil)
    #expect(try await session(self.hello(try self.key(RecordingTrail.origin)), as: second) != nil)
    #expect(
      try await session(
        .hello(name: "x", logOrigin: "a", logPublicKey: signer.verifierKey.text), as: second) != nil
    )
    #expect(
      try await session(.hello(name: "x", logOrigin: "a", logPublicKey: "a"), as: second) != nil)
    #expect(
      try await session(self.hello(try self.key("example.org/log/gateway-2")), as: second) == nil)
  }

  @Test("a signed checkpoint is anchored in the server's log; another's is refused")
  func checkpoints() async throws {
    let fixture = try await Fixture()
    let signer = try self.key("example.org/log/gateway")
    func note(_ origin: String, by signer: NoteSigner) throws -> String {
      let root = MerkleHash.empty
      let text = "\(origin)\n0\n\(root)\n"
      return String(decoding: try VerifiedNote.sign(Array(text.utf8), by: [signer]), as: UTF8.self)
    }
    let good = try note("example.org/log/gateway", by: signer)
    try await fixture.withGateway { gateway in
      gateway.say(self.hello(signer))
      gateway.say(.checkpoint(text: good))
      gateway.say(.flushed(id: 1))
      gateway.say(.events([]))
      gateway.say(.events([ShippedEvent(position: 1, line: [])]))
      _ = await gateway.hear { $0 == .eventsStored(position: 1) }
    }
    let event = try #require(fixture.audit.events(.logAnchored).first)
    #expect(event.subject?.name == "example.org/log/gateway")
    for bad in [
      try note("example.org/log/other", by: signer),
      try note("example.org/log/gateway", by: try self.key("example.org/log/gateway")), "garbage",
      "",
    ] {
      let error = try await fixture.withGateway { gateway in
        gateway.say(self.hello(signer))
        gateway.say(.checkpoint(text: bad))
        while await gateway.hear() != nil {}
      }
      #expect(error != nil)
    }
    #expect(fixture.audit.events(.logAnchored).count == 1)
  }

  @Test("trace asks the gateways to flush first, and sees what they had")
  func flush() async throws {
    let fixture = try await Fixture()
    let signer = try self.key("example.org/log/gateway")
    try await fixture.withGateway { gateway in
      gateway.say(self.hello(signer))
      _ = await gateway.hear { if case .eventsStored = $0 { true } else { false } }
      async let trace = fixture.plane.observation.trace("r1")
      guard
        case .flush(let id)? = await gateway.hear({ if case .flush = $0 { true } else { false } })
      else { return }
      var request = AuditEvent(
        type: .requestRefused, time: fixture.clock.now(), actor: .init(kind: .gateway, id: "g"))
      request.request = .init(requestID: "r1")
      gateway.say(.events([ShippedEvent(position: 1, line: request.encoded())]))
      gateway.say(.flushed(id: id))
      let found = try await trace
      #expect(found?.json["requests"]?.arrayValue?.count == 1)
    }
  }

  @Test("a heartbeat comes when nothing else does")
  func heartbeat() async throws {
    let fixture = try await Fixture()
    let pauses = fixture.clock.pauses
    try await fixture.withGateway { gateway in
      await fixture.clock.pauses(reach: pauses + 1)
      fixture.clock.advance(bySeconds: 2)
      for await message in gateway.messages where message == .heartbeat { return }
    }
  }
}
