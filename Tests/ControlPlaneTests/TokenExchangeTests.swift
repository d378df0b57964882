import Audit
import ControlPlane
import Credentials
import Crypto
import Enrollment
import JOSE
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import Testing

@Suite struct TokenExchangeTests {
  private typealias Fixture = PlaneFixture

  /// How an exchange was refused.
  private func refusal(_ body: () async throws -> TokenResponse) async -> OAuthError? {
    await failure(OAuthError.self) { _ = try await body() }
  }

  @Test("a JWT-SVID for the issuer is exchanged for a token with exactly the promised claims")
  func exchanged() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    fixture.clock.advance(bySeconds: 10)
    let response = try await fixture.exchange(subject)
    let now = fixture.clock.now().seconds
    let token = try #require(try fixture.verified(response))
    #expect(token.issuer == Fixture.issuer)
    #expect(token.subject == "spiffe://example.org/shop/checkout")
    #expect(token.clientID == token.subject)
    #expect(token.audience == [Fixture.audience])
    #expect(token.scopes.description == "orders.read")
    #expect(token.issuedAt == now && token.notBefore == now && token.expiresAt == now + 300)
    #expect(response.json["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token")
    #expect(response.json["token_type"] == "Bearer")
    #expect(response.json["expires_in"] == 300)
    #expect(response.json["scope"] == "orders.read")
    let jws = try UnverifiedJWS(compact: response.accessToken.secret, maximumBytes: 8192)
    #expect(jws.header.type == "at+jwt" && jws.header.algorithm == .es256)
    let claims = try #require(try JSONValue(parsing: jws.unverifiedPayload).objectValue)
    #expect(
      Set(claims.keys) == ["iss", "sub", "client_id", "aud", "scope", "iat", "nbf", "exp", "jti"])

    let event = try #require(
      fixture.audit.events(.credentialIssued).first { $0.credential?.kind == "access-token" })
    #expect(event.credential?.id == token.jwtID)
    #expect(event.credential?.digest == CredentialDigest(bytes: token.digest)?.description)
    #expect(event.credential?.parent == (try fixture.verified(subject))?.jwtID)
    #expect(event.credential?.audience == [Fixture.audience])
    #expect(event.credential?.scopes == ["orders.read"])
    #expect(event.decision?.policies == ["orders/shop-reads"])
    #expect(event.evidence?.facts == ["uid": ["1000"]])
  }

  @Test("the same JWT-SVID is exchanged again until it expires, each time for another token")
  func again() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    let first = try await fixture.exchange(subject)
    fixture.clock.advance(bySeconds: 299)
    let second = try await fixture.exchange(subject)
    #expect(try fixture.verified(first)?.jwtID != (try fixture.verified(second)?.jwtID))
    fixture.clock.advance(bySeconds: 1)
    #expect(await self.refusal { try await fixture.exchange(subject) }?.code == .invalidRequest)
  }

  @Test("the service sets how long a token lives, beyond the JWT-SVID's own life")
  func lifetime() async throws {
    let fixture = try await Fixture()
    try await fixture.apply([Fixture.service("orders", ["tokenLifetime": "1h"])])
    let response = try await fixture.exchange(fixture.jwtSVID())
    #expect(response.expiresIn == 3600)
  }

  @Test("no scope asked for is no scope granted")
  func noScope() async throws {
    let fixture = try await Fixture()
    let response = try await fixture.exchange(fixture.jwtSVID(), scope: nil)
    #expect(try fixture.verified(response)?.scopes.isEmpty == true)
    #expect(response.json["scope"] == "")
  }

  @Test(
    "a target that is not one service is invalid_target",
    arguments: [
      "https://unknown.example.org", "https://orders.example.org/", "HTTPS://orders.example.org",
      "https://issuer.example.org", "orders", "",
    ])
  func targets(audience: String) async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    let refusal = await self.refusal { try await fixture.exchange(subject, audience: audience) }
    #expect(refusal?.code == .invalidTarget)
  }

  @Test("two targets are invalid_target, the same as audience and resource is one")
  func twoTargets() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    _ = try await fixture.exchange(subject, further: "&resource=\(Fixture.audience)")
    for further in ["&resource=https://b.example", "&audience=\(Fixture.audience)"] {
      let refusal = await self.refusal { try await fixture.exchange(subject, further: further) }
      #expect(refusal?.code == .invalidTarget)
    }
  }

  @Test("a scope that the contract does not declare, or that policy denies, is invalid_scope")
  func scopes() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    for scope in ["orders.delete", "orders.write", "orders.read+orders.write", "admin", "%22"] {
      let refusal = await self.refusal { try await fixture.exchange(subject, scope: scope) }
      #expect(refusal?.code == .invalidScope, "\(scope)")
    }
    // Beside scope, the policy that denied is named, and who was denied.
    try await fixture.apply(policies: [
      "guard": "@id(\"none\") forbid(principal, action, resource) when { context has scopes };"
    ])
    _ = await self.refusal { try await fixture.exchange(subject) }
    let event = try #require(fixture.audit.events(.credentialRefused).last)
    #expect(event.decision?.policies == ["guard/none"])
    #expect(event.workload == "spiffe://example.org/shop/checkout")
    #expect(event.credential?.id == (try fixture.verified(subject))?.jwtID)
    #expect(event.evidence?.node == "node-1")
  }

  @Test("without any policy there is no token")
  func noPolicy() async throws {
    let fixture = try await Fixture()
    _ = try await fixture.plane.administration.delete(
      .policy, named: "orders", by: Fixture.administrator)
    let subject = try await fixture.jwtSVID()
    #expect(await self.refusal { try await fixture.exchange(subject) }?.code == .invalidScope)
  }

  @Test(
    "a subject token for anybody but the issuer alone is invalid_request",
    arguments: [
      ["https://orders.example.org"], ["https://issuer.example.org", "b"],
      ["https://issuer.example.org/"], ["b", "https://issuer.example.org"],
      ["https://issuer.example.org", "https://issuer.example.org"],
    ])
  func audiences(audience: [String]) async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID(audience: audience)
    #expect(await self.refusal { try await fixture.exchange(subject) }?.code == .invalidRequest)
  }

  @Test("what is not a JWT-SVID of this server is invalid_request and is never repeated")
  func foreignSubjects() async throws {
    let fixture = try await Fixture()
    let good = try await fixture.jwtSVID()
    let access = try await fixture.exchange(good).accessToken.secret
    let other = try await PlaneFixture().jwtSVID()
    let parts = good.split(separator: ".").map(String.init)
    for subject in [
      "x", "a.b.c", access, other, parts[0] + "." + parts[1] + ".", good + "A",
      String(good.dropLast()),
      parts[0] + "." + parts[1] + "." + String(parts[2].reversed()),
      "eyJhbGciOiJub25lIn0." + parts[1] + ".", String(repeating: "a", count: 100_000),
    ] {
      let refusal = await self.refusal { try await fixture.exchange(subject) }
      #expect(refusal?.code == .invalidRequest, "\(subject.prefix(40))")
      #expect(subject.count < 6 || refusal?.message.contains(subject) == false)
    }
    for event in fixture.audit.events {
      let line = String(decoding: event.encoded(), as: UTF8.self)
      #expect(!line.contains(good) && !line.contains(access) && !line.contains(parts[2]))
    }
  }

  @Test("a JWT-SVID signed with the real key outside the server is invalid_request")
  func mintedElsewhere() async throws {
    let fixture = try await Fixture()
    let good = try #require(try fixture.verified(try await fixture.jwtSVID()))
    let signer = try await StolenKey.signer(fixture, set: "jwt-svid")
    for jwtID in ["never-issued", try #require(good.jwtID)] {
      let forged = try JWTSVIDClaims(
        id: fixture.checkout.id, audience: [Fixture.issuer], issuedAt: fixture.clock.now().seconds,
        expiresAt: fixture.clock.now().seconds + 301, jwtID: jwtID, issuer: nil
      ).signed(by: signer)
      #expect(try fixture.verified(forged.compact) != nil, "the signature is good")
      let refusal = await self.refusal { try await fixture.exchange(forged.compact) }
      #expect(refusal?.code == .invalidRequest)
    }
  }

  @Test(
    "another type of subject token is invalid_request",
    arguments: ["access_token", "id_token", "saml2", "refresh_token"])
  func types(type: String) async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    let form =
      "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=\(subject)"
      + "&subject_token_type=urn:ietf:params:oauth:token-type:\(type)&audience=\(Fixture.audience)"
    let refusal = await self.refusal {
      try await fixture.plane.tokens.exchange(
        TokenExchangeRequest(decoding: Array(form.utf8)), from: TokenSender())
    }
    #expect(refusal?.code == .invalidRequest)
  }

  @Test("a revoked or suspended workload, credential or key is invalid_request")
  func revoked() async throws {
    let id = try SPIFFEID(parsing: "spiffe://example.org/shop/checkout")
    for what in ["workload", "credential", "node", "key", "issued before"] {
      let fixture = try await Fixture()
      let subject = try await fixture.jwtSVID()
      let svid = try #require(try fixture.verified(subject))
      let target: RevocationRequest.Target =
        switch what {
        case "workload": .workload(id)
        case "credential": .credential(try CredentialID(svid.jwtID ?? ""))
        case "node": .node("node-1")
        case "key": .key(svid.keyID)
        default: .issuedBefore(fixture.clock.now())
        }
      _ = try await fixture.revoke(target)
      fixture.clock.advance(bySeconds: 2)
      let refusal = await self.refusal { try await fixture.exchange(subject) }
      #expect(refusal?.code == .invalidRequest, "\(what)")
    }
  }

  @Test("a workload that was deleted or registered otherwise is invalid_request")
  func unregistered() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    try await fixture.apply([Fixture.workload("checkout", path: "/elsewhere")])
    fixture.clock.advance(bySeconds: 2)
    #expect(await self.refusal { try await fixture.exchange(subject) }?.code == .invalidRequest)
  }

  @Test("what cannot be recorded is not issued, and the answer holds no token")
  func auditFails() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    fixture.audit.fail()
    #expect(await self.refusal { try await fixture.exchange(subject) }?.code == .serverError)
    #expect(await self.refusal { try await fixture.exchange("x") }?.code == .serverError)
    fixture.audit.fail(false)
    _ = try await fixture.exchange(subject)
    #expect(
      fixture.audit.events(.credentialIssued).filter { $0.credential?.kind == "access-token" }.count
        == 1)
  }

  @Test("a token leaves only after its issue is recorded, and not when its parent is revoked")
  func order() async throws {
    let fixture = try await Fixture()
    let subject = try await fixture.jwtSVID()
    let parent = try CredentialID(try #require(try fixture.verified(subject)?.jwtID))
    fixture.audit.hold()
    await withTaskGroup(of: OAuthError.Code?.self) { group in
      group.addTask {
        await failure(OAuthError.self) { _ = try await fixture.exchange(subject) }?.code
      }
      await fixture.audit.waits(reach: 1)
      #expect(fixture.audit.events(.credentialIssued).count == 1)
      group.addTask {
        _ = try? await fixture.revoke(.credential(parent))
        return nil
      }
      // The world follows the store within the same call, which then waits for the log.
      await fixture.audit.waits(reach: 2)
      fixture.audit.release()
      var codes: [OAuthError.Code?] = []
      for await code in group { codes.append(code) }
      #expect(codes.contains(.invalidRequest))
    }
    // What was already in the ledger is refused by its own identifier as well.
    let record = try #require(try await fixture.records("revocation").values.first)
    let child = try #require(
      fixture.audit.events(.credentialIssued).last?.credential?.id)
    #expect(String(decoding: record, as: UTF8.self).contains(child))
  }

  @Test("unauthenticated garbage is counted, not recorded one by one")
  func garbage() async throws {
    let fixture = try await Fixture()
    for _ in 0..<300 { _ = await self.refusal { try await fixture.exchange("garbage") } }
    #expect(fixture.audit.events(.credentialRefused).count == 120)
    fixture.clock.advance(bySeconds: 61)
    _ = await self.refusal { try await fixture.exchange("garbage") }
    #expect(fixture.audit.events(.limitExceeded).map(\.subject?.change) == ["suppressed 180"])
  }
}

/// The private key of a set, as a thief has it.
enum StolenKey {
  static func signer(_ fixture: PlaneFixture, set: String) async throws -> ES256Signer {
    for (keyID, bytes) in try await fixture.records("signing-key") {
      let record = try #require(try JSONValue(parsing: bytes).objectValue)
      guard record["set"]?.stringValue == set else { continue }
      let sealed = try #require(try await fixture.records("sealed-key")[keyID])
      let text = try #require(try JSONValue(parsing: sealed).objectValue?["sealed"]?.stringValue)
      let raw = try OpenCustodian().open(
        Base64URL.decode(text), context: "signing-key/\(set)/\(keyID)")
      return ES256Signer(key: try P256.Signing.PrivateKey(rawRepresentation: raw), keyID: keyID)
    }
    throw OpenCustodian.WrongContext()
  }
}
