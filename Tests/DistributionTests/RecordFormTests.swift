import Credentials
import Distribution
import SPIFFE
import StrictJSON
import Testing

@Suite struct RecordFormTests {
  private static func read<Form>(
    _ text: String, _ read: ([UInt8]) throws(UnreadableRecord) -> Form
  ) -> Form? {
    try? read(Array(text.utf8))
  }

  @Test("manifests and policies are read back as they were written")
  func manifests() throws {
    for text in [nil, "", "permit(principal, action, resource);\n", "\u{0}\"\\ü"] {
      let record = ManifestRecord(spec: ["a": [1, true, nil, "x"], "b": ["c": 1.5]], text: text)
      #expect(try ManifestRecord(bytes: record.bytes) == record)
    }
  }

  @Test("a contract may be longer than other documents")
  func longContract() throws {
    let record = ManifestRecord(spec: [:], text: String(repeating: "x", count: 4 << 20))
    #expect(try ManifestRecord(bytes: record.bytes) == record)
  }

  @Test("settings, authorities, suspensions and gateways are read back")
  func simpleForms() throws {
    let setting = SettingRecord(value: "example.org")
    #expect(try SettingRecord(bytes: setting.bytes) == setting)
    let authority = AuthorityRecord(certificate: "AAAA", notAfter: .max)
    #expect(try AuthorityRecord(bytes: authority.bytes) == authority)
    let suspension = SuspensionRecord(reason: "stolen\nkey", by: "uid:0", time: "now")
    #expect(try SuspensionRecord(bytes: suspension.bytes) == suspension)
    let gateway = GatewayRecord(logOrigin: "example.org/gateway", logPublicKey: "k+1+A")
    #expect(try GatewayRecord(bytes: gateway.bytes) == gateway)
  }

  @Test("signing keys of every set and phase are read back")
  func signingKeys() throws {
    for set in SigningKeyRecord.KeySet.allCases {
      for phase in ["published", "active", "retired", "revoked"] {
        let record = SigningKeyRecord(set: set, phase: phase, since: 7, jwk: ["kty": "EC"])
        #expect(try SigningKeyRecord(bytes: record.bytes) == record)
      }
    }
  }

  @Test("a revocation of every kind is read back")
  func revocations() throws {
    let id = try CredentialID("c1")
    let workload = try SPIFFEID(parsing: "spiffe://example.org/shop")
    let subjects: [RevocationRecord.Subject] = [
      .credential(id), .workload(workload), .node("node-1"), .key("k1"), .issuedBefore,
    ]
    for subject in subjects {
      let record = RevocationRecord(
        subject: subject, cutoff: 1_800_000_000, credentials: [id, try CredentialID("c2")],
        reason: "stolen \"laptop\"", by: "uid:0", time: Instant(milliseconds: 1_800_000_000_123))
      #expect(try RevocationRecord(bytes: record.bytes) == record)
    }
  }

  @Test(
    "bytes that are no record are refused by every form",
    arguments: [
      "", "{", "[]", "null", "1", "{}", "{\"a\":1}", "{\"value\":1}", "{\"spec\":[]}",
      "{\"value\":\"a\",\"value\":\"b\"}", "\u{FEFF}{}", "{\"value\":null}",
    ])
  func unreadable(text: String) {
    #expect(Self.read(text, SettingRecord.init(bytes:)) == nil)
    #expect(Self.read(text, ManifestRecord.init(bytes:)) == nil)
    #expect(Self.read(text, AuthorityRecord.init(bytes:)) == nil)
    #expect(Self.read(text, SuspensionRecord.init(bytes:)) == nil)
    #expect(Self.read(text, GatewayRecord.init(bytes:)) == nil)
    #expect(Self.read(text, SigningKeyRecord.init(bytes:)) == nil)
    #expect(Self.read(text, RevocationRecord.init(bytes:)) == nil)
  }

  @Test(
    "a record that is wrong in one member is refused, not read without it",
    arguments: [
      ("set", #""other""#), ("phase", #""new""#), ("phase", "1"), ("since", #""7""#),
      ("since", "7.5"),
      ("since", "1e3"), ("since", "99999999999999999999"), ("jwk", "[]"),
    ])
  func signingKeyMembers(member: String, value: String) throws {
    let good = ["set": #""jwt-svid""#, "phase": #""active""#, "since": "7", "jwk": "{}"]
    func text(_ members: [String: String]) -> String {
      "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
    #expect(Self.read(text(good), SigningKeyRecord.init(bytes:)) != nil)
    #expect(
      Self.read(text(good.merging([member: value]) { $1 }), SigningKeyRecord.init(bytes:)) == nil)
    #expect(
      Self.read(text(good.filter { $0.key != member }), SigningKeyRecord.init(bytes:)) == nil)
  }

  @Test(
    "a revocation that is wrong in one member is refused: it would revoke less than was meant",
    arguments: [
      ("kind", #""other""#), ("kind", #""credential""#), ("subject", #""not a spiffe id""#),
      ("subject", #""https://example.org/a""#), ("cutoff", #""1""#), ("cutoff", "1.5"),
      ("credentials", #""c1""#), ("credentials", "[1]"), ("credentials", #"["c1", "a b"]"#),
      ("credentials", #"["c1", null]"#), ("time", #""yesterday""#), ("reason", "1"), ("by", "null"),
    ])
  func revocationMembers(member: String, value: String) throws {
    let good = [
      "kind": #""workload""#, "subject": #""spiffe://example.org/shop""#, "cutoff": "1",
      "credentials": #"["c1"]"#, "reason": #""r""#, "by": #""b""#,
      "time": #""2020-01-01T00:00:00.000Z""#,
    ]
    func text(_ members: [String: String]) -> String {
      "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
    #expect(Self.read(text(good), RevocationRecord.init(bytes:)) != nil)
    #expect(
      Self.read(text(good.merging([member: value]) { $1 }), RevocationRecord.init(bytes:)) == nil)
    #expect(
      Self.read(text(good.filter { $0.key != member }), RevocationRecord.init(bytes:)) == nil)
  }

  @Test("gateways are told nothing that is sealed, and nothing of suspensions and other gateways")
  func distributed() {
    #expect(
      RecordForm.distributed.isDisjoint(with: [
        RecordForm.sealedKey, RecordForm.suspension, RecordForm.gateway,
      ]))
  }

  @Test("acts of revocation add up to what is refused")
  func view() throws {
    let first = try SPIFFEID(parsing: "spiffe://example.org/a")
    func record(
      _ subject: RevocationRecord.Subject, cutoff: Int64, _ credentials: [String] = []
    ) throws -> RevocationRecord {
      RevocationRecord(
        subject: subject, cutoff: cutoff, credentials: try credentials.map { try CredentialID($0) },
        reason: "", by: "", time: Instant(seconds: cutoff))
    }
    var view = RevocationView()
    view.include(try record(.workload(first), cutoff: 10))
    view.include(try record(.workload(first), cutoff: 5))
    view.include(try record(.credential(CredentialID("c1")), cutoff: 7, ["c2"]))
    view.include(try record(.node("n"), cutoff: 8, ["c3"]))
    view.include(try record(.key("k"), cutoff: 9))
    #expect(view.issuedBefore == nil)
    view.include(try record(.issuedBefore, cutoff: 3))
    view.include(try record(.issuedBefore, cutoff: 2))
    #expect(view.cutoffs == [Principal(first): 10])
    #expect(view.credentials == Set(try ["c1", "c2", "c3"].map { try CredentialID($0) }))
    #expect(view.keys == ["k"])
    #expect(view.issuedBefore == 3)
  }
}
