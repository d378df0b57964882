import AsyncHTTPClient
import ControlPlane
import ControlPlaneClient
import Credentials
import Crypto
import Foundation
import JOSE
import NIOCore
import NIOHTTP1
import OAuth
import StrictJSON
import Synchronization
import Testing

@testable import ControlPlaneServer

@Suite("The token endpoint")
struct TokenEndpointTests {
  private static let form = "application/x-www-form-urlencoded"
  private static let body =
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
    + "&subject_token=aaa.bbb.ccc&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
    + "&audience=https%3A%2F%2Forders.example&scope=orders%3Aread+orders%3Awrite"

  @Test("a subject token is exchanged by the client of the command line")
  func exchange() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withPublic(fake) { base, http in
      let issued = try await TokenClient(baseURL: base + "/", http: http).exchange(
        TokenExchange(
          subjectToken: Redacted("aaa.bbb.ccc"), audience: "https://orders.example",
          scopes: ["orders:read", "orders:write"]))
      #expect(issued.token.reveal() == "header.payload.signature")
      #expect(issued.expiresIn == 300)
      #expect(issued.scope == "orders:read orders:write")
    }
    let request = try #require(fake.calls.withLock { $0.exchanged.first })
    #expect(request.subjectToken.secret == "aaa.bbb.ccc")
    #expect(request.target.description == "https://orders.example")
  }

  @Test("a token is never stored by a cache")
  func noStore() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withPublic(fake) { base, http in
      let url = base + "/oauth2/token"
      let answer = try await Answer(
        http, .POST, url, type: Self.form + "; charset=utf-8", body: Array(Self.body.utf8))
      #expect(answer.status == 200)
      #expect(answer.headers["cache-control"] == ["no-store"])
      #expect(answer.json?["token_type"]?.stringValue == "Bearer")
      fake.refuse(with: OAuthError(.invalidTarget, "no such service"))
      let refused = try await Answer(
        http, .POST, url, type: Self.form, body: Array(Self.body.utf8))
      #expect(refused.status == 400)
      #expect(refused.headers["cache-control"] == ["no-store"])
      #expect(refused.json?["error"]?.stringValue == "invalid_target")
      let text = try await Answer(http, .GET, base + "/metrics").text
      #expect(text.contains(#"gatehouse_token_exchanges_total{outcome="issued"} 1"#))
      #expect(text.contains(#"gatehouse_token_exchanges_total{outcome="invalid_target"} 1"#))
    }
  }

  @Test(
    "what is not one clean form is an OAuth error, and its parameters are not repeated",
    arguments: [
      ("", "application/x-www-form-urlencoded", "invalid_request"),
      (Self.body, "application/json", "invalid_request"),
      (Self.body, "", "invalid_request"),
      (Self.body, "text/plain, application/x-www-form-urlencoded", "invalid_request"),
      (Self.body + "&grant_type=x", Self.form, "invalid_request"),
      (Self.body + "&audience=https%3A%2F%2Fother.example", Self.form, "invalid_target"),
      (Self.body.replacing("token-exchange", with: "magic"), Self.form, "unsupported_grant_type"),
      (Self.body + "&%zz=1", Self.form, "invalid_request"),
      (Self.body + "&a=%ff", Self.form, "invalid_request"),
      (Self.body + "&a=" + String(repeating: "m4rk", count: 20_000), Self.form, "invalid_request"),
    ])
  func malformed(body: String, type: String, code: String) async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withPublic(fake) { base, http in
      let answer = try await Answer(
        http, .POST, base + "/oauth2/token", type: type, body: Array(body.utf8))
      #expect(answer.status == 400)
      #expect(answer.headers["content-type"] == ["application/json"])
      #expect(answer.json?["error"]?.stringValue == code)
      #expect(!answer.text.contains("aaa.bbb"))
      #expect(!answer.text.contains("m4rk"))
    }
    #expect(fake.calls.withLock { $0.exchanged.isEmpty })
  }

  @Test("each proof field reaches the use case, and the token's type says that it is bound")
  func proofs() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withPublic(fake) { base, http in
      for proofs in [[], ["a.b.c"], ["a.b.c", "a.b.c"], ["a, b"]] {
        var request = HTTPClientRequest(url: base + "/oauth2/token")
        request.method = .POST
        request.headers.add(name: "content-type", value: Self.form)
        for proof in proofs { request.headers.add(name: "dpop", value: proof) }
        request.body = .bytes(Array(Self.body.utf8))
        let response = try await http.execute(request, timeout: .seconds(10))
        let reply = try JSONValue(
          parsing: Array(try await response.body.collect(upTo: 10_000).readableBytesView))
        #expect(
          reply.objectValue?["token_type"]?.stringValue == (proofs.isEmpty ? "Bearer" : "DPoP"))
        #expect(response.headers.first(name: "dpop-nonce") == nil)
        #expect(fake.calls.withLock { $0.senders.last } == TokenSender(proofs: proofs))
      }
    }
  }

  @Test("the client makes one more proof with the nonce that it is asked for, and no third")
  func nonce() async throws {
    let fake = FakeControlPlane()
    fake.nonce.withLock { $0 = "the-nonce" }
    let asked = Mutex<[String?]>([])
    let key = P256.Signing.PrivateKey()
    try await RunningListeners.withPublic(fake) { base, http in
      let exchange = TokenExchange(
        subjectToken: Redacted("aaa.bbb.ccc"), audience: "https://orders.example", scopes: [],
        proof: { method, url, nonce in
          asked.withLock { $0.append(nonce) }
          return try DPoPProofClaims(
            method: method, uri: DPoPTargetURI(parsing: url), issuedAt: 1, jwtID: "1",
            accessTokenHash: nil, nonce: nonce
          ).signed(
            by: ES256Signer(key: key, keyID: ""),
            key: .from(key.publicKey, keyID: nil, algorithm: nil, use: nil))
        })
      _ = try await TokenClient(baseURL: base, http: http).exchange(exchange)
      #expect(asked.withLock { $0 } == [nil, "the-nonce"])
      fake.refuse(with: OAuthError(.useDPoPNonce, "again"))
      await #expect(throws: RequestFailure.self) {
        try await TokenClient(baseURL: base, http: http).exchange(exchange)
      }
      #expect(asked.withLock { $0.count } == 4)
      let refused = try await Answer(
        http, .POST, base + "/oauth2/token", type: Self.form, body: Array(Self.body.utf8))
      #expect(refused.json?["error"]?.stringValue == "use_dpop_nonce")
      #expect(refused.headers["dpop-nonce"] == ["the-nonce"])
    }
  }

  @Test("parameters in the URL are refused")
  func query() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withPublic(fake) { base, http in
      let answer = try await Answer(
        http, .POST, base + "/oauth2/token?subject_token=aaa.bbb.ccc", type: Self.form,
        body: Array(Self.body.utf8))
      #expect(answer.status == 400)
      #expect(answer.json?["error"]?.stringValue == "invalid_request")
    }
    #expect(fake.calls.withLock { $0.exchanged.isEmpty })
  }

  @Test("an endless body is cut off")
  func endless() async throws {
    try await RunningListeners.withPublic(FakeControlPlane()) { base, _ in
      let port = try #require(Int(base.split(separator: ":").last ?? ""))
      let chunk = "4000\r\n\(String(repeating: "a", count: 0x4000))\r\n"
      let head =
        "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Type: \(Self.form)\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n"
      let answer = try await RawExchange.answer(
        port: port, bytes: Array((head + String(repeating: chunk, count: 8)).utf8))
      #expect(answer.hasPrefix("HTTP/1.1 400"))
      #expect(answer.contains("65536 bytes"))
    }
  }

  @Test("the client says which error the endpoint gave")
  func refused() async throws {
    let fake = FakeControlPlane()
    fake.refuse(with: OAuthError(.invalidScope, "the scope orders:admin is not declared"))
    try await RunningListeners.withPublic(fake) { base, http in
      let failure = await #expect(throws: RequestFailure.self) {
        try await TokenClient(baseURL: base, http: http).exchange(
          TokenExchange(
            subjectToken: Redacted("aaa.bbb.ccc"), audience: "https://orders.example", scopes: []))
      }
      #expect(
        failure?.description
          == "the token endpoint refused: invalid_scope: the scope orders:admin is not declared")
    }
  }

  @Test("curl gets a token", .enabled(if: Child.exists("/usr/bin/curl")))
  func curl() async throws {
    try await RunningListeners.withPublic(FakeControlPlane()) { base, _ in
      let child = try await Child.run(
        "/usr/bin/curl",
        [
          "-sS", "-i", "--data-urlencode",
          "grant_type=urn:ietf:params:oauth:grant-type:token-exchange", "--data-urlencode",
          "subject_token=aaa.bbb.ccc", "--data-urlencode",
          "subject_token_type=urn:ietf:params:oauth:token-type:jwt", "--data-urlencode",
          "resource=https://orders.example", "-d", "scope=orders:read", base + "/oauth2/token",
        ])
      #expect(child.status == 0)
      #expect(child.output.hasPrefix("HTTP/1.1 200"))
      #expect(child.output.contains(#""access_token":"header.payload.signature""#))
      #expect(
        child.output.contains(
          #""issued_token_type":"urn:ietf:params:oauth:token-type:access_token""#))
    }
  }
}
