import Credentials
import Crypto
import HTTPMessages
import Inspection
import JOSE
import OAuth
import SPIFFE
import StrictJSON
import TestIssuers
import Testing

@Suite("Issuers")
struct IssuerTests {
  /// An issuer beside ours, with a key of the same id.
  private let other = TestIssuer(name: "https://other.example")

  private func situation(
    trustDomains: Set<String> = [], profile: AccessTokenProfile? = nil,
    keys: TokenIssuer.Keys? = nil, algorithms: Set<SignatureAlgorithm> = [.es256]
  ) throws -> Situation {
    var situation = Situation()
    situation.externalIssuers = [
      try TokenIssuer(
        issuer: self.other.name, keys: try keys ?? .available(self.other.issuerKeys()),
        profile: profile ?? .init(types: ["at+jwt", "JWT"], claims: .minimal),
        algorithms: algorithms,
        trustDomains: Set(try trustDomains.map { try TrustDomain(parsing: $0) }))
    ]
    return situation
  }

  @Test("a token that is remembered is verified again once more is asked of its issuer's tokens")
  func narrowed() throws {
    var situation = try self.situation()
    let issuers = situation.externalIssuers
    let token = try self.other.signed(Self.claims, type: "at+jwt")
    for _ in 0..<2 { #expect(try situation.inspect(token: token).permit != nil) }
    #expect(situation.memory.tokens.count == 1)
    for narrower in [
      try self.situation(algorithms: [.rs256]),
      try self.situation(profile: .init(types: ["at+jwt"], claims: .complete)),
    ] {
      situation.externalIssuers = narrower.externalIssuers
      #expect(try situation.inspect(token: token).permit == nil)
      situation.externalIssuers = issuers
      for _ in 0..<2 { #expect(try situation.inspect(token: token).permit != nil) }
    }
  }

  private static let claims: JSONObject = [
    "iss": "https://other.example", "sub": "repo:acme/shop", "aud": "https://orders.example",
    "exp": 1_000_300, "scope": "orders.read",
  ]

  @Test("another issuer's subject is that issuer's, and needs no registration with us")
  func principal() throws {
    let situation = try self.situation()
    let credential = try #require(
      try situation.inspect(token: self.other.signed(Self.claims, type: "JWT")).permit?.caller
        .credential)
    #expect(credential.principal.description == "https://other.example#repo:acme/shop")
    #expect(credential.principal.spiffeID == nil)
    #expect(credential.issuedAt == nil)
    #expect(credential.id.description == credential.digest.description)
    #expect(credential.kind == .accessToken)
  }

  @Test("another issuer's ids are under its name: revoking one of ours revokes none of them")
  func ids() throws {
    var situation = try self.situation()
    var claims = Self.claims
    claims["jti"] = "token-1"
    let token = try self.other.signed(claims, type: "JWT")
    let ours = try CredentialID("token-1")
    situation.revocations = RevocationView(credentials: [ours])
    let credential = try #require(try situation.inspect(token: token).permit?.caller.credential)
    #expect(credential.id.description == "https://other.example#token-1")
    #expect(
      try situation.inspect(token: situation.issuer.token()).refusal?.name == "token-revoked")
    situation.revocations = RevocationView(
      credentials: [CredentialID(ours, of: "https://other.example")])
    #expect(try situation.inspect(token: token).refusal?.name == "token-revoked")
    #expect(try situation.inspect(token: situation.issuer.token()).permit != nil)
  }

  @Test("one issuer's key signs nothing of another's, although the key ids are one")
  func keysArePerIssuer() throws {
    let situation = try self.situation(trustDomains: ["example.org"])
    let forged = try self.other.token(["iss": .string(TestIssuer.name)])
    #expect(try situation.inspect(token: forged).refusal?.name == "signature-invalid")
    var claims = Self.claims
    claims["iss"] = .string(TestIssuer.name)
    let inverse = try situation.issuer.signed(Self.claims, type: "at+jwt")
    #expect(try situation.inspect(token: inverse).refusal?.name == "signature-invalid")
  }

  @Test("an issuer yields SPIFFE IDs only in trust domains that were granted to it")
  func grants() throws {
    var claims = Self.claims
    let cases: [(String, Set<String>, String?)] = [
      ("spiffe://example.com/a", [], "trust-domain-mismatch"),
      ("spiffe://example.com/a", ["example.net"], "trust-domain-mismatch"),
      ("spiffe://example.com/a", ["example.com"], nil),
      ("spiffe://example.com/a/", ["example.com"], "subject-malformed"),
      ("SPIFFE://example.com/a", ["example.com"], "subject-malformed"),
      ("spiffe:example.com", ["example.com"], "subject-malformed"),
      ("spiffe://", ["example.com"], "subject-malformed"),
      // Our own trust domain, even if granted, is registered.
      ("spiffe://example.org/shop/checkout", ["example.org"], nil),
      ("spiffe://example.org/nobody", ["example.org"], "workload-unknown"),
      ("spiffe://example.org/shop/checkout", [], "trust-domain-mismatch"),
      ("a\u{0}b", [], "subject-malformed"), ("a\r\nb", [], "subject-malformed"),
      (" a", [], "subject-malformed"), ("\u{FF53}piffe://x/y", [], "subject-malformed"),
      (String(repeating: "a", count: 256), [], "subject-malformed"),
    ]
    for (subject, granted, name) in cases {
      claims["sub"] = .string(subject)
      let result = try self.situation(trustDomains: granted)
        .inspect(token: self.other.signed(claims, type: "JWT"))
      #expect(result.refusal?.name == name, "\(subject) \(granted)")
    }
  }

  @Test("types are the issuer's own, and a token of ours needs all that ours have")
  func types() throws {
    let token = try self.other.signed(Self.claims, type: "JWT")
    let strict = try self.situation(profile: .init(types: ["at+jwt"], claims: .minimal))
    #expect(try strict.inspect(token: token).refusal?.name == "type-mismatch")
    let untyped = try self.other.signed(Self.claims, type: nil)
    #expect(try strict.inspect(token: untyped).refusal?.name == "type-mismatch")
    let lax = try self.situation(
      profile: .init(types: ["at+jwt"], acceptsUntyped: true, claims: .minimal))
    #expect(try lax.inspect(token: untyped).permit != nil)
    let complete = try self.situation(profile: .rfc9068)
    let short = try self.other.signed(Self.claims, type: "at+jwt")
    #expect(try complete.inspect(token: short).refusal?.name == "token-malformed")
    #expect(
      try self.situation().inspect(token: complete.issuer.token(type: "JWT")).refusal?.name
        == "type-mismatch")
  }

  @Test(
    "without the issuer's keys nothing is known: 503 with Retry-After, and no failure is counted")
  func keysUnavailable() throws {
    let situation = try self.situation(keys: .unavailable(retryAfterSeconds: 7))
    let refusal = try #require(
      try situation.inspect(token: self.other.signed(Self.claims, type: "JWT")).refusal)
    #expect(refusal.code == "credential/keys-unavailable")
    #expect(refusal.status.code == 503)
    #expect(refusal.field("Retry-After") == "7")
    #expect(situation.memory.failures == 0)
    #expect(try situation.inspect(token: situation.issuer.token()).permit != nil)
  }

  @Test("a token that was remembered is undecidable too while its issuer's keys are not available")
  func keysBecomeUnavailable() throws {
    var situation = try self.situation()
    let token = try self.other.signed(Self.claims, type: "JWT")
    #expect(try situation.inspect(token: token).permit != nil)
    situation.externalIssuers = try self.situation(
      keys: .unavailable(retryAfterSeconds: 1)
    ).externalIssuers
    #expect(try situation.inspect(token: token).refusal?.status.code == 503)
    situation.externalIssuers = []
    #expect(try situation.inspect(token: token).refusal?.name == "issuer-mismatch")
  }

  @Test("an unknown key id is refused, and told once for the issuer that it claims to be of")
  func unknownKey() throws {
    let situation = try self.situation()
    let stranger = TestIssuer(keyID: "key-9", name: self.other.name)
    let token = try stranger.signed(Self.claims, type: "JWT")
    #expect(try situation.inspect(token: token).refusal?.name == "key-unknown")
    #expect(situation.memory.unknownKeys == [self.other.name])
    let unconfigured = TestIssuer(keyID: "key-9", name: "https://nobody.example")
    #expect(try situation.inspect(token: unconfigured.token()).refusal?.name == "issuer-mismatch")
    #expect(situation.memory.unknownKeys == [self.other.name])
  }

  @Test("key ids are revoked for one issuer, not for all that use the same")
  func revokedKeys() throws {
    var situation = try self.situation()
    let token = try self.other.signed(Self.claims, type: "JWT")
    situation.revocations = RevocationView(keys: ["key-1"])
    #expect(try situation.inspect(token: token).permit != nil)
    #expect(
      try situation.inspect(token: situation.issuer.token()).refusal?.name == "key-revoked")
    situation.revocations = RevocationView(keys: ["https://other.example#key-1"])
    #expect(try situation.inspect(token: token).refusal?.name == "key-revoked")
    #expect(try situation.inspect(token: situation.issuer.token()).permit != nil)
  }

  @Test("a token that does not say when it was issued was issued before every cut-off")
  func withoutTimeOfIssue() throws {
    var situation = try self.situation()
    situation.revocations = RevocationView(issuedBefore: 1)
    let token = try self.other.signed(Self.claims, type: "JWT")
    #expect(try situation.inspect(token: token).refusal?.name == "workload-revoked")
  }

  @Test("where everybody must be registered, a principal without a SPIFFE ID is nobody")
  func everybodyRegistered() throws {
    var situation = try self.situation()
    situation.registration = .everybody
    let token = try self.other.signed(Self.claims, type: "JWT")
    #expect(try situation.inspect(token: token).refusal?.name == "workload-unknown")
  }

  @Test(
    "claims that two verifiers may read differently are refused",
    arguments: [
      ("exp", .number(1_000_300.5)), ("iat", .number(1_000_000.5)), ("nbf", "1000000"),
      ("aud", ["https://orders.example", 7]), ("aud", []), ("aud", .object([:])),
      ("scope", ["orders.read"]), ("azp", 7), ("exp", nil), ("sub", nil), ("sub", ""),
      ("cnf", .null), ("cnf", .object([:])), ("cnf", .object(["jwk": .object([:])])),
      ("aud", .array(Array(repeating: "https://orders.example", count: 65))),
    ] as [(String, JSONValue?)])
  func oddClaims(_ name: String, _ value: JSONValue?) throws {
    var claims = Self.claims
    claims[name] = value
    let situation = try self.situation()
    let refusal = try situation.inspect(token: self.other.signed(claims, type: "JWT")).refusal
    #expect(refusal?.status.code == 401)
    #expect(situation.memory.tokens.count == 0)
  }

  @Test(
    "headers that offer keys are not followed, and extensions are refused",
    arguments: ["crit", "b64"])
  func headers(_ name: String) throws {
    let situation = try self.situation()
    let value: JSONValue = name == "b64" ? false : .array([.string("x")])
    let token = try self.other.signed(Self.claims, type: "JWT", header: [name: value])
    #expect(try situation.inspect(token: token).refusal?.name == "token-malformed")
    let stranger = TestIssuer(name: self.other.name)
    let jwk = JSONWebKey.from(stranger.key.publicKey, keyID: "key-1").json
    let offered = try stranger.signed(
      Self.claims, type: "JWT",
      header: ["jwk": .object(jwk), "jku": "https://attacker.example/keys"])
    #expect(try situation.inspect(token: offered).refusal?.name == "signature-invalid")
  }

  @Test("an issuer is a URL without a fragment, and is configured once")
  func table() throws {
    for name in [
      "", "issuer", "spiffe://example.org", "https://a#b", "https://a\u{0}", "https://ä",
    ] {
      #expect(throws: InvalidTokenIssuer.self) {
        try TokenIssuer(issuer: name, keys: .unavailable(retryAfterSeconds: 1))
      }
    }
    #expect(throws: InvalidTokenIssuer.self) {
      try TokenIssuer(issuer: "https://a", keys: .available(self.other.issuerKeys()))
    }
    let issuer = try TokenIssuer(issuer: "https://a", keys: .unavailable(retryAfterSeconds: 1))
    #expect(throws: InvalidTokenIssuer.self) { try IssuerTable([issuer, issuer]) }
  }
}
