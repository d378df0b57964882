import JOSE
import StrictJSON
import Testing

@Suite struct JSONWebKeySetTests {
  private func set(_ keys: [JSONValue]) throws -> JSONWebKeySet {
    try JSONWebKeySet(parsing: JSONValue.object(["keys": .array(keys), "x": 1]).serialized())
  }

  private let good = JSONValue.object(with(RFCVectors.p256Key, ["kid": "good"]))

  @Test("keys are found by their exact kid")
  func find() throws {
    let keys = try set([
      good, .object(with(RFCVectors.rsaKey, ["kid": "r"])), .object(RFCVectors.ed25519Key),
    ])
    #expect(keys.keys.count == 3)
    #expect(keys.skipped.isEmpty)
    #expect(keys.key(id: "r")?.kind == .rsa)
    #expect(keys.key(id: "good")?.kind == .ec(.p256))
    #expect(keys.key(id: "Good") == nil)
    #expect(keys.key(id: "") == nil)
  }

  @Test("a bad key is skipped and reported, the others stay")
  func badKeys() throws {
    let bad: [(JSONValue, JOSEError.Code)] = [
      (nil, .malformed), (1, .malformed), ([], .malformed), (.object([:]), .malformed),
      (["kty": "oct", "k": "AAAA", "kid": "hmac"], .privateKey),
      (.object(with(RFCVectors.p256Key, ["d": .string(RFCVectors.p256Scalar)])), .privateKey),
      (.object(with(RFCVectors.p256Key, ["y": RFCVectors.p256Key["x"] ?? ""])), .weakKey),
      (.object(with(RFCVectors.p256Key, ["crv": "secp256k1"])), .unsupported),
      (.object(with(RFCVectors.p256Key, ["use": "enc", "kid": "enc"])), .keyMismatch),
      (["kty": "AKP", "kid": "new"], .unsupported),
    ]
    let keys = try set(bad.map(\.0) + [good])
    #expect(keys.keys.map(\.keyID) == ["good"])
    #expect(keys.skipped.map(\.position) == Array(0..<bad.count))
    #expect(keys.skipped.map(\.reason.code) == bad.map(\.1))
    #expect(keys.skipped.compactMap(\.keyID) == ["hmac", "enc", "new"])
  }

  @Test("keys that share a kid are all left out")
  func sharedKeyID() throws {
    let keys = try set([
      .object(with(RFCVectors.p256Key, ["kid": "twice"])), good,
      .object(with(RFCVectors.rsaKey, ["kid": "twice"])), .object(RFCVectors.ed25519Key),
      .object(RFCVectors.p521Key),
    ])
    #expect(keys.keys.map(\.keyID) == ["good", nil, nil])
    #expect(keys.key(id: "twice") == nil)
    #expect(keys.skipped.map(\.position) == [0, 2])
  }

  @Test("an empty set is a set")
  func empty() throws {
    #expect(try set([]).keys.isEmpty)
    #expect(JSONWebKeySet(keys: []).serialized() == Array(#"{"keys":[]}"#.utf8))
  }

  @Test(
    "a document that is no set is refused",
    arguments: [
      "", "null", "[]", "{}", #"{"keys":{}}"#, #"{"keys":null}"#, #"{"keys":[],"keys":[]}"#,
    ])
  func noSet(text: String) {
    let error = #expect(throws: JOSEError.self) { try JSONWebKeySet(parsing: Array(text.utf8)) }
    #expect(error?.code == .malformed)
  }

  @Test("a set of more than a mebibyte is too large")
  func huge() {
    let error = #expect(throws: JOSEError.self) {
      try JSONWebKeySet(parsing: [UInt8](repeating: 0x20, count: 2_000_000))
    }
    #expect(error?.code == .tooLarge)
  }

  @Test("what is written reads back as the same set")
  func roundTrip() throws {
    let keys = try set([good, .object(RFCVectors.rsaKey)])
    #expect(try JSONWebKeySet(parsing: keys.serialized()) == keys)
    #expect(JSONWebKeySet(keys: keys.keys) == keys)
  }
}
