import Crypto
import Foundation
import JOSE
import OAuth
import StrictJSON
import Testing
import _CryptoExtras

@Suite("DPoP proof")
struct DPoPProofTests {
  private let maker = ProofMaker()

  private func code(
    header: JSONObject? = nil, claims: JSONObject = ProofMaker.claims, payload: [UInt8]? = nil,
    now: Int64 = ProofMaker.now
  ) throws -> DPoPRefusal.Code? {
    try ProofMaker.verify(
      [self.maker.proof(header: header, claims: claims, payload: payload)], now: now
    ).refusal?.code
  }

  @Test("a proof of our builder verifies")
  func built() throws {
    let token = try BearerToken("token")
    let proof = try DPoPProofClaims(
      method: "GET", uri: DPoPTargetURI(parsing: ProofMaker.uri), issuedAt: ProofMaker.now,
      jwtID: "built-1", accessTokenHash: AccessTokenHash(of: token), nonce: nil
    ).signed(
      by: ES256Signer(key: self.maker.key, keyID: "unused"), key: JSONWebKey(self.maker.jwk))
    let verified = try ProofMaker.verify([proof], token: token).verified
    #expect(verified?.key == Thumbprint(of: try JSONWebKey(self.maker.jwk)))
    #expect(verified?.jwtID == "built-1")
  }

  @Test("there is exactly one proof")
  func fields() throws {
    let proof = try self.maker.proof()
    let cases: [([String], DPoPRefusal.Code?)] = [
      ([proof], nil), ([], .proofMissing), ([proof, proof], .repeatedProof),
      ([proof + ", " + proof], .malformedProof), (["", proof], .repeatedProof),
      ([""], .malformedProof), (["a.b.c"], .malformedProof), ([proof + "="], .malformedProof),
      ([" " + proof], .malformedProof), ([String(proof.dropLast(3))], .invalidSignature),
      ([String(repeating: "a", count: 1_000_000)], .malformedProof),
      ([proof.split(separator: ".").prefix(2).joined(separator: ".") + "."], .malformedProof),
    ]
    for (fields, code) in cases {
      let outcome = try ProofMaker.verify(fields).refusal?.code
      // A shorter signature may also end in stray bits.
      #expect(
        outcome == code || (code == .invalidSignature && outcome == .malformedProof),
        "\(fields.count) fields, \(String(describing: code))")
    }
  }

  @Test("the header says what the proof is, and its key and algorithm belong together")
  func header() throws {
    var withPrivate = self.maker.jwk
    withPrivate["d"] = .string(Base64URL.encode(Array(self.maker.key.rawRepresentation)))
    let other = JSONWebKey.from(
      P256.Signing.PrivateKey().publicKey, keyID: nil, algorithm: nil, use: nil)
    let edwards: JSONObject = [
      "kty": "OKP", "crv": "Ed25519",
      "x": .string(
        Base64URL.encode(Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation))),
    ]
    var forEncryption = self.maker.jwk
    forEncryption["use"] = "enc"
    var otherAlgorithm = self.maker.jwk
    otherAlgorithm["alg"] = "ES384"
    let cases: [(String, JSONValue?, DPoPRefusal.Code?)] = [
      ("typ", "dpop+jwt", nil), ("typ", "DPoP+JWT", nil), ("typ", "application/dpop+jwt", nil),
      ("typ", "jwt", .wrongType), ("typ", "at+jwt", .wrongType), ("typ", nil, .wrongType),
      ("typ", 7, .malformedProof), ("alg", "none", .unsupportedAlgorithm),
      ("alg", "HS256", .unsupportedAlgorithm), ("alg", "ES384", .unsupportedAlgorithm),
      ("alg", "RS256", .unsupportedAlgorithm), ("alg", "PS256", .unsupportedAlgorithm),
      ("alg", "EdDSA", .unsupportedAlgorithm), ("alg", nil, .malformedProof),
      ("jwk", nil, .keyMissing), ("jwk", "key", .keyMissing), ("jwk", [:], .unusableKey),
      ("jwk", .object(withPrivate), .privateKey), ("jwk", .object(other.json), .invalidSignature),
      ("jwk", .object(edwards), .unsupportedAlgorithm),
      ("jwk", ["kty": "oct", "k": "AAAA"], .privateKey),
      ("jwk", ["kty": "oct"], .privateKey),
      ("jwk", .object(forEncryption), .unusableKey),
      ("jwk", .object(otherAlgorithm), .unsupportedAlgorithm),
      ("crit", ["exp"], .unsupportedHeader), ("b64", false, .unsupportedHeader),
      ("jku", "https://keys.example", nil), ("kid", "any", nil),
    ]
    for (name, value, code) in cases {
      var header = self.maker.header
      header[name] = value
      #expect(try self.code(header: header) == code, "\(name): \(String(describing: value))")
    }
  }

  @Test("claims decide acceptance")
  func claims() throws {
    let now = ProofMaker.now
    let long = String(repeating: "j", count: 257)
    let cases: [(String, JSONValue?, DPoPRefusal.Code?)] = [
      ("htm", nil, .claimMissing), ("htm", "get", .methodMismatch),
      ("htm", "POST", .methodMismatch), ("htm", "", .methodMismatch), ("htm", 7, .claimMissing),
      ("htu", nil, .claimMissing), ("htu", "https://orders.example/v1/other", .uriMismatch),
      ("htu", "HTTPS://ORDERS.example:443/v1/./x/../orders", nil),
      ("htu", "https://orders.example/v1/%6Frders", nil),
      ("htu", "http://orders.example/v1/orders", .uriMismatch),
      ("htu", "https://orders.example/v1/orders?a=b", .uriMismatch),
      ("htu", "https://orders.example/v1/orders#a", .uriMismatch),
      ("htu", "https://orders.example/v1/orders/", .uriMismatch),
      ("htu", "https://orders.example.evil/v1/orders", .uriMismatch), ("htu", "", .uriMismatch),
      ("htu", ["https://orders.example/v1/orders"], .claimMissing),
      ("iat", nil, .claimMissing), ("iat", "now", .malformedClaims),
      ("iat", .integer(now - 60), nil), ("iat", .integer(now - 61), .tooOld),
      ("iat", .integer(now + 10), nil), ("iat", .integer(now + 11), .issuedInFuture),
      ("iat", .integer(.min), .tooOld), ("iat", .integer(.max), .issuedInFuture),
      ("iat", .number(1e300), .malformedClaims),
      ("jti", nil, .claimMissing), ("jti", "", .invalidIdentifier),
      ("jti", .string(long), .invalidIdentifier), ("jti", .string(String(long.dropLast())), nil),
      ("jti", 7, .malformedClaims), ("ath", "not asked for", nil), ("nonce", "not asked for", nil),
      ("exp", .integer(now - 1000), nil),
    ]
    for (name, value, code) in cases {
      var claims = ProofMaker.claims
      claims[name] = value
      #expect(try self.code(claims: claims) == code, "\(name): \(String(describing: value))")
    }
    for payload in ["", "[]", "{", #"{"jti":"a","jti":"b"}"#] {
      #expect(try self.code(payload: Array(payload.utf8)) == .malformedClaims, "\(payload)")
    }
  }

  @Test("clocks at the ends of time refuse and do not trap", arguments: [Int64.min, .max, 0])
  func clocks(now: Int64) throws {
    #expect(try self.code(now: now) != nil)
  }

  @Test("Ed25519, RSA and PSS keys make proofs too")
  func algorithms() throws {
    let edwards = Curve25519.Signing.PrivateKey()
    let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    let numbers = try rsa.publicKey.getKeyPrimitives()
    let rsaKey: JSONObject = [
      "kty": "RSA", "n": .string(Base64URL.encode(Array(numbers.modulus))),
      "e": .string(Base64URL.encode(Array(numbers.publicExponent))),
    ]
    let cases: [(String, JSONObject, (Data) throws -> Data)] = [
      (
        "EdDSA",
        [
          "kty": "OKP", "crv": "Ed25519",
          "x": .string(Base64URL.encode(Array(edwards.publicKey.rawRepresentation))),
        ], { try edwards.signature(for: $0) }
      ),
      (
        "RS256", rsaKey,
        {
          try rsa.signature(for: SHA256.hash(data: $0), padding: .insecurePKCS1v1_5)
            .rawRepresentation
        }
      ),
      (
        "PS256", rsaKey,
        { try rsa.signature(for: SHA256.hash(data: $0), padding: .PSS).rawRepresentation }
      ),
    ]
    for (algorithm, jwk, sign) in cases {
      let header: JSONObject = [
        "typ": "dpop+jwt", "alg": .string(algorithm), "jwk": .object(jwk),
      ]
      let input =
        Base64URL.encode(header.serialized()) + "."
        + Base64URL.encode(ProofMaker.claims.serialized())
      let proof = input + "." + Base64URL.encode(Array(try sign(Data(input.utf8))))
      let outcome = try ProofMaker.verify([proof])
      #expect(outcome.verified?.key == Thumbprint(of: try JSONWebKey(jwk)), "\(algorithm)")
    }
  }

  @Test("a nonce is accepted in its slot of time and the next one, and only with its key")
  func nonces() throws {
    let nonces = DPoPNonces(key: SymmetricKey(size: .bits256), slot: 100)
    let start: Int64 = 1_800_000_000
    let nonce = nonces.nonce(at: start)
    #expect(nonce == nonces.nonce(at: start + 99))
    #expect(nonce != nonces.nonce(at: start + 100))
    #expect(nonces.accepts(nonce, at: start + 199))
    #expect(!nonces.accepts(nonce, at: start + 200))
    #expect(!nonces.accepts(nonce, at: start - 1))
    #expect(!nonces.accepts("", at: start))
    #expect(!DPoPNonces(key: SymmetricKey(size: .bits256), slot: 100).accepts(nonce, at: start))
    #expect(!nonces.accepts(nonce, at: .min) && !nonces.accepts(nonce, at: .max))

    var claims = ProofMaker.claims
    let missing = try ProofMaker.verify([self.maker.proof(claims: claims)], nonce: nonces)
    #expect(missing.refusal?.code == .nonceMissing && missing.refusal?.asksForNonce == true)
    claims["nonce"] = "made up"
    let wrong = try ProofMaker.verify([self.maker.proof(claims: claims)], nonce: nonces)
    #expect(wrong.refusal?.code == .nonceMismatch && wrong.refusal?.asksForNonce == true)
    claims["nonce"] = .string(nonce)
    #expect(
      try ProofMaker.verify([self.maker.proof(claims: claims)], nonce: nonces).verified != nil)
  }

  @Test("a challenge names the algorithms, and asks for a nonce where one is missing")
  func challenge() {
    #expect(DPoPChallenge(nil).description == #"DPoP algs="ES256 EdDSA RS256 PS256""#)
    #expect(
      DPoPChallenge(DPoPRefusal(.replayed)).description.hasPrefix(
        #"DPoP error="invalid_dpop_proof", error_description="#))
    #expect(
      DPoPChallenge(DPoPRefusal(.nonceMissing)).description.hasPrefix(
        #"DPoP error="use_dpop_nonce""#))
  }
}
