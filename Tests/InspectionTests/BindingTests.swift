import Crypto
import FoundationEssentials
import HTTPMessages
import Inspection
import JOSE
import OAuth
import StrictJSON
import TestIssuers
import Testing

@Suite("Sender binding")
struct BindingTests {
  private let key = P256.Signing.PrivateKey()
  private var situation = Situation()

  private var jwk: JSONWebKey { JSONWebKey.from(self.key.publicKey, keyID: nil) }

  private func boundToken(_ cnf: JSONValue? = nil) throws -> String {
    let own: JSONValue = .object(["jkt": .string(self.jwk.thumbprint())])
    return try self.situation.issuer.token(["cnf": cnf ?? own])
  }

  private func proof(
    _ token: String, method: String = "GET", uri: String = "http://orders.example/orders/1",
    issuedAt: Int64 = 1_000_100, jwtID: String = "p-1", nonce: String? = nil,
    key: P256.Signing.PrivateKey? = nil
  ) throws -> String {
    let signing = key ?? self.key
    return try DPoPProofClaims(
      method: method, uri: try DPoPTargetURI(parsing: uri), issuedAt: issuedAt, jwtID: jwtID,
      accessTokenHash: AccessTokenHash(of: try BearerToken(token)), nonce: nonce
    ).signed(
      by: ES256Signer(key: signing, keyID: "any"),
      key: JSONWebKey.from(signing.publicKey, keyID: nil))
  }

  private func inspect(
    _ token: String, scheme: String = "DPoP", proofs: [String], in situation: Situation? = nil
  ) throws -> InspectionResult {
    let fields = proofs.map { "\nDPoP: \($0)" }.joined()
    return try (situation ?? self.situation).inspect(
      "GET /orders/1 HTTP/1.1\nHost: orders.example\nAuthorization: \(scheme) \(token)\(fields)")
  }

  @Test("a bound token with a fresh proof of its key passes, once")
  func good() throws {
    let token = try self.boundToken()
    let proof = try self.proof(token)
    #expect(try self.inspect(token, proofs: [proof]).permit != nil)
    let again = try #require(try self.inspect(token, proofs: [proof]).refusal)
    #expect(again.code == "credential/proof-replayed")
    #expect(again.status.code == 401)
    #expect(
      try #require(again.field("WWW-Authenticate")).hasPrefix("DPoP error=\"invalid_dpop_proof\""))
    #expect(try self.inspect(token, proofs: [try self.proof(token, jwtID: "p-2")]).permit != nil)
  }

  @Test("a token with jkt is not accepted as Bearer, with or without a proof")
  func downgrade() throws {
    let token = try self.boundToken()
    for proofs in [[], [try self.proof(token)]] {
      let refusal = try self.inspect(token, scheme: "Bearer", proofs: proofs).refusal
      #expect(refusal?.code == "credential/binding-mismatch")
    }
    let unbound = try self.situation.issuer.token()
    #expect(
      try self.inspect(unbound, proofs: [try self.proof(unbound)]).refusal?.code
        == "credential/binding-mismatch")
  }

  @Test("a proof is for one key, one method, one URI, one token and a short time")
  func wrongProofs() throws {
    let token = try self.boundToken()
    let other = try self.situation.issuer.token(["jti": "other"])
    let cases: [([String], String)] = [
      ([], "proof-missing"), ([""], "proof-invalid"), (["a.b.c"], "proof-invalid"),
      ([try self.proof(token), try self.proof(token, jwtID: "p-2")], "proof-invalid"),
      ([try self.proof(token, key: P256.Signing.PrivateKey())], "binding-mismatch"),
      ([try self.proof(token, method: "POST")], "proof-invalid"),
      ([try self.proof(token, uri: "http://orders.example/orders/2")], "proof-invalid"),
      ([try self.proof(token, uri: "https://orders.example/orders/1")], "proof-invalid"),
      ([try self.proof(token, uri: "http://evil.example/orders/1")], "proof-invalid"),
      ([try self.proof(other)], "proof-invalid"),
      ([try self.proof(token, issuedAt: 1_000_000)], "proof-invalid"),
      ([try self.proof(token, issuedAt: 1_000_200)], "proof-invalid"),
      ([try self.proof(token, issuedAt: .max)], "proof-invalid"),
      ([try self.proof(token, jwtID: "")], "proof-invalid"),
      ([token], "proof-invalid"),
    ]
    for (proofs, name) in cases {
      #expect(
        try self.inspect(token, proofs: proofs).refusal?.code == "credential/\(name)", "\(proofs)")
    }
  }

  @Test("the URI of a proof is that of the configured origin, not of the Host")
  func externalOrigin() throws {
    var situation = self.situation
    situation.externalOrigin = "https://api.example:8443"
    let token = try self.boundToken()
    let own = try self.proof(token)
    #expect(try self.inspect(token, proofs: [own], in: situation).refusal?.name == "proof-invalid")
    let external = try self.proof(token, uri: "https://api.example:8443/orders/1")
    #expect(try self.inspect(token, proofs: [external], in: situation).permit != nil)
  }

  @Test("where nonces are asked for, a proof without a current one is told which to use")
  func nonces() throws {
    var situation = self.situation
    let nonces = DPoPNonces(key: SymmetricKey(size: .bits256), slot: 30)
    situation.proofs = ProofTerms(window: .standard, nonces: nonces)
    let token = try self.boundToken()
    for nonce in [nil, "x", nonces.nonce(at: 900_000)] {
      let refusal = try #require(
        try self.inspect(token, proofs: [try self.proof(token, nonce: nonce)], in: situation)
          .refusal)
      #expect(refusal.field("DPoP-Nonce") == nonces.nonce(at: 1_000_100))
      #expect(try #require(refusal.field("WWW-Authenticate")).contains("use_dpop_nonce"))
    }
    #expect(situation.memory.failures == 0)
    let proof = try self.proof(token, nonce: nonces.nonce(at: 1_000_100))
    #expect(try self.inspect(token, proofs: [proof], in: situation).permit != nil)
  }

  @Test("a confirmation that is not known is refused, and so is one that asks for two and gets one")
  func confirmations() throws {
    let thumbprint: JSONValue = .string(self.jwk.thumbprint())
    let unknown: [JSONValue] = [
      .object([:]), .object(["kid": "x"]), .object(["jkt": thumbprint, "kid": "x"]), "x", .null,
      .object(["jkt": 7]), .object(["jkt": "short"]), .object(["jwk": .object(self.jwk.json)]),
    ]
    for cnf in unknown {
      let token = try self.boundToken(cnf)
      #expect(
        try self.inspect(token, proofs: [try self.proof(token)]).refusal?.name
          == "binding-unsupported")
    }
    let both = try self.boundToken(.object(["jkt": thumbprint, "x5t#S256": thumbprint]))
    #expect(
      try self.inspect(both, proofs: [try self.proof(both)]).refusal?.name == "binding-mismatch")
  }

  @Test("what others of its source get wrong keeps no genuine token's holder out")
  func failuresOfOthers() throws {
    let token = try self.boundToken()
    // It is known once it came twice.
    for number in 0..<2 {
      let proof = try self.proof(token, jwtID: "known-\(number)")
      #expect(try self.inspect(token, proofs: [proof]).permit != nil)
    }
    self.situation.memory.limiter = FailureLimiter(.init(burst: 2, perSecond: 1, sources: 64))
    let forged = try TestIssuer().token()
    for _ in 0..<4 { _ = try self.situation.inspect(token: forged) }
    #expect(try self.situation.inspect(token: forged).refusal?.status.code == 429)
    let fresh = try self.proof(token, jwtID: "p-2")
    #expect(try self.inspect(token, proofs: [fresh]).permit != nil)
    // Its own failures do.
    for _ in 0..<3 { _ = try self.inspect(token, proofs: ["a.b.c"]) }
    let late = try self.proof(token, jwtID: "p-3")
    #expect(try self.inspect(token, proofs: [late]).refusal?.status.code == 429)
    var elsewhere = self.situation
    elsewhere.connection = ConnectionFacts(plainFrom: "198.51.100.1")
    #expect(try self.inspect(token, proofs: [late], in: elsewhere).permit != nil)
  }

  @Test("a service can demand a bound token")
  func constraint() throws {
    let plain = try self.situation.issuer.token()
    let bound = try self.boundToken()
    for constraint in SenderConstraint.allCases {
      var situation = self.situation
      situation.senderConstraint = constraint
      let unbound = try situation.inspect(token: plain)
      #expect((unbound.permit != nil) == (constraint == .none), "\(constraint)")
      if constraint != .none { #expect(unbound.refusal?.name == "binding-required") }
      let proof = try self.proof(bound, jwtID: "p-\(constraint)")
      let withProof = try self.inspect(bound, proofs: [proof], in: situation)
      #expect((withProof.permit != nil) == (constraint != .mutualTLS), "\(constraint)")
    }
    var situation = self.situation
    situation.senderConstraint = .dpop
    let challenge = try situation.inspect(authorization: nil).refusal?.field("WWW-Authenticate")
    #expect(
      challenge == "DPoP realm=\"https://orders.example\", algs=\"ES256 EdDSA RS256 PS256\"")
  }

  @Test("no second token in the query, however its name is written")
  func query() throws {
    let token = try self.situation.issuer.token()
    for name in ["access_token", "a%63cess_token", "access%5Ftoken", "x=1&access_token"] {
      let refusal = try self.situation.inspect(
        "GET /orders/1?\(name)=abc HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)"
      ).refusal
      #expect(refusal?.status.code == 400, "\(name)")
    }
    let innocent = try self.situation.inspect(
      "GET /orders/1?no_access_token=abc HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)"
    )
    #expect(innocent.permit != nil)
  }
}
