import Crypto
import Foundation
import JOSE
import SPIFFE
import StrictJSON
import Testing
import X509
import _CryptoExtras

@Suite("Trust bundle")
struct TrustBundleTests {
  private static func jwtKey(_ keyID: String?, use: String? = "jwt-svid") -> JSONWebKey {
    .from(P256.Signing.PrivateKey().publicKey, keyID: keyID, algorithm: .es256, use: use)
  }

  private static func bundle(
    _ pki: TestPKI, sequence: Int64? = 7, keyIDs: [String] = ["a", "b"]
  ) throws -> TrustBundle {
    try TrustBundle(
      x509: pki.bundle,
      jwt: JWTBundle(trustDomain: pki.trustDomain, keys: keyIDs.map { jwtKey($0) }),
      sequence: sequence, refreshHint: 60)
  }

  /// A good document's JSON with its first `x509-svid` key changed.
  private static func document(
    changing change: (inout JSONObject) -> Void
  ) throws -> [UInt8] {
    var object = try self.bundle(try TestPKI()).json()
    var keys = try #require(object["keys"]?.arrayValue)
    var key = try #require(keys[0].objectValue)
    change(&key)
    keys[0] = .object(key)
    object["keys"] = .array(keys)
    return object.serialized()
  }

  private static func parse(_ bytes: [UInt8]) throws -> TrustBundle {
    try TrustBundle(trustDomain: TrustDomain(parsing: "example.org"), parsing: bytes)
  }

  private static func parse(_ text: String) throws -> TrustBundle {
    try self.parse(Array(text.utf8))
  }

  @Test("a bundle is written and read back unchanged")
  func roundTrip() throws {
    let bundle = try Self.bundle(try TestPKI())
    let read = try Self.parse(try bundle.serialized())
    #expect(read == bundle)
    #expect(read.sequence == 7)
    #expect(read.refreshHint == 60)
    #expect(read.x509.authorities.count == 1)
    #expect(read.jwt.keys.map(\.keyID) == ["a", "b"])
  }

  @Test("X.509 keys are written with their use, one certificate, and no key id")
  func x509Keys() throws {
    let object = try Self.bundle(try TestPKI()).json()
    let key = try #require(object["keys"]?.arrayValue?.first?.objectValue)
    #expect(key["use"] == "x509-svid")
    #expect(key["kty"] == "EC")
    #expect(key["kid"] == nil)
    #expect(key["x5c"]?.arrayValue?.count == 1)
  }

  @Test("authorities with keys of every usual type are written and read back")
  func keyTypes() throws {
    let keys: [Certificate.PrivateKey] = [
      .init(P256.Signing.PrivateKey()), .init(P384.Signing.PrivateKey()),
      .init(P521.Signing.PrivateKey()), .init(Curve25519.Signing.PrivateKey()),
      .init(try _RSA.Signing.PrivateKey(keySize: .bits2048)),
    ]
    let trustDomain = try TrustDomain(parsing: "example.org")
    let authorities = try keys.map { key in
      try X509RootTemplate(
        trustDomain: trustDomain, serial: TestPKI.serial(), validity: TestPKI.validity(60)
      ).selfSigned(with: key)
    }
    let bundle = try TrustBundle(
      x509: X509Bundle(trustDomain: trustDomain, authorities: authorities),
      jwt: JWTBundle(trustDomain: trustDomain, keys: []), sequence: nil, refreshHint: nil)
    #expect(try Self.parse(try bundle.serialized()).x509.authorities == authorities)
  }

  @Test("an empty list of keys is legal and trusts nothing; a missing one is refused")
  func keysMember() throws {
    let bundle = try Self.parse(#"{"keys":[]}"#)
    #expect(bundle.x509.authorities.isEmpty)
    #expect(bundle.jwt.keys.isEmpty)
    #expect(bundle.sequence == nil)
    #expect(bundle.refreshHint == nil)
    for text in ["{}", #"{"keys":null}"#, #"{"keys":{}}"#, #"{"keys":"a"}"#] {
      #expect(throws: InvalidTrustBundle.self) { try Self.parse(text) }
    }
  }

  @Test("keys of unknown type, curve or use are left out")
  func unknownKeys() throws {
    let bundle = try Self.parse(
      """
      {"keys":[
        {"kty":"AKP","use":"jwt-svid","kid":"1"},
        {"kty":"AKP","use":"x509-svid","x5c":["AAAA"]},
        {"kty":"EC","crv":"secp256k1","use":"jwt-svid","kid":"2","x":"AA","y":"AA"},
        {"kty":"OKP","crv":"Ed25519","use":"jwt-svid","kid":"3",
         "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty":"EC","use":"wit-svid"}, {"kty":"EC","use":"sig"}, {"kty":"EC"},
        {"kty":"EC","use":"JWT-SVID"}, {"kty":"EC","use":"X509-svid"}, {"kty":"EC","use":7}
      ]}
      """)
    #expect(bundle.x509.authorities.isEmpty)
    #expect(bundle.jwt.keys.isEmpty)
  }

  @Test("an X.509 key without exactly one certificate is left out")
  func certificateCount() throws {
    for replacement: JSONValue? in [nil, [], .null, "x"] {
      let bytes = try Self.document { $0["x5c"] = replacement }
      let bundle = try Self.parse(bytes)
      #expect(bundle.x509.authorities.isEmpty)
      #expect(bundle.jwt.keys.count == 2)
    }
    let two = try Self.document { key in
      key["x5c"] = .array((key["x5c"]?.arrayValue ?? []) + (key["x5c"]?.arrayValue ?? []))
    }
    #expect(try Self.parse(two).x509.authorities.isEmpty)
  }

  @Test("an X.509 key that is not the key of its certificate, or no authority's, is refused")
  func certificates() throws {
    let pki = try TestPKI()
    let leaf = Data(try pki.template().signed(by: pki.intermediate).derEncoded())
    let other = Data(try TestPKI().root.certificate.derEncoded())
    let cases: [(JSONValue, InvalidTrustBundle.Reason)] = [
      (.string(other.base64EncodedString()), .certificateKey),
      (.string(leaf.base64EncodedString()), .certificateNotAuthority),
      ("AAAA", .certificate), ("!", .certificate), ("", .certificate), (7, .certificate),
      (.string(other.base64EncodedString() + "\n"), .certificate),
    ]
    for (element, reason) in cases {
      let bytes = try Self.document { $0["x5c"] = .array([element]) }
      #expect(Self.reason(bytes) == reason)
    }
    let named = try Self.document { $0["kid"] = "a" }
    #expect(Self.reason(named) == .certificateKeyID)
  }

  @Test("a JWT key needs a key id of its own and must be usable")
  func jwtKeys() throws {
    let key = Self.jwtKey("a").json
    var unnamed = key
    unnamed["kid"] = nil
    var emptyName = key
    emptyName["kid"] = ""
    var offCurve = key
    offCurve["x"] = offCurve["y"]
    var wrongAlgorithm = key
    wrongAlgorithm["alg"] = "ES384"
    var symmetric = key
    symmetric["alg"] = "HS256"
    var typeless = key
    typeless["kty"] = nil
    let cases: [([JSONObject], InvalidTrustBundle.Reason)] = [
      ([unnamed], .keyID), ([emptyName], .keyID), ([key, key], .repeatedKeyID),
      ([offCurve], .unusableKey), ([wrongAlgorithm], .unusableKey), ([symmetric], .unusableKey),
      ([typeless], .keyTypeMissing),
    ]
    for (keys, reason) in cases {
      let document: JSONObject = ["keys": .array(keys.map(JSONValue.object))]
      #expect(Self.reason(document.serialized()) == reason)
    }
    #expect(Self.reason(Array(#"{"keys":[7]}"#.utf8)) == .notAKey)
  }

  @Test("a JWT bundle takes only keys marked for JWT-SVIDs")
  func jwtBundle() throws {
    let trustDomain = try TrustDomain(parsing: "example.org")
    for use in ["x509-svid", "wit-svid", "sig", nil] {
      #expect(throws: InvalidTrustBundle.self) {
        try JWTBundle(trustDomain: trustDomain, keys: [Self.jwtKey("a", use: use)])
      }
    }
    let bundle = try JWTBundle(trustDomain: trustDomain, keys: [Self.jwtKey("a")])
    let read = try JWTBundle(trustDomain: trustDomain, parsingJWKSet: bundle.serializedJWKSet())
    #expect(read == bundle)
    let openID = try JSONWebKeySet(parsing: bundle.serializedOpenIDKeySet())
    #expect(openID.keys.map(\.use) == ["sig"])
    #expect(openID.keys.map(\.keyID) == ["a"])
  }

  @Test("sequence and refresh hint are integers that are not negative")
  func numbers() throws {
    let largest = try Self.parse(
      #"{"keys":[],"spiffe_sequence":9223372036854775807,"spiffe_refresh_hint":0}"#)
    #expect(largest.sequence == .max)
    #expect(largest.refreshHint == 0)
    for number in ["-1", "1.5", "1.0", "1e3", "\"1\"", "null", "9223372036854775808", "true"] {
      for name in ["spiffe_sequence", "spiffe_refresh_hint"] {
        #expect(throws: InvalidTrustBundle.self) {
          try Self.parse(#"{"keys":[],"\#(name)":\#(number)}"#)
        }
      }
    }
  }

  @Test("what is not one JSON object without repeated members is refused")
  func notJSON() throws {
    let texts = [
      "", " ", "[]", "null", "{", #"{"keys":[]"#, #"{"keys":[]}{}"#, #"{"keys":[],"keys":[]}"#,
      #"{"keys":[{"kty":"EC","kty":"EC"}]}"#, "\u{FEFF}{\"keys\":[]}",
      String(repeating: "[", count: 100_000),
    ]
    for text in texts {
      #expect(throws: InvalidTrustBundle.self) { try Self.parse(text) }
    }
    #expect(throws: InvalidTrustBundle.self) {
      try Self.parse(Array(#"{"keys":[],"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8))
    }
  }

  @Test("a bundle takes the place of another only with a larger number, or the same content")
  func mayReplace() throws {
    let pki = try TestPKI()
    let first = try Self.bundle(pki, sequence: 7)
    let second = try Self.bundle(pki, sequence: 8)
    #expect(second.mayReplace(first))
    #expect(!first.mayReplace(second))
    #expect(first.mayReplace(first))
    #expect(!(try Self.bundle(pki, sequence: 7, keyIDs: ["c"])).mayReplace(first))
    #expect(try Self.bundle(pki, sequence: nil).mayReplace(first))
    #expect(!(try Self.bundle(try TestPKI("example.com"), sequence: 9)).mayReplace(first))
  }

  @Test("bundles of one trust domain are never merged")
  func set() throws {
    let first = try Self.bundle(try TestPKI(), sequence: 1)
    let second = try Self.bundle(try TestPKI(), sequence: 2)
    let other = try Self.bundle(try TestPKI("example.com"))
    #expect(throws: InvalidTrustBundle.self) { try TrustBundleSet([first, second]) }
    var set = try TrustBundleSet([other, first])
    set.set(second)
    #expect(set[first.trustDomain] == second)
    #expect(set.trustDomains.map(\.description) == ["example.com", "example.org"])
    set.remove(first.trustDomain)
    #expect(set[first.trustDomain] == nil)
  }

  @Test("a bundle map is written and read back; repeated or illegal names are refused")
  func map() throws {
    let set = try TrustBundleSet([
      try Self.bundle(try TestPKI()), try Self.bundle(try TestPKI("example.com")),
    ])
    #expect(try TrustBundleSet(parsing: try set.json().serialized()) == set)
    let texts = [
      "{}", #"{"trust_domains":[]}"#, #"{"trust_domains":{"A":{"keys":[]}}}"#,
      #"{"trust_domains":{"spiffe://a":{"keys":[]}}}"#, #"{"trust_domains":{"a":[]}}"#,
      #"{"trust_domains":{"a":{"keys":[]},"a":{"keys":[]}}}"#, #"{"trust_domains":{"a":{}}}"#,
    ]
    for text in texts {
      #expect(throws: InvalidTrustBundle.self) { try TrustBundleSet(parsing: Array(text.utf8)) }
    }
  }

  private static func reason(_ bytes: [UInt8]) -> InvalidTrustBundle.Reason? {
    do {
      _ = try self.parse(bytes)
      return nil
    } catch {
      return (error as? InvalidTrustBundle)?.reason
    }
  }
}
