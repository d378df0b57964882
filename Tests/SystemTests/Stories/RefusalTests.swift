import Crypto
import JOSE
import StrictJSON
import Testing

extension SystemTests {
  @Suite("Refusals over a real socket")
  struct RefusalTests {
    @Test("each check of the gateway has its own status and problem")
    func gateway() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let token = try await dev.token(scopes: ["orders:read", "orders:write"])
          let reading = try await dev.token()
          try await Self.credentials(dev, token)
          try await Self.laterStages(dev, token, reading: reading)
          try await Self.framing(dev)
          #expect(try await dev.call(token: token).status == 200)
          #expect(try await dev.call("GET", "/healthz").status == 200)
        }
      }
    }

    private static func expect(
      _ answer: HTTPAnswer, _ status: Int, _ problem: String,
      at location: SourceLocation = #_sourceLocation
    ) {
      #expect(answer.status == status, "\(problem): \(answer.text)", sourceLocation: location)
      #expect(answer.problem == problem, sourceLocation: location)
      #expect(answer["content-type"] == "application/problem+json", sourceLocation: location)
      #expect(!answer.requestID.isEmpty, sourceLocation: location)
    }

    private static func credentials(_ dev: RunningDev, _ token: String) async throws {
      let missing = try await dev.call()
      Self.expect(missing, 401, "credential/token-missing")
      #expect(missing["www-authenticate"]?.hasPrefix("Bearer") == true)
      #expect(missing["www-authenticate"]?.contains("error=") == false)
      Self.expect(
        try await dev.call("GET", "/orders?access_token=\(token)"), 401, "credential/token-missing")
      Self.expect(try await dev.call(token: "x.y.z"), 401, "credential/token-malformed")
      Self.expect(
        try await dev.call(token: Self.flipped(token)), 401, "credential/signature-invalid")
      Self.expect(
        try await dev.call(token: try Self.forged(token)), 401, "credential/signature-invalid")
      Self.expect(
        try await dev.call(token: try Self.forged(token, keyID: "nobody")), 401,
        "credential/key-unknown")
      let elsewhere = try await dev.token(for: Shop.brief)
      Self.expect(try await dev.call(token: elsewhere), 401, "credential/audience-mismatch")
      let expired = try await Waiting.value(of: "the end of a token's life") {
        let answer = try await dev.call(token: elsewhere, host: "brief.example.internal")
        return answer.status == 401 ? answer : nil
      }
      Self.expect(expired, 401, "credential/token-expired")
      #expect(expired["www-authenticate"]?.contains("invalid_token") == true)
      let two = try await dev.call(
        token: token, fields: [("Authorization", "Bearer \(token)")])
      #expect(two.status == 400)
      #expect(two.problem?.hasPrefix("credential/") == true)
      // A JWT-SVID proves who one is, to whom it was made for; it has no scopes.
      let svid = try await Blocking.run {
        try RawWorkloadAPI(socketPath: dev.workloadSocket).fetchJWTSVID(audience: Shop.orders)
      }
      Self.expect(try await dev.call(token: svid), 403, "scope/insufficient-scope")
      let foreign = try await Blocking.run {
        try RawWorkloadAPI(socketPath: dev.workloadSocket).fetchJWTSVID(audience: "elsewhere")
      }
      Self.expect(try await dev.call(token: foreign), 401, "credential/audience-mismatch")
    }

    private static func laterStages(
      _ dev: RunningDev, _ token: String, reading: String
    ) async throws {
      Self.expect(
        try await dev.call(token: token, host: "nowhere.example.internal"), 404, "host/unknown")
      Self.expect(
        try await dev.call("GET", "/invoices", token: token), 404, "operation/unknown")
      let method = try await dev.call("PUT", "/orders", token: token)
      Self.expect(method, 405, "operation/method-not-allowed")
      let allow = (method["allow"] ?? "").split(separator: ",").map { $0.drop { $0 == " " } }
      #expect(Set(allow).isSuperset(of: ["GET", "POST"]))
      let json = [("Content-Type", "application/json"), ("X-Shop", "tea")]
      let scope = try await dev.call(
        "POST", "/orders", token: reading, fields: json, body: #"{"item":"tea","quantity":1}"#)
      Self.expect(scope, 403, "scope/insufficient-scope")
      #expect(scope["www-authenticate"]?.contains("insufficient_scope") == true)
      #expect(scope["www-authenticate"]?.contains("orders:write") == true)
      let body = try await dev.call("POST", "/orders", token: token)
      Self.expect(body, 400, "contract/violated")
      let pointers =
        try body.json["violations"]?.arrayValue?
        .compactMap { $0["pointer"]?.stringValue } ?? []
      #expect(Set(pointers) == ["/body", "/header/x-shop"])
      Self.expect(
        try await dev.call(
          "POST", "/orders", token: token,
          fields: [("X-Shop", "tea"), ("Content-Type", "text/plain")],
          body: "tea"),
        415, "contract/media-type")
      let allowed = try await dev.call(
        "POST", "/orders", token: token, fields: json, body: #"{"item":"tea","quantity":1}"#)
      #expect(allowed.status == 201)
      Self.expect(
        try await dev.call("DELETE", "/orders/7", token: token), 403, "policy/denied")
    }

    private static func framing(_ dev: RunningDev) async throws {
      let host = "Host: \(Shop.host)\r\n"
      let cases: [(String, Int)] = [
        ("GET /orders HTTP/1.1\r\n\r\n", 400),
        ("GET /orders HTTP/1.1\r\n\(host)\(host)\r\n", 400),
        ("GET  /orders HTTP/1.1\r\n\(host)\r\n", 400),
        ("GET /orders HTTP/1.1\r\n\(host)Bad Field: x\r\n\r\n", 400),
        ("GET /orders HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (
          "POST /orders HTTP/1.1\r\n\(host)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          400
        ),
        ("POST /orders HTTP/1.1\r\n\(host)Transfer-Encoding: gzip\r\n\r\n", 501),
        ("GET /orders HTTP/2.0\r\n\(host)\r\n", 505),
        ("GET /\(String(repeating: "a", count: 70_000)) HTTP/1.1\r\n\(host)\r\n", 414),
        (
          "GET /orders HTTP/1.1\r\n\(host)X: \(String(repeating: "a", count: 300_000))\r\n\r\n", 431
        ),
        ("\u{0}\u{1}\u{2}\r\n\r\n", 400),
      ]
      for (text, status) in cases {
        let answer = try await HTTPAnswer.of(Array(text.utf8), at: .tcp(dev.gateway))
        #expect(answer.status == status, "\(text.prefix(80)): \(answer.text)")
        #expect(answer.problem?.hasPrefix("framing/") == true, "\(text.prefix(80))")
      }
    }

    @Test("the token endpoint answers in OAuth's words")
    func tokenEndpoint() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let proof = try await Self.proof(dev, audience: dev.issuer)
          let good = try await dev.exchangeRequest(proof).send(to: .tcp(dev.api))
          #expect(good.status == 200)
          #expect(good["cache-control"]?.contains("no-store") == true)
          let reply = try good.json
          #expect(reply["token_type"]?.stringValue == "Bearer")
          #expect(
            reply["issued_token_type"]?.stringValue
              == "urn:ietf:params:oauth:token-type:access_token")
          #expect(reply["scope"]?.stringValue == "orders:read")
          #expect((reply["expires_in"]?.integerValue ?? 0) > 0)
          let token = try #require(reply["access_token"]?.stringValue)
          try Self.checkClaims(token, dev)
          try await Self.refusals(dev, proof, token)
        }
      }
    }

    private static func proof(_ dev: RunningDev, audience: String) async throws -> String {
      try await Blocking.run {
        try RawWorkloadAPI(socketPath: dev.workloadSocket).fetchJWTSVID(audience: audience)
      }
    }

    private static func checkClaims(_ token: String, _ dev: RunningDev) throws {
      let claims = try HeldCredential.claims(token)
      #expect(try HeldCredential.header(token)["typ"]?.stringValue == "at+jwt")
      #expect(try HeldCredential.header(token)["alg"]?.stringValue == "ES256")
      #expect(claims["iss"]?.stringValue == dev.issuer)
      #expect(claims["sub"]?.stringValue == Shop.runner)
      #expect(claims["client_id"]?.stringValue == Shop.runner)
      #expect(claims["aud"]?.stringValue == Shop.orders || claims["aud"]?.texts == [Shop.orders])
      #expect(claims["scope"]?.stringValue == "orders:read")
      for name in ["iat", "nbf", "exp"] { #expect(claims[name]?.integerValue != nil) }
    }

    private static func refusals(_ dev: RunningDev, _ proof: String, _ token: String) async throws {
      let other = try await Self.proof(dev, audience: Shop.orders)
      let cases: [(HTTPRequest, String)] = [
        (dev.exchangeRequest(other), "invalid_request"),
        (dev.exchangeRequest(token), "invalid_request"),
        (dev.exchangeRequest("x"), "invalid_request"),
        (dev.exchangeRequest(Self.flipped(proof)), "invalid_request"),
        (dev.exchangeRequest(proof, audience: "https://nobody.example"), "invalid_target"),
        (dev.exchangeRequest(proof, scope: "orders:burn"), "invalid_scope"),
      ]
      for (request, code) in cases {
        let answer = try await request.send(to: .tcp(dev.api))
        #expect(answer.status == 400, "\(answer.text)")
        #expect(try answer.json["error"]?.stringValue == code, "\(answer.text)")
      }
      var json = dev.exchangeRequest(proof)
      json.fields[1].1 = "application/json"
      #expect(try await json.send(to: .tcp(dev.api)).json["error"] == "invalid_request")
      var large = dev.exchangeRequest(proof)
      large.body += Array(repeating: UInt8(ascii: "&"), count: 70_000)
      #expect((400...413).contains(try await large.send(to: .tcp(dev.api)).status))
      let unknown = HTTPRequest(target: "/nowhere", fields: [("Host", dev.api.description)])
      #expect(try await unknown.send(to: .tcp(dev.api)).status == 404)
      var wrongMethod = unknown
      wrongMethod.target = "/oauth2/token"
      let refused = try await wrongMethod.send(to: .tcp(dev.api))
      #expect(refused.status == 405)
      #expect(refused["allow"] == "POST")
    }

    /// The token with one character of its signature changed.
    static func flipped(_ token: String) -> String {
      let middle = token.index(token.endIndex, offsetBy: -40)
      let other: Character = token[middle] == "A" ? "B" : "A"
      return token.replacingCharacters(at: middle, with: other)
    }

    /// The same claims under a signature of somebody else's key.
    static func forged(_ token: String, keyID: String? = nil) throws -> String {
      let own = try HeldCredential.header(token)["kid"]?.stringValue ?? ""
      let claims = JSONValue.object(try HeldCredential.claims(token)).serialized()
      return try JWSSigning.sign(
        payload: claims, type: "at+jwt",
        signer: ES256Signer(key: P256.Signing.PrivateKey(), keyID: keyID ?? own)
      ).compact
    }
  }
}

extension String {
  fileprivate func replacingCharacters(at index: Index, with character: Character) -> String {
    String(self[..<index]) + String(character) + String(self[self.index(after: index)...])
  }
}
