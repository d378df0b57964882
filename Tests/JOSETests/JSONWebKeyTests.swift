import Crypto
import JOSE
import StrictJSON
import Testing

@Suite struct JSONWebKeyTests {
  private func refusal(_ members: JSONObject) -> JOSEError.Code? {
    let error = #expect(throws: JOSEError.self) { try JSONWebKey(members) }
    return error?.code
  }

  private func rsa(modulus: [UInt8], exponent: [UInt8] = [1, 0, 1]) -> JSONObject {
    [
      "kty": "RSA", "n": .string(Base64URL.encode(modulus)),
      "e": .string(Base64URL.encode(exponent)),
    ]
  }

  private func modulus(bytes: Int, first: UInt8 = 0xC5, last: UInt8 = 0xE1) -> [UInt8] {
    [first] + [UInt8](repeating: 0x5A, count: bytes - 2) + [last]
  }

  @Test("members are kept, and the usual ones are read")
  func members() throws {
    let members = with(
      RFCVectors.p256Key,
      ["kid": "1", "alg": "ES999", "use": "other", "key_ops": ["verify", "x"], "extra": [1]])
    let key = try JSONWebKey(members)
    #expect(key.kind == .ec(.p256))
    #expect(key.keyID == "1")
    #expect(key.algorithm == "ES999")
    #expect(key.use == "other")
    #expect(key.keyOperations == ["verify", "x"])
    #expect(key.json == members)
    #expect(try JSONWebKey(RFCVectors.rsaKey).kind == .rsa)
    #expect(try JSONWebKey(RFCVectors.ed25519Key).kind == .okp(.ed25519))
  }

  @Test("private members are refused, or dropped where that is asked for")
  func privateMembers() throws {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
      let members = with(RFCVectors.p256Key, [name: .string(RFCVectors.p256Scalar)])
      #expect(refusal(members) == .privateKey)
      let key = try JSONWebKey(discardingPrivateMembersOf: members)
      #expect(key.json == RFCVectors.p256Key)
    }
    #expect(refusal(["kty": "oct"]) == .privateKey)
    #expect(throws: JOSEError.self) {
      try JSONWebKey(discardingPrivateMembersOf: ["kty": "oct", "k": "AAAA"])
    }
  }

  @Test("the JWK of a P-256 key reads back as that key")
  func fromKey() throws {
    let key = try testPrivateKey()
    let jwk = JSONWebKey.from(key.publicKey, keyID: "a", algorithm: .es256, use: "jwt-svid")
    #expect(jwk == (try JSONWebKey(jwk.json)))
    #expect(
      jwk.json
        == with(RFCVectors.p256Key, ["kid": "a", "alg": "ES256", "use": "jwt-svid"]))
    let bare = JSONWebKey.from(key.publicKey, keyID: nil, algorithm: nil, use: nil)
    #expect(bare.json == RFCVectors.p256Key)
  }

  @Test("keys of unknown types and curves are unsupported")
  func unsupported() {
    for kty: JSONValue in ["AKP", "ec", "", "none"] {
      #expect(refusal(with(RFCVectors.p256Key, ["kty": kty])) == .unsupported)
    }
    for curve: JSONValue in ["secp256k1", "P-224", "p-256", "Ed25519", ""] {
      #expect(refusal(with(RFCVectors.p256Key, ["crv": curve])) == .unsupported)
    }
    for curve: JSONValue in ["Ed448", "X25519", "P-256"] {
      #expect(refusal(with(RFCVectors.ed25519Key, ["crv": curve])) == .unsupported)
    }
  }

  @Test("missing members and members of the wrong type are malformed")
  func malformed() {
    for key in [RFCVectors.rsaKey, RFCVectors.p256Key, RFCVectors.ed25519Key] {
      for name in key.keys {
        for value: JSONValue? in [nil, nil as JSONValue, 1, [], "=", "A"] {
          var changed = key
          changed[name] = value
          #expect(throws: JOSEError.self) { try JSONWebKey(changed) }
        }
      }
    }
    for name in ["kid", "alg", "use", "key_ops"] {
      #expect(refusal(with(RFCVectors.p256Key, [name: 1])) == .malformed)
    }
    #expect(refusal(with(RFCVectors.p256Key, ["key_ops": ["verify", 1]])) == .malformed)
    #expect(refusal(with(RFCVectors.p256Key, ["key_ops": ["verify", "verify"]])) == .malformed)
    #expect(refusal([:]) == .malformed)
  }

  @Test("coordinates have exactly their curve's length")
  func coordinates() throws {
    let x = try Base64URL.decode(RFCVectors.p256Key["x"]?.stringValue ?? "")
    for wrong in [[], Array(x.dropFirst()), [0] + x, x + [0]] {
      let members = with(RFCVectors.p256Key, ["x": .string(Base64URL.encode(wrong))])
      #expect(refusal(members) == .malformed)
    }
    #expect(refusal(with(RFCVectors.p256Key, ["crv": "P-384"])) == .malformed)
    #expect(refusal(with(RFCVectors.ed25519Key, ["x": "AAAA"])) == .malformed)
  }

  @Test("a point that is not on its curve is refused")
  func offCurve() {
    let x = RFCVectors.p256Key["x"] ?? ""
    #expect(refusal(with(RFCVectors.p256Key, ["y": x])) == .weakKey)
    let zero = JSONValue.string(Base64URL.encode([UInt8](repeating: 0, count: 32)))
    #expect(refusal(with(RFCVectors.p256Key, ["x": zero, "y": zero])) == .weakKey)
    let high = JSONValue.string(Base64URL.encode([UInt8](repeating: 0xFF, count: 32)))
    #expect(refusal(with(RFCVectors.p256Key, ["x": high])) == .weakKey)
  }

  @Test("RSA moduli have 2048 to 8192 bits")
  func modulusSizes() throws {
    for bytes in [256, 257, 512, 1_024] { _ = try JSONWebKey(rsa(modulus: modulus(bytes: bytes))) }
    for bytes in [2, 64, 128, 255] {
      #expect(refusal(rsa(modulus: modulus(bytes: bytes))) == .weakKey)
    }
    #expect(refusal(rsa(modulus: modulus(bytes: 256, first: 0x7F))) == .weakKey)
    #expect(refusal(rsa(modulus: modulus(bytes: 1_025, first: 1))) == .weakKey)
    #expect(refusal(rsa(modulus: modulus(bytes: 100_000))) == .weakKey)
    #expect(refusal(rsa(modulus: modulus(bytes: 256, last: 0xE0))) == .weakKey)
  }

  @Test("RSA exponents are odd, at least 3 and of at most 33 bits")
  func exponents() throws {
    let good = modulus(bytes: 256)
    for exponent: [UInt8] in [[3], [17], [1, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF]] {
      _ = try JSONWebKey(rsa(modulus: good, exponent: exponent))
    }
    for exponent: [UInt8] in [[1], [2], [1, 0, 0]] {
      #expect(refusal(rsa(modulus: good, exponent: exponent)) == .weakKey)
    }
    #expect(refusal(rsa(modulus: good, exponent: [2, 0, 0, 0, 1])) == .unsupported)
    #expect(refusal(rsa(modulus: good, exponent: good)) == .unsupported)
  }

  @Test("RSA numbers are positive and have no leading zeros")
  func leadingZeros() {
    let good = modulus(bytes: 256)
    #expect(refusal(rsa(modulus: [0] + good)) == .malformed)
    #expect(refusal(rsa(modulus: good, exponent: [0, 3])) == .malformed)
    #expect(refusal(rsa(modulus: good, exponent: [])) == .malformed)
    #expect(refusal(rsa(modulus: [], exponent: [3])) == .malformed)
    #expect(refusal(rsa(modulus: good, exponent: [0])) == .malformed)
  }
}
