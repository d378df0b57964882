import Audit
import ControlPlane
import Credentials
import Crypto
import JOSE
import OAuth
import SPIFFE
import StrictJSON
import Testing
import X509

/// What a token is bound to when its sender proves to hold something.
@Suite struct SenderProofTests {
  private typealias Fixture = PlaneFixture

  private static let endpoint = "\(PlaneFixture.issuer)/oauth2/token"
  private let key = P256.Signing.PrivateKey()

  private var publicKey: JSONWebKey {
    .from(self.key.publicKey, keyID: nil, algorithm: nil, use: nil)
  }

  private func proof(
    at now: Int64, id: String = "proof-1", uri: String = Self.endpoint, method: String = "POST",
    nonce: String? = nil
  ) throws -> String {
    try DPoPProofClaims(
      method: method, uri: DPoPTargetURI(parsing: uri), issuedAt: now, jwtID: id,
      accessTokenHash: nil, nonce: nonce
    ).signed(by: ES256Signer(key: self.key, keyID: ""), key: self.publicKey)
  }

  private func claims(_ response: TokenResponse) throws -> JSONObject {
    let jws = try UnverifiedJWS(compact: response.accessToken.secret)
    return try #require(try JSONValue(parsing: jws.unverifiedPayload).objectValue)
  }

  private func refusal(_ body: () async throws -> TokenResponse) async -> OAuthError? {
    await failure(OAuthError.self) { _ = try await body() }
  }

  @Test("a DPoP proof binds the token to its key, and the answer says so")
  func dpop() async throws {
    let fixture = try await Fixture()
    let proof = try self.proof(at: fixture.clock.now().seconds)
    let response = try await fixture.exchange(
      fixture.jwtSVID(), from: TokenSender(proofs: [proof]))
    #expect(response.json["token_type"] == "DPoP")
    let claim = try #require(try self.claims(response)["cnf"])
    #expect(claim == ["jkt": .string(self.publicKey.thumbprint())])
  }

  @Test("without a proof the token is a bearer token, and without cnf")
  func bearer() async throws {
    let fixture = try await Fixture()
    let response = try await fixture.exchange(fixture.jwtSVID())
    #expect(response.json["token_type"] == "Bearer")
    #expect(try self.claims(response)["cnf"] == nil)
  }

  @Test("a proof that is not good for this request gets no token, not even an unbound one")
  func badProofs() async throws {
    let fixture = try await Fixture()
    let now = fixture.clock.now().seconds
    let subject = try await fixture.jwtSVID()
    let good = try self.proof(at: now)
    for proofs in [
      [good, good], ["x"], [""], [try self.proof(at: now - 61)], [try self.proof(at: now + 11)],
      [try self.proof(at: now, method: "GET")],
      [try self.proof(at: now, uri: "https://other.example.org/oauth2/token")],
      [String(good.dropLast(2)) + "AA"],
    ] {
      let refusal = await self.refusal {
        try await fixture.exchange(subject, from: TokenSender(proofs: proofs))
      }
      #expect(refusal?.code == .invalidDPoPProof)
    }
    #expect(
      fixture.audit.events(.credentialRefused).last?.decision?.reasons.first?.hasPrefix("dpop-")
        == true)
    #expect(
      fixture.audit.events(.credentialIssued).allSatisfy { $0.credential?.kind != "access-token" })
  }

  @Test("a proof counts once, and what was made before the start not at all")
  func replay() async throws {
    let fixture = try await Fixture()
    let start = fixture.clock.now().seconds
    let subject = try await fixture.jwtSVID()
    let proof = try self.proof(at: start)
    _ = try await fixture.exchange(subject, from: TokenSender(proofs: [proof]))
    for proof in [proof, try self.proof(at: start - 1, id: "older")] {
      let again = await self.refusal {
        try await fixture.exchange(subject, from: TokenSender(proofs: [proof]))
      }
      #expect(again?.code == .invalidDPoPProof)
    }
  }

  @Test("a proof takes no place in memory before the subject token is good")
  func order() async throws {
    let fixture = try await Fixture()
    let proof = try self.proof(at: fixture.clock.now().seconds)
    let refusal = await self.refusal {
      try await fixture.exchange("x", from: TokenSender(proofs: [proof]))
    }
    #expect(refusal?.code == .invalidRequest)
    _ = try await fixture.exchange(fixture.jwtSVID(), from: TokenSender(proofs: [proof]))
  }

  @Test("where nonces are asked for, a proof without the current one is asked to use it")
  func nonces() async throws {
    let state = PlaneState()
    let plane = try await state.start(nonceSlot: 100)
    let fixture = Fixture(state: state, plane: plane)
    try await fixture.apply(
      [Fixture.workload("checkout", path: "/shop/checkout"), Fixture.service("orders")],
      policies: ["orders": Fixture.permit])
    let subject = try await fixture.jwtSVID()
    let now = fixture.clock.now().seconds
    let nonce = try #require(plane.tokens.proofNonce())
    let recorded = fixture.audit.events(.credentialRefused).count
    for wrong in [nil, "made up"] {
      let proof = try self.proof(at: now, nonce: wrong)
      let refusal = await self.refusal {
        try await fixture.exchange(subject, from: TokenSender(proofs: [proof]))
      }
      #expect(refusal?.code == .useDPoPNonce)
    }
    #expect(fixture.audit.events(.credentialRefused).count == recorded, "a step of the protocol")
    let proof = try self.proof(at: now, nonce: nonce)
    let response = try await fixture.exchange(subject, from: TokenSender(proofs: [proof]))
    #expect(response.json["token_type"] == "DPoP")
    _ = try await fixture.exchange(subject)
  }

  @Test("an X.509-SVID of the same workload binds the token to its certificate")
  func certificate() async throws {
    let fixture = try await Fixture()
    let svid = try await fixture.x509SVID()
    let leaf = try #require(svid.chain.first)
    let response = try await fixture.exchange(
      fixture.jwtSVID(), from: TokenSender(certificates: svid.chain))
    #expect(response.json["token_type"] == "Bearer", "RFC 8705 section 3")
    #expect(
      try self.claims(response)["cnf"]
        == ["x5t#S256": .string(Thumbprint(certificate: leaf).description)])
    let proof = try self.proof(at: fixture.clock.now().seconds)
    let both = try await fixture.exchange(
      fixture.jwtSVID(), from: TokenSender(proofs: [proof], certificates: svid.chain))
    #expect(try self.claims(both)["cnf"]?.objectValue?.count == 2)
  }

  @Test("the certificate of another workload, a revoked and an expired one bind nothing")
  func badCertificates() async throws {
    let fixture = try await Fixture()
    try await fixture.apply([Fixture.workload("billing", path: "/shop/billing")])
    let subject = try await fixture.jwtSVID()
    let other = try await fixture.plane.svids.issueX509SVID(
      for: Fixture.identity("/shop/billing", "billing"),
      publicKey: Certificate.PublicKey(P256.Signing.PrivateKey().publicKey),
      evidence: Fixture.evidence)
    let revoked = try await fixture.x509SVID()
    _ = try await fixture.revoke(.credential(CredentialID(revoked.serial)))
    let foreign = try await PlaneFixture().x509SVID()
    for chain in [other.chain, revoked.chain, foreign.chain, [[1, 2, 3]], [[]]] {
      let refusal = await self.refusal {
        try await fixture.exchange(subject, from: TokenSender(certificates: chain))
      }
      #expect(refusal?.code == .invalidRequest)
    }
    let early = try await fixture.x509SVID()
    fixture.clock.advance(bySeconds: 3_601)
    let late = try await fixture.jwtSVID()
    let refusal = await self.refusal {
      try await fixture.exchange(late, from: TokenSender(certificates: early.chain))
    }
    #expect(refusal?.code == .invalidRequest)
  }

  @Test("a service that demands a bound token gets no other")
  func constraints() async throws {
    let fixture = try await Fixture()
    let svid = try await fixture.x509SVID()
    let cases: [(String, proof: Bool, certificate: Bool, isIssued: Bool)] = [
      ("none", false, false, true), ("none", true, false, true), ("required", false, false, false),
      ("required", true, false, true), ("required", false, true, true),
      ("dpop", false, true, false),
      ("dpop", true, false, true), ("mutual-tls", true, false, false),
      ("mutual-tls", false, true, true), ("mutual-tls", true, true, true),
    ]
    for (number, (constraint, hasProof, hasCertificate, isIssued)) in cases.enumerated() {
      try await fixture.apply([
        Fixture.service("orders", ["senderConstraint": .string(constraint)])
      ])
      let sender = TokenSender(
        proofs: hasProof
          ? [try self.proof(at: fixture.clock.now().seconds, id: "case-\(number)")] : [],
        certificates: hasCertificate ? svid.chain : [])
      let subject = try await fixture.jwtSVID()
      let refusal = await self.refusal { try await fixture.exchange(subject, from: sender) }
      #expect((refusal == nil) == isIssued, "\(cases[number])")
      #expect(refusal == nil || refusal?.code == .invalidRequest)
    }
  }

  @Test("the metadata says which proofs are taken, and where certificates count")
  func metadata() async throws {
    let state = PlaneState()
    let plane = try await state.start(mutualTLSTokenEndpoint: "https://mtls.example/oauth2/token")
    let document = try #require(
      try JSONValue(parsing: plane.documents.document(.authorizationServerMetadata)).objectValue)
    #expect(
      document["dpop_signing_alg_values_supported"] == ["ES256", "EdDSA", "RS256", "PS256"])
    #expect(document["tls_client_certificate_bound_access_tokens"] == true)
    #expect(
      document["mtls_endpoint_aliases"] == ["token_endpoint": "https://mtls.example/oauth2/token"])
    let without = try await Fixture().plane.documents.document(.authorizationServerMetadata)
    #expect(
      try JSONValue(parsing: without).objectValue?["tls_client_certificate_bound_access_tokens"]
        == nil)
  }
}
