import Crypto
import Foundation
import JOSE
import SPIFFE
import StrictJSON
import Testing
import _CryptoExtras

@Suite("JWT-SVID")
struct JWTSVIDTests {
  static let now: Int64 = 1_800_000_000

  private let key = P256.Signing.PrivateKey()
  private let otherKey = P256.Signing.PrivateKey()
  private let bundles: TrustBundleSet

  init() throws {
    self.bundles = try TrustBundleSet([
      Self.bundle("example.org", [.from(self.key.publicKey, keyID: "k1", use: "jwt-svid")]),
      Self.bundle("example.com", [.from(self.otherKey.publicKey, keyID: "k2", use: "jwt-svid")]),
    ])
  }

  private static func bundle(_ name: String, _ keys: [JSONWebKey]) throws -> TrustBundle {
    let trustDomain = try TrustDomain(parsing: name)
    return try TrustBundle(
      x509: X509Bundle(trustDomain: trustDomain, authorities: []),
      jwt: JWTBundle(trustDomain: trustDomain, keys: keys), sequence: nil, refreshHint: nil)
  }

  private static var claims: JSONObject {
    [
      "sub": "spiffe://example.org/workload", "aud": ["orders"], "exp": .integer(now + 300),
      "iat": .integer(now), "jti": "id-1", "iss": "https://issuer.example/svid",
    ]
  }

  private static let header: JSONObject = ["alg": "ES256", "kid": "k1", "typ": "JWT"]

  private func token(
    header: JSONObject = header, payload: [UInt8]? = nil, claims: JSONObject = claims,
    key: P256.Signing.PrivateKey? = nil
  ) throws -> String {
    let input =
      Base64URL.encode(header.serialized()) + "."
      + Base64URL.encode(payload ?? claims.serialized())
    let signature = try (key ?? self.key).signature(for: Data(input.utf8)).rawRepresentation
    return input + "." + Base64URL.encode(Array(signature))
  }

  private func verify(
    _ token: String, audience: String = "orders", now: Int64 = now, leeway: Int64 = 0
  ) -> SVIDVerification<VerifiedJWTSVID> {
    UnverifiedJWTSVID(token: token).verify(
      bundles: self.bundles, audience: audience, at: now, leeway: leeway)
  }

  @Test("a token of our builder verifies, with everything that it says")
  func good() throws {
    let claims = try JWTSVIDClaims(
      id: SPIFFEID(parsing: "spiffe://example.org/workload"), audience: ["orders"],
      issuedAt: Self.now, expiresAt: Self.now + 300, notBefore: Self.now, jwtID: "id-1",
      issuer: "https://issuer.example/svid")
    let signed = try claims.signed(by: ES256Signer(key: self.key, keyID: "k1"))
    let svid = try #require(self.verify(signed.compact).verified)
    #expect(svid.id.description == "spiffe://example.org/workload")
    #expect(svid.audience == ["orders"])
    #expect(svid.expiresAt == Self.now + 300)
    #expect(svid.issuedAt == Self.now)
    #expect(svid.notBefore == Self.now)
    #expect(svid.jwtID == "id-1")
    #expect(svid.issuer == "https://issuer.example/svid")
    #expect(svid.keyID == "k1")
    #expect(svid.digest == signed.signingInputDigest)
    #expect(svid.claims["aud"] == "orders")
  }

  @Test("the audience is written as a string or as an array, as asked")
  func audienceForm() throws {
    let id = try SPIFFEID(parsing: "spiffe://example.org/workload")
    func audience(
      _ names: [String], _ form: JWTSVIDClaims.AudienceForm
    ) throws -> JSONValue? {
      let claims = try JWTSVIDClaims(
        id: id, audience: names, issuedAt: 1, expiresAt: 2, jwtID: "i", issuer: nil,
        audienceForm: form)
      return try JSONValue(parsing: claims.payload).objectValue?["aud"]
    }
    #expect(try audience(["a"], .stringIfSingle) == "a")
    #expect(try audience(["a"], .array) == ["a"])
    #expect(try audience(["a", "b"], .stringIfSingle) == ["a", "b"])
  }

  @Test("claims that make no JWT-SVID are refused before signing")
  func builder() throws {
    let id = try SPIFFEID(parsing: "spiffe://example.org/workload")
    for audience in [[], [""], ["a", ""]] as [[String]] {
      #expect(throws: InvalidJWTSVIDClaims.audienceMissing) {
        try JWTSVIDClaims(
          id: id, audience: audience, issuedAt: 1, expiresAt: 2, jwtID: "i", issuer: nil)
      }
    }
    #expect(throws: InvalidJWTSVIDClaims.expiresBeforeIssue) {
      try JWTSVIDClaims(
        id: id, audience: ["a"], issuedAt: 2, expiresAt: 2, jwtID: "i", issuer: nil)
    }
    #expect(throws: InvalidJWTSVIDClaims.idWithoutPath) {
      try JWTSVIDClaims(
        id: id.trustDomain.id, audience: ["a"], issuedAt: 1, expiresAt: 2, jwtID: "i", issuer: nil)
    }
  }

  @Test("claims decide acceptance")
  func claims() throws {
    let cases: [(String, JSONValue?, SVIDRefusal.Code?)] = [
      ("aud", "orders", nil), ("aud", ["other", "orders"], nil), ("aud", nil, .audienceMissing),
      ("aud", [], .audienceMissing), ("aud", "other", .audienceMismatch),
      ("aud", ["Orders"], .audienceMismatch), ("aud", ["orders "], .audienceMismatch),
      ("aud", 7, .malformedClaims), ("aud", ["orders", 7], .malformedClaims),
      ("aud", .null, .malformedClaims),
      ("exp", nil, .expirationMissing), ("exp", .integer(Self.now), .expired),
      ("exp", .integer(Self.now + 1), nil), ("exp", .integer(Self.now - 1), .expired),
      ("exp", 0, .expired), ("exp", .integer(.min), .expired), ("exp", .integer(.max), nil),
      ("exp", "1800000300", .malformedClaims), ("exp", .number(1e300), .malformedClaims),
      ("exp", .number(Double(Self.now) + 0.5), .expired),
      ("nbf", .integer(Self.now), nil), ("nbf", .integer(Self.now + 1), .notYetValid),
      ("nbf", .integer(.max), .notYetValid), ("nbf", "1", .malformedClaims),
      ("iat", nil, nil), ("iat", .integer(Self.now + 1), .issuedInFuture),
      ("jti", nil, nil), ("jti", 7, .malformedClaims), ("iss", nil, nil),
      ("sub", nil, .subjectMissing), ("sub", 7, .malformedClaims),
      ("sub", "", .invalidSPIFFEID), ("sub", "workload", .invalidSPIFFEID),
      ("sub", "spiffe://example.org/workload\n", .invalidSPIFFEID),
      ("sub", "spiffe://Example.org/workload", .invalidSPIFFEID),
      ("sub", "spiffe://unknown.example/workload", .unknownTrustDomain),
      ("sub", "spiffe://example.com/workload", .unknownKeyID),
      ("sub", "spiffe://example.org", nil),
    ]
    for (name, value, code) in cases {
      var claims = Self.claims
      claims[name] = value
      let refusal = self.verify(try self.token(claims: claims)).refusal
      #expect(refusal?.code == code, "\(name)")
    }
  }

  @Test("leeway widens the times on both sides, and the ends of time do not trap")
  func leeway() throws {
    let token = try self.token()
    #expect(self.verify(token, now: Self.now + 300).refusal?.code == .expired)
    #expect(self.verify(token, now: Self.now + 300, leeway: 1).verified != nil)
    #expect(self.verify(token, now: Self.now - 1).refusal?.code == .issuedInFuture)
    #expect(self.verify(token, now: Self.now - 1, leeway: 1).verified != nil)
    #expect(self.verify(token, now: .max, leeway: 60).refusal?.code == .expired)
    #expect(self.verify(token, now: .min, leeway: 60).refusal?.code == .issuedInFuture)
  }

  @Test("the header decides acceptance")
  func header() throws {
    let cases: [(String, JSONValue?, SVIDRefusal.Code?)] = [
      ("typ", nil, nil), ("typ", "JWT", nil), ("typ", "JOSE", nil),
      ("typ", "jwt", .unsupportedType), ("typ", "at+jwt", .unsupportedType),
      ("typ", "wit+jwt", .unsupportedType), ("typ", "", .unsupportedType),
      ("typ", 7, .malformedToken),
      ("kid", nil, .keyIDMissing), ("kid", "", .keyIDMissing), ("kid", 7, .malformedToken),
      ("kid", "unknown", .unknownKeyID), ("kid", "k2", .unknownKeyID), ("kid", "K1", .unknownKeyID),
      ("alg", nil, .malformedToken), ("alg", "none", .unsupportedAlgorithm),
      ("alg", "HS256", .unsupportedAlgorithm), ("alg", "EdDSA", .unsupportedAlgorithm),
      ("alg", "ES384", .unsupportedAlgorithm), ("alg", "RS256", .unsupportedAlgorithm),
      ("alg", "es256", .unsupportedAlgorithm), ("alg", 7, .malformedToken),
      ("jku", "https://attacker.example", .unexpectedHeaderParameter),
      ("jwk", [:], .unexpectedHeaderParameter), ("x5c", [], .unexpectedHeaderParameter),
      ("x5u", "a", .unexpectedHeaderParameter), ("cty", "JWT", .unexpectedHeaderParameter),
      ("crit", ["exp"], .unexpectedHeaderParameter), ("b64", false, .unexpectedHeaderParameter),
      ("unknown", .null, .unexpectedHeaderParameter),
    ]
    for (name, value, code) in cases {
      var header = Self.header
      header[name] = value
      let refusal = self.verify(try self.token(header: header)).refusal
      #expect(refusal?.code == code, "\(name)")
    }
  }

  @Test("a signature of another key, of another trust domain's key, or none is refused")
  func signatures() throws {
    let stranger = try self.token(key: P256.Signing.PrivateKey())
    #expect(self.verify(stranger).refusal?.code == .invalidSignature)
    // The key of example.com signs for example.org, under either key id.
    let foreign = try self.token(key: self.otherKey)
    #expect(self.verify(foreign).refusal?.code == .invalidSignature)
    var header = Self.header
    header["kid"] = "k2"
    let named = try self.token(header: header, key: self.otherKey)
    #expect(self.verify(named).refusal?.code == .unknownKeyID)
    let good = try self.token()
    let unsigned = good.split(separator: ".").prefix(2).joined(separator: ".") + "."
    #expect(self.verify(unsigned).refusal?.code == .malformedToken)
  }

  @Test("each changed character of a token is refused")
  func changedCharacter() throws {
    let token = Array(try self.token().utf8)
    for position in token.indices {
      var changed = token
      changed[position] = changed[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : 0x41
      let text = String(decoding: changed, as: UTF8.self)
      #expect(self.verify(text).verified == nil, "at \(position)")
    }
  }

  @Test("what is not a compact JWS is malformed, however large")
  func malformed() throws {
    let good = try self.token()
    let texts = [
      "", ".", "..", "...", "a.b.c", good + ".", good + "\n", " " + good, good + "=",
      "Bearer " + good, #"{"payload":"","signatures":[]}"#, good + "." + good,
      String(repeating: "a", count: 5_000_000), String(repeating: ".", count: 10_000),
      String(good.dropFirst()), "\u{FEFF}" + good, good.replacing(".", with: "\u{FF0E}"),
    ]
    for text in texts {
      #expect(self.verify(text).refusal?.code == .malformedToken)
    }
    for payload in ["", "[]", "null", "{", #"{"sub":"a","sub":"b"}"#, "\u{0}"] {
      let token = try self.token(payload: Array(payload.utf8))
      #expect(self.verify(token).verified == nil)
    }
    #expect(self.verify(try self.token(payload: [0xFF])).refusal?.code == .malformedClaims)
  }

  @Test("an unverified token never shows")
  func redacted() throws {
    let svid = UnverifiedJWTSVID(token: "secret")
    var dumped = ""
    dump(svid, to: &dumped)
    for text in ["\(svid)", String(reflecting: svid), dumped, "\([svid])"] {
      #expect(!text.contains("secret"))
    }
  }

  @Test("a refusal's text repeats nothing of the token")
  func safeText() throws {
    for code in SVIDRefusal.Code.allCases {
      let refusal = SVIDRefusal(code)
      #expect(!refusal.message.isEmpty)
      #expect(refusal.message != code.rawValue)
      #expect(refusal.description == "\(code.rawValue): \(refusal.message)")
    }
  }

  @Test("all nine algorithms verify", arguments: JWTBundle.algorithms)
  func algorithms(_ algorithm: SignatureAlgorithm) throws {
    let (signer, jwk) = try TestSigner.make(algorithm)
    let bundles = try TrustBundleSet([Self.bundle("example.org", [jwk])])
    let signed = try JWSSigning.sign(
      payload: Self.claims.serialized(), type: nil, signer: signer)
    let outcome = UnverifiedJWTSVID(token: signed.compact).verify(
      bundles: bundles, audience: "orders", at: Self.now, leeway: 0)
    #expect(outcome.verified != nil)
  }

  @Test("a JWT-SVID is never signed with EdDSA")
  func edDSA() throws {
    let claims = try JWTSVIDClaims(
      id: SPIFFEID(parsing: "spiffe://example.org/a"), audience: ["a"], issuedAt: 1, expiresAt: 2,
      jwtID: "i", issuer: nil)
    let signer = TestSigner(algorithm: .edDSA) { _ in Array(repeating: 0, count: 64) }
    #expect(throws: InvalidJWTSVIDClaims.algorithm) { try claims.signed(by: signer) }
  }
}

/// Signs with any of the nine algorithms, for tests.
struct TestSigner: JWSSigner {
  let algorithm: SignatureAlgorithm
  let keyID = "k"
  let sign: @Sendable ([UInt8]) throws -> [UInt8]

  func signature(for signingInput: [UInt8]) throws -> [UInt8] { try self.sign(signingInput) }

  static func make(_ algorithm: SignatureAlgorithm) throws -> (TestSigner, JSONWebKey) {
    switch algorithm {
    case .es256:
      let key = P256.Signing.PrivateKey()
      let members = Self.curve("P-256", key.publicKey.rawRepresentation)
      return try Self.pair(algorithm, members) {
        Array(try key.signature(for: SHA256.hash(data: $0)).rawRepresentation)
      }
    case .es384:
      let key = P384.Signing.PrivateKey()
      let members = Self.curve("P-384", key.publicKey.rawRepresentation)
      return try Self.pair(algorithm, members) {
        Array(try key.signature(for: SHA384.hash(data: $0)).rawRepresentation)
      }
    case .es512:
      let key = P521.Signing.PrivateKey()
      let members = Self.curve("P-521", key.publicKey.rawRepresentation)
      return try Self.pair(algorithm, members) {
        Array(try key.signature(for: SHA512.hash(data: $0)).rawRepresentation)
      }
    default: return try Self.rsa(algorithm)
    }
  }

  private static func rsa(_ algorithm: SignatureAlgorithm) throws -> (TestSigner, JSONWebKey) {
    let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    let primitives = try key.publicKey.getKeyPrimitives()
    let members: JSONObject = [
      "kty": "RSA", "n": .string(Base64URL.encode(Array(primitives.modulus))),
      "e": .string(Base64URL.encode(Array(primitives.publicExponent))),
    ]
    let padding: _RSA.Signing.Padding =
      [.ps256, .ps384, .ps512].contains(algorithm) ? .PSS : .insecurePKCS1v1_5
    return try Self.pair(algorithm, members) { input in
      switch algorithm {
      case .rs256, .ps256:
        Array(try key.signature(for: SHA256.hash(data: input), padding: padding).rawRepresentation)
      case .rs384, .ps384:
        Array(try key.signature(for: SHA384.hash(data: input), padding: padding).rawRepresentation)
      default:
        Array(try key.signature(for: SHA512.hash(data: input), padding: padding).rawRepresentation)
      }
    }
  }

  private static func curve(_ name: String, _ coordinates: Data) -> JSONObject {
    let length = coordinates.count / 2
    return [
      "kty": "EC", "crv": .string(name),
      "x": .string(Base64URL.encode(Array(coordinates.prefix(length)))),
      "y": .string(Base64URL.encode(Array(coordinates.suffix(length)))),
    ]
  }

  private static func pair(
    _ algorithm: SignatureAlgorithm, _ members: JSONObject,
    _ sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]
  ) throws -> (TestSigner, JSONWebKey) {
    var members = members
    members["kid"] = "k"
    members["use"] = "jwt-svid"
    return (TestSigner(algorithm: algorithm, sign: sign), try JSONWebKey(members))
  }
}
