import Crypto
import Foundation
import JOSE
import OAuth
import StrictJSON
import Testing

@Suite("Access token")
struct AccessTokenTests {
  static let now: Int64 = 1_800_000_000
  static let issuer = "https://issuer.example"

  private let key = P256.Signing.PrivateKey()
  private let keys: IssuerKeys
  private let audience: Audience

  init() throws {
    self.keys = IssuerKeys(
      issuer: Self.issuer,
      keySet: JSONWebKeySet(keys: [
        .from(self.key.publicKey, keyID: "k1"),
        .from(P256.Signing.PrivateKey().publicKey, keyID: "k2"),
      ]), permitting: [.es256])
    self.audience = try Audience(parsing: "https://orders.example")
  }

  private static let header: JSONObject = ["alg": "ES256", "kid": "k1", "typ": "at+jwt"]

  private static let claims: JSONObject = [
    "iss": .string(issuer), "sub": "spiffe://example.org/a", "aud": "https://orders.example",
    "client_id": "spiffe://example.org/a", "scope": "orders:read", "iat": .integer(now),
    "nbf": .integer(now), "exp": .integer(now + 300), "jti": "id-1",
  ]

  private func token(
    header: JSONObject = header, claims: JSONObject = claims, payload: [UInt8]? = nil,
    key: P256.Signing.PrivateKey? = nil
  ) throws -> String {
    let input =
      Base64URL.encode(header.serialized()) + "."
      + Base64URL.encode(payload ?? claims.serialized())
    let signature = try (key ?? self.key).signature(for: Data(input.utf8)).rawRepresentation
    return input + "." + Base64URL.encode(Array(signature))
  }

  private func verify(
    _ token: String, now: Int64 = now, leeway: Int64 = 0
  ) throws -> AccessTokenVerification {
    UnverifiedAccessToken(try BearerToken(token)).verify(
      issuer: self.keys, audience: self.audience, at: now, leeway: leeway)
  }

  @Test("a token of our builder verifies, with everything that it says")
  func good() throws {
    let claims = AccessTokenClaims(
      issuer: Self.issuer, subject: "spiffe://example.org/a", clientID: "spiffe://example.org/a",
      audience: self.audience, scopes: try ScopeSet(parsing: "orders:write orders:read"),
      issuedAt: Self.now, notBefore: Self.now, expiresAt: Self.now + 300, jwtID: "id-1")
    let signed = try claims.signed(by: ES256Signer(key: self.key, keyID: "k1"))
    let token = try #require(try self.verify(signed.compact).verified)
    #expect(token.issuer == Self.issuer)
    #expect(token.subject == "spiffe://example.org/a")
    #expect(token.clientID == "spiffe://example.org/a")
    #expect(token.audience == ["https://orders.example"])
    #expect(token.scopes.description == "orders:write orders:read")
    #expect(token.issuedAt == Self.now)
    #expect(token.notBefore == Self.now)
    #expect(token.expiresAt == Self.now + 300)
    #expect(token.jwtID == "id-1")
    #expect(token.keyID == "k1")
    #expect(token.digest == signed.signingInputDigest)
  }

  @Test("claims decide acceptance")
  func claims() throws {
    let cases: [(String, JSONValue?, AccessTokenRefusal.Code?)] = [
      ("iss", nil, .claimMissing), ("iss", "https://issuer.example/", .issuerMismatch),
      ("iss", "https://other.example", .issuerMismatch), ("iss", 7, .malformedClaims),
      ("aud", nil, .claimMissing), ("aud", [], .claimMissing),
      ("aud", ["https://orders.example"], nil), ("aud", ["x", "https://orders.example"], nil),
      ("aud", "https://orders.example/", .audienceMismatch), ("aud", ["x"], .audienceMismatch),
      ("aud", ["https://orders.example", 7], .malformedClaims),
      ("sub", nil, .claimMissing), ("sub", "", .claimMissing), ("sub", 7, .malformedClaims),
      ("client_id", nil, .claimMissing), ("client_id", 7, .claimMissing),
      ("jti", nil, .claimMissing), ("jti", "", .claimMissing),
      ("iat", nil, .claimMissing), ("nbf", nil, .claimMissing), ("exp", nil, .claimMissing),
      ("exp", .integer(Self.now), .expired), ("exp", .integer(Self.now + 1), nil),
      ("exp", "1900000000", .malformedClaims), ("exp", .null, .malformedClaims),
      ("exp", .number(.infinity), .malformedClaims), ("exp", .integer(.max), nil),
      ("nbf", .integer(Self.now + 1), .notYetValid),
      ("iat", .integer(Self.now + 1), .issuedInFuture),
      ("scope", nil, nil), ("scope", "", nil), ("scope", "a  b", .invalidScope),
      ("scope", ["a"], .invalidScope), ("scope", .null, .invalidScope),
      ("cnf", ["jkt": "x"], .unsupportedConfirmation), ("cnf", .null, .unsupportedConfirmation),
      ("unknown", true, nil),
    ]
    for (name, value, code) in cases {
      var claims = Self.claims
      claims[name] = value
      #expect(try self.verify(try self.token(claims: claims)).refusal?.code == code, "\(name)")
    }
  }

  @Test("the header decides acceptance")
  func header() throws {
    let cases: [(String, JSONValue?, AccessTokenRefusal.Code?)] = [
      ("typ", "AT+JWT", nil), ("typ", "application/at+jwt", nil),
      ("typ", "Application/At+Jwt", nil), ("typ", nil, .wrongType), ("typ", "JWT", .wrongType),
      ("typ", "at+jwt ", .wrongType), ("typ", "at+jwt\u{0}", .wrongType),
      ("typ", "text/at+jwt", .wrongType), ("typ", "at\u{FF0B}jwt", .wrongType),
      ("typ", 7, .malformedToken), ("typ", "\u{0430}t+jwt", .wrongType),
      ("kid", nil, .keyIDMissing), ("kid", "", .keyIDMissing), ("kid", "unknown", .unknownKeyID),
      ("kid", "k2", .invalidSignature), ("kid", "K1", .unknownKeyID),
      ("alg", nil, .malformedToken), ("alg", "none", .unsupportedAlgorithm),
      ("alg", "HS256", .unsupportedAlgorithm), ("alg", "RS256", .unsupportedAlgorithm),
      ("alg", "ES384", .unsupportedAlgorithm),
      ("crit", ["x"], .unsupportedHeader), ("b64", true, .unsupportedHeader),
      ("jku", "https://attacker.example", nil),
    ]
    for (name, value, code) in cases {
      var header = Self.header
      header[name] = value
      #expect(try self.verify(try self.token(header: header)).refusal?.code == code, "\(name)")
    }
  }

  @Test("a signature of another key is refused, and so is each changed character")
  func signatures() throws {
    let forged = try self.token(key: P256.Signing.PrivateKey())
    #expect(try self.verify(forged).refusal?.code == .invalidSignature)
    let token = Array(try self.token().utf8)
    for position in token.indices {
      var changed = token
      changed[position] = changed[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : 0x41
      #expect(
        try self.verify(String(decoding: changed, as: UTF8.self)).verified == nil, "at \(position)")
    }
  }

  @Test("leeway widens the times on both sides, and the ends of time do not trap")
  func leeway() throws {
    let token = try self.token()
    #expect(try self.verify(token, now: Self.now + 300).refusal?.code == .expired)
    #expect(try self.verify(token, now: Self.now + 300, leeway: 1).verified != nil)
    #expect(try self.verify(token, now: Self.now - 1).refusal?.code == .notYetValid)
    #expect(try self.verify(token, now: Self.now - 1, leeway: 1).verified != nil)
    #expect(try self.verify(token, now: .max, leeway: 60).verified == nil)
    #expect(try self.verify(token, now: .min, leeway: 60).verified == nil)
  }

  @Test("what is not a compact JWS, or no JSON object inside, is malformed")
  func malformed() throws {
    for text in ["a", "a.b", "...", "a.b.c", "a.b.c.d.e", String(repeating: ".", count: 9_000)] {
      #expect(try self.verify(text).refusal?.code == .malformedToken)
    }
    for payload in ["", "[]", "{", #"{"iss":"a","iss":"b"}"#] {
      let token = try self.token(payload: Array(payload.utf8))
      #expect(try self.verify(token).refusal?.code == .malformedClaims)
    }
  }

  @Test("keys without an id, with a shared id, or for another use are never used")
  func issuerKeys() throws {
    let other = P256.Signing.PrivateKey().publicKey
    let keys = IssuerKeys(
      issuer: Self.issuer,
      keySet: JSONWebKeySet(keys: [
        .from(self.key.publicKey, keyID: nil), .from(self.key.publicKey, keyID: "twice"),
        .from(other, keyID: "twice"), .from(self.key.publicKey, keyID: "svid", use: "jwt-svid"),
        .from(self.key.publicKey, keyID: "x509", use: "x509-svid"),
        .from(self.key.publicKey, keyID: "good", use: nil),
      ]), permitting: [.es256])
    #expect(keys.keyIDs == ["good"])
  }

  @Test("a bearer token is read from a field and never shows")
  func bearer() throws {
    for field in ["Bearer a.b", "bearer a.b", "BEARER   a.b"] {
      #expect(try BearerToken(authorization: field).secret == "a.b")
    }
    let token = try BearerToken(authorization: "Bearer secret==")
    var dumped = ""
    dump(token, to: &dumped)
    for text in ["\(token)", String(reflecting: token), dumped, "\([token])"] {
      #expect(!text.contains("secret"))
    }
    let fields = [
      "", "Bearer", "Bearer ", "Basic a", "Bearer a b", "Bearer a,b", "Bearer =", "Bearer a=b",
      "Bearer a\n", "Bearer ä", " Bearer a", "Bearer\ta", "Bearera",
      "Bearer " + String(repeating: "a", count: 16_385),
    ]
    for field in fields {
      #expect(throws: InvalidBearerToken.self) { try BearerToken(authorization: field) }
    }
  }
}

@Suite("Answers")
struct AnswerTests {
  @Test("an error's body has its code and a message in the allowed characters")
  func error() throws {
    let error = OAuthError(.invalidTarget, "say \"one\"\n\\ target ä")
    let body: JSONValue = [
      "error": "invalid_target", "error_description": "say ?one??? target ??",
    ]
    #expect(error.json == body)
    #expect(error.httpStatus == 400)
    #expect(OAuthError(.invalidClient, "x").httpStatus == 401)
  }

  @Test("a token answer says what was issued")
  func tokenResponse() throws {
    let response = TokenResponse(
      accessToken: try BearerToken("a.b.c"), expiresIn: 300, scopes: try ScopeSet(parsing: "x y"))
    #expect(
      JSONValue.object(response.json) == [
        "access_token": "a.b.c",
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "token_type": "Bearer", "expires_in": 300, "scope": "x y",
      ])
    #expect(!"\(response)".contains("a.b.c"))
  }

  @Test("introspection says nothing but `active: false` of a token that is not good")
  func introspection() throws {
    #expect(IntrospectionResponse.inactive.json == ["active": false])
    let request = try PresentedTokenRequest(decoding: Array("token=a.b&token_type_hint=x".utf8))
    #expect(request.token.secret == "a.b")
    for text in ["", "token=", "token=a%20b", "token=a&token=b", "tokens=a"] {
      #expect(throws: OAuthError.self) { try PresentedTokenRequest(decoding: Array(text.utf8)) }
    }
  }

  @Test("introspection of a good token says what the token says")
  func activeIntrospection() throws {
    let key = P256.Signing.PrivateKey()
    let audience = try Audience(parsing: "https://a")
    let signed = try AccessTokenClaims(
      issuer: "i", subject: "s", clientID: "c", audience: audience,
      scopes: try ScopeSet(parsing: "x"), issuedAt: 1, notBefore: 1, expiresAt: 9, jwtID: "j"
    ).signed(by: ES256Signer(key: key, keyID: "k"))
    let keys = IssuerKeys(
      issuer: "i", keySet: JSONWebKeySet(keys: [.from(key.publicKey, keyID: "k")]),
      permitting: [.es256])
    let token = try #require(
      UnverifiedAccessToken(try BearerToken(signed.compact)).verify(
        issuer: keys, audience: audience, at: 2, leeway: 0
      ).verified)
    #expect(
      JSONValue.object(IntrospectionResponse.active(token).json) == [
        "active": true, "scope": "x", "client_id": "c", "token_type": "Bearer", "exp": 9,
        "iat": 1, "nbf": 1, "sub": "s", "aud": "https://a", "iss": "i", "jti": "j",
      ])
  }

  @Test("metadata documents name the issuer and lead to the keys")
  func metadata() throws {
    let server = AuthorizationServerMetadata(
      issuer: "https://i", tokenEndpoint: "https://i/oauth2/token", keySetURI: "https://i/keys",
      introspectionEndpoint: "https://i/oauth2/introspect", revocationEndpoint: nil,
      clientAuthenticationMethods: ["none"])
    #expect(
      JSONValue.object(server.json) == [
        "issuer": "https://i", "token_endpoint": "https://i/oauth2/token",
        "jwks_uri": "https://i/keys", "response_types_supported": [],
        "grant_types_supported": ["urn:ietf:params:oauth:grant-type:token-exchange"],
        "token_endpoint_auth_methods_supported": ["none"],
        "introspection_endpoint": "https://i/oauth2/introspect",
      ])
    let openID = OpenIDConfiguration(
      issuer: "https://i/svid", keySetURI: "https://i/svid/keys", tokenEndpoint: nil,
      algorithms: [.es256])
    #expect(
      JSONValue.object(openID.json) == [
        "issuer": "https://i/svid", "jwks_uri": "https://i/svid/keys",
        "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
      ])
    for json in [server.json, openID.json] {
      let issuer = try #require(json["issuer"]?.stringValue)
      let read = try IssuerMetadata(parsing: json.serialized(), of: issuer)
      #expect(read.keySetURI == json["jwks_uri"]?.stringValue)
    }
  }

  @Test("metadata of another issuer, or without keys, is refused")
  func foreignMetadata() {
    let cases: [(String, InvalidIssuerMetadata)] = [
      ("", .notJSON), ("[]", .notJSON), (#"{"issuer":"https://i","issuer":"https://i"}"#, .notJSON),
      (#"{"jwks_uri":"https://i/keys"}"#, .issuer),
      (#"{"issuer":"https://i/","jwks_uri":"https://i/keys"}"#, .issuer),
      (#"{"issuer":"https://i"}"#, .keySetURI),
      (#"{"issuer":"https://i","jwks_uri":"/keys"}"#, .keySetURI),
      (String(repeating: " ", count: 262_145), .notJSON),
    ]
    for (text, expected) in cases {
      #expect(throws: expected) {
        try IssuerMetadata(parsing: Array(text.utf8), of: "https://i")
      }
    }
  }
}
