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

@Suite("JWT-SVIDs as credentials")
struct JWTSVIDCredentialTests {
  private let domain = TestIssuer(keyID: "svid-1", name: "https://spire.example")
  private let foreign = TestIssuer(keyID: "svid-1", name: "https://spire.example.com")

  private func situation() throws -> Situation {
    var situation = Situation()
    situation.bundles = try TrustBundleSet([
      try Self.bundle("example.org", self.domain), try Self.bundle("example.com", self.foreign),
    ])
    return situation
  }

  private static func bundle(_ name: String, _ signer: TestIssuer) throws -> TrustBundle {
    let trustDomain = try TrustDomain(parsing: name)
    let key = JSONWebKey.from(signer.key.publicKey, keyID: signer.keyID, use: "jwt-svid")
    return try TrustBundle(
      x509: X509Bundle(trustDomain: trustDomain, authorities: []),
      jwt: try JWTBundle(trustDomain: trustDomain, keys: [key]), sequence: nil, refreshHint: nil)
  }

  private static func claims(_ changes: [String: JSONValue?] = [:]) -> JSONObject {
    var claims: JSONObject = [
      "sub": "spiffe://example.org/shop/checkout", "aud": "https://orders.example",
      "exp": 1_000_300, "iat": 1_000_000, "jti": "svid-a",
    ]
    for (name, value) in changes { claims[name] = value }
    return claims
  }

  private func refusal(
    _ claims: JSONObject, type: String? = "JWT", signer: TestIssuer? = nil,
    header: [String: JSONValue] = [:]
  ) throws -> String? {
    let token = try (signer ?? self.domain).signed(claims, type: type, header: header)
    return try self.situation().inspect(token: token).refusal?.code
  }

  @Test("an SVID of a registered workload is an identity without scopes")
  func withoutScopes() throws {
    for type in ["JWT", "JOSE", nil] {
      #expect(try self.refusal(Self.claims(), type: type) == "scope/insufficient-scope")
    }
    var situation = try self.situation()
    situation.enforcement = [.scope: .off]
    let token = try self.domain.signed(Self.claims(), type: "JWT")
    let credential = try #require(try situation.inspect(token: token).permit?.caller.credential)
    #expect(credential.kind == .jwtSVID)
    #expect(credential.principal.description == "spiffe://example.org/shop/checkout")
    #expect(credential.id.description == "svid-a")
    #expect(credential.scopes.isEmpty)
    // What claims to be a scope in an SVID is none.
    #expect(
      try self.refusal(Self.claims(["scope": "orders.read"])) == "scope/insufficient-scope")
  }

  @Test("its keys are those of its subject's trust domain, whatever its issuer says")
  func keys() throws {
    #expect(try self.refusal(Self.claims(), signer: self.foreign) == "credential/signature-invalid")
    for issuer in [self.foreign.name, self.domain.name, "https://nobody.example"] {
      #expect(
        try self.refusal(Self.claims(["iss": .string(issuer)])) == "scope/insufficient-scope")
      #expect(
        try self.refusal(Self.claims(["iss": .string(issuer)]), signer: self.foreign)
          == "credential/signature-invalid")
    }
    #expect(
      try self.refusal(Self.claims(["sub": "spiffe://example.net/a"]))
        == "credential/issuer-mismatch")
  }

  @Test("our issuer's key signs no SVID, and our SVID keys sign no access token")
  func keySetsAreApart() throws {
    let situation = try self.situation()
    let claims = Self.claims(["iss": .string(TestIssuer.name)])
    let asSVID = try situation.issuer.signed(claims, type: "JWT")
    #expect(try situation.inspect(token: asSVID).refusal?.name == "key-unknown")
    let asToken = try self.domain.signed(claims, type: "at+jwt")
    #expect(try situation.inspect(token: asToken).refusal?.name == "key-unknown")
  }

  @Test("each thing that is wrong with it is refused")
  func wrong() throws {
    let cases: [([String: JSONValue?], String)] = [
      (["aud": "https://other.example"], "audience-mismatch"), (["aud": nil], "audience-mismatch"),
      (["exp": 1_000_100], "token-expired"), (["exp": nil], "token-malformed"),
      (["nbf": 1_000_200], "token-not-yet-valid"), (["iat": 1_000_200], "token-not-yet-valid"),
      (["sub": "spiffe://example.org/nobody"], "workload-unknown"),
      (["sub": "spiffe://example.org"], "token-malformed"),
      (["sub": "checkout"], "issuer-mismatch"), (["sub": nil], "issuer-mismatch"),
      (["jti": "a b"], "token-malformed"), (["jti": nil], "token-malformed"),
      (["cnf": ["x": "y"]], "binding-unsupported"),
    ]
    for (changes, name) in cases {
      #expect(try self.refusal(Self.claims(changes)) == "credential/\(name)", "\(changes)")
    }
    #expect(try self.refusal(Self.claims(), type: "at+jwt") == "credential/issuer-mismatch")
    #expect(
      try self.refusal(Self.claims(), header: ["x5u": "https://a"]) == "credential/token-malformed")
  }

  @Test("another trust domain's workloads are not ours to register")
  func foreignDomain() throws {
    let claims = Self.claims(["sub": "spiffe://example.com/a", "jti": nil])
    #expect(try self.refusal(claims, signer: self.foreign) == "scope/insufficient-scope")
  }

  @Test("revoked by id, by workload and by key; the key of a foreign domain under its name")
  func revoked() throws {
    let workload = try SPIFFEID(parsing: "spiffe://example.org/shop/checkout")
    let token = try self.domain.signed(Self.claims(), type: "JWT")
    let foreign = try self.foreign.signed(
      Self.claims(["sub": "spiffe://example.com/a"]), type: "JWT")
    let views: [(RevocationView, String, String)] = [
      (RevocationView(credentials: [try CredentialID("svid-a")]), token, "token-revoked"),
      (RevocationView(cutoffs: [Principal(workload): 1_000_000]), token, "workload-revoked"),
      (RevocationView(keys: ["svid-1"]), token, "key-revoked"),
      (RevocationView(keys: ["svid-1"]), foreign, "insufficient-scope"),
      (RevocationView(keys: ["spiffe://example.com#svid-1"]), foreign, "key-revoked"),
    ]
    for (view, text, name) in views {
      var situation = try self.situation()
      situation.revocations = view
      #expect(try situation.inspect(token: text).refusal?.name == name)
    }
  }

  @Test("without the trust domain's bundle, which is configured, nothing is known: 503")
  func unavailable() throws {
    var situation = try self.situation()
    let token = try self.domain.signed(Self.claims(), type: "JWT")
    _ = try situation.inspect(token: token)
    situation.unavailableTrustDomains = [try TrustDomain(parsing: "example.org")]
    #expect(try situation.inspect(token: token).refusal?.status.code == 503)
    situation.bundles = TrustBundleSet()
    let fresh = try self.domain.signed(Self.claims(["jti": "svid-b"]), type: "JWT")
    #expect(try situation.inspect(token: fresh).refusal?.status.code == 503)
    #expect(situation.memory.failures == 0)
  }
}
