import Credentials
import HTTPMessages
import Inspection
import SPIFFE
import StrictJSON
import TestIssuers
import Testing

@Suite("The credential stage")
struct CredentialStageTests {
  let situation = Situation()

  @Test("a verified token of a registered workload yields a permit with its facts")
  func verified() throws {
    let result = try self.situation.inspect(token: try self.situation.issuer.token())
    let credential = try #require(result.permit?.caller.credential)
    #expect(credential.principal.description == "spiffe://example.org/shop/checkout")
    #expect(credential.id.description == "token-1")
    #expect(credential.keyID == "key-1")
    #expect(credential.digest.bytes.count == 32)
    #expect(result.facts.service == "orders")
    #expect(result.facts.operation == "getOrder")
    #expect(result.facts.policies == ["shop/0"])
    #expect(result.facts.revision == 7)
  }

  @Test("without a token the challenge names no error")
  func missing() throws {
    for authorization in [nil, "Basic YTpi"] {
      let refusal = try #require(try self.situation.inspect(authorization: authorization).refusal)
      #expect(refusal.code == "credential/token-missing")
      #expect(refusal.status.code == 401)
      #expect(refusal.field("WWW-Authenticate") == "Bearer realm=\"https://orders.example\"")
    }
  }

  @Test("a token in the query is never read")
  func query() throws {
    let token = try self.situation.issuer.token()
    let result = try self.situation.inspect(
      "GET /orders/1?access_token=\(token) HTTP/1.1\nHost: orders.example")
    #expect(result.refusal?.code == "credential/token-missing")
  }

  @Test("two credentials are one too many")
  func repeated() throws {
    let token = try self.situation.issuer.token()
    let field = "\nAuthorization: Bearer \(token)"
    let result = try self.situation.inspect(
      "GET /orders/1 HTTP/1.1\nHost: orders.example" + field + field)
    #expect(result.refusal?.code == "credential/credentials-repeated")
    #expect(result.refusal?.status.code == 400)
    let inOne = try self.situation.inspect(authorization: "Bearer \(token), Bearer \(token)")
    #expect(inOne.refusal?.status.code == 400)
  }

  static let badClaims: [(String, JSONValue?, String)] = [
    ("aud", "https://other.example", "audience-mismatch"),
    ("iss", "https://other.example", "issuer-mismatch"),
    ("exp", 1_000_100, "token-expired"),
    ("exp", 1, "token-expired"),
    ("nbf", 1_000_200, "token-not-yet-valid"),
    ("iat", 1_000_200, "token-not-yet-valid"),
    ("exp", nil, "token-malformed"),
    ("jti", nil, "token-malformed"),
    ("sub", "checkout", "trust-domain-mismatch"),
    ("jti", "a b", "token-malformed"),
    ("sub", "spiffe://other.example/shop/checkout", "trust-domain-mismatch"),
    ("sub", "spiffe://example.org/nobody", "workload-unknown"),
    ("cnf", ["jkt": "abc"], "binding-unsupported"),
  ]

  @Test("each thing that is wrong with a token has a name of its own", arguments: badClaims)
  func badClaim(_ name: String, _ value: JSONValue?, _ expected: String) throws {
    let token = try self.situation.issuer.token([name: value])
    let refusal = try #require(try self.situation.inspect(token: token).refusal)
    #expect(refusal.code == "credential/\(expected)")
    #expect(refusal.status.code == 401)
    #expect(try #require(refusal.field("WWW-Authenticate")).contains("error=\"invalid_token\""))
  }

  @Test("type, key and signature are checked")
  func signature() throws {
    let issuer = self.situation.issuer
    #expect(
      try self.situation.inspect(token: issuer.token(type: "JWT")).refusal?.name
        == "type-mismatch")
    #expect(
      try self.situation.inspect(token: TestIssuer(keyID: "key-2").token()).refusal?.name
        == "key-unknown")
    #expect(
      try self.situation.inspect(token: TestIssuer().token()).refusal?.name
        == "signature-invalid")
    #expect(try self.situation.inspect(token: "abc").refusal?.name == "token-malformed")
  }

  @Test("revoked by credential, by key, and by everything issued up to then")
  func revoked() throws {
    let workload = try SPIFFEID(parsing: "spiffe://example.org/shop/checkout")
    let views: [(RevocationView, String)] = [
      (RevocationView(credentials: [try CredentialID("token-1")]), "token-revoked"),
      (RevocationView(keys: ["key-1"]), "key-revoked"),
      (RevocationView(cutoffs: [Principal(workload): 1_000_000]), "workload-revoked"),
      (RevocationView(issuedBefore: 1_000_000), "workload-revoked"),
    ]
    for (view, name) in views {
      var situation = Situation()
      situation.revocations = view
      #expect(try situation.inspect(token: situation.issuer.token()).refusal?.name == name)
    }
    var later = Situation()
    later.revocations = RevocationView(cutoffs: [Principal(workload): 999_999])
    #expect(try later.inspect(token: later.issuer.token()).permit != nil)
  }

  @Test("a world that is too old decides nothing")
  func stale() throws {
    var situation = Situation()
    situation.isStale = true
    let refusal = try #require(
      try situation.inspect(token: situation.issuer.token()).refusal)
    #expect(refusal.status.code == 503)
    #expect(refusal.field("Retry-After") != nil)
  }

  @Test("only a listed operation is open to anonymous callers, and a bad token closes it")
  func anonymous() throws {
    let open = try self.situation.inspect("GET /status HTTP/1.1\nHost: orders.example")
    #expect(open.permit?.caller == .anonymous)
    let bad = try self.situation.inspect(
      "GET /status HTTP/1.1\nHost: orders.example\nAuthorization: Bearer abc")
    #expect(bad.refusal?.status.code == 401)
  }
}
