import Crypto
import FoundationEssentials
import JOSE
import OAuth
import StrictJSON
import Testing

extension SystemTests {
  @Suite("What a gateway's configuration file says", .enabled(if: PythonClient.isAvailable))
  struct GatewaySettingsTests {
    // MARK: The PROXY protocol

    private static func request(_ token: String, after header: String = "") -> [UInt8] {
      let request = HTTPRequest(
        target: "/today",
        fields: [("Host", "notes.example"), ("Authorization", "Bearer \(token)")])
      return Array(header.utf8) + request.bytes
    }

    @Test(
      "`proxyProtocol` names the proxies whose connections begin with a header, one or several",
      arguments: ["[192.0.2.0/24, 127.0.0.0/8]", "127.0.0.1", #"["::1", 127.0.0.1/32]"#])
    func proxies(_ from: String) async throws {
      try await Standalone.run("proxyProtocol: {from: \(from)}") { alone in
        try await alone.expectCheck(0, ["can be used"])
        let token = try await alone.issuer.token()
        let header = "PROXY TCP4 192.0.2.7 192.0.2.9 1002 443\r\n"
        let address = SocketAddress.tcp(alone.gateway)
        let answer = try await Waiting.value(of: "the issuer's keys") { () -> HTTPAnswer? in
          let answer = try await HTTPAnswer.of(Self.request(token, after: header), at: address)
          return answer.status == 200 ? answer : nil
        }
        // The service is told who the proxy says that it was.
        let fields = try answer.json["fields"]?.elements.map(\.texts) ?? []
        let forwarded = fields.first { $0.first == "forwarded" }?.last
        #expect(forwarded?.contains("for=192.0.2.7;") == true)
        await #expect(throws: (any Error).self, "without a header") {
          try await HTTPAnswer.of(Self.request(token), at: address)
        }
      }
    }

    @Test("a connection from elsewhere than `proxyProtocol` says is closed, header or not")
    func stranger() async throws {
      try await Standalone.run("proxyProtocol: {from: [192.0.2.0/24]}") { alone in
        let token = try await alone.issuer.token()
        for header in ["", "PROXY TCP4 192.0.2.7 192.0.2.9 1002 443\r\n"] {
          await #expect(throws: (any Error).self) {
            try await HTTPAnswer.of(
              Self.request(token, after: header), at: .tcp(alone.gateway))
          }
        }
      }
    }

    /// What is written from line 12 on, and what `--check` says of it.
    private static let wrong = [
      (
        "proxyProtocol: {from: [10.0.0.0/33]}",
        "12: proxyProtocol.from[0]: expected a range of addresses, such as `10.0.0.0/8`"
      ),
      (
        "proxyProtocol:\n  from:\n    - 10.0.0.0/8\n    - 10.0.0.1/8",
        "15: proxyProtocol.from[1]: expected a range of addresses"
      ),
      (
        "proxyProtocol:\n  from:\n    - 2001:db8::/129\n    - 10.0.0.0/8",
        "14: proxyProtocol.from[0]: expected a range of addresses"
      ),
      (
        "proxyProtocol:\n  from: proxy.example.org",
        "13: proxyProtocol.from: expected a range of addresses"
      ),
      ("proxyProtocol: {from: ['']}", "12: proxyProtocol.from[0]: expected a text"),
      ("proxyProtocol: {from: {a: b}}", "12: proxyProtocol.from: expected a text"),
      ("proxyProtocol: {from: [[10.0.0.0/8]]}", "12: proxyProtocol.from[0]: expected a text"),
      ("proxyProtocol: {from: []}", "12: proxyProtocol: `from` needs the addresses of the proxies"),
      ("proxyProtocol: {}", "12: proxyProtocol: `from` needs the addresses of the proxies"),
      (
        "proxyProtocol:\n  form: [10.0.0.0/8]",
        "13: proxyProtocol: unknown field `form`; did you mean `from`?"
      ),
      ("proxyProtocol: true", "12: proxyProtocol: expected a mapping"),
      ("proxyProtocol: [10.0.0.0/8]", "12: proxyProtocol: expected a mapping"),
      ("proxyProtocl: {from: [10.0.0.0/8]}", "12: unknown field `proxyProtocl`; did you mean"),
      (
        "dpop: {nonce: sometimes}", "12: dpop.nonce: whether DPoP proofs need a nonce is `required`"
      ),
      ("dpop:\n  nonce: true", "13: dpop.nonce: whether DPoP proofs need a nonce is `required`"),
      ("dpop: {}", "12: dpop: `nonce` is missing"),
      ("dpop:\n  nonces: required", "13: dpop: unknown field `nonces`; did you mean `nonce`?"),
      ("dpop: required", "12: dpop: expected a mapping"),
    ]

    @Test("--check names file, line and field of a wrong network, and of a wrong rule for nonces")
    func check() async throws {
      try await Standalone.run { alone in
        let text = Standalone.configuration(issuer: alone.issuer.url)
        for (more, complaint) in Self.wrong {
          try alone.replace("gateway.yaml", "\(text)\n\(more)\n")
          try await alone.expectCheck(1, ["gateway.yaml:\(complaint)"])
        }
        // Each problem is found, whatever else is wrong.
        try alone.replace(
          "gateway.yaml",
          "\(text)\ndpop: {nonce: on}\nproxyProtocol: {from: [nowhere]}\ntrustedHops: {count: 0}\n")
        try await alone.expectCheck(
          1, ["gateway.yaml:12: dpop.nonce: ", "gateway.yaml:13: proxyProtocol.from[0]: "])
        for good in ["required", "off"] {
          try alone.replace("gateway.yaml", "\(text)\ndpop: {nonce: \(good)}\n")
          try await alone.expectCheck(0, ["can be used"])
        }
      }
    }

    // MARK: Nonces of DPoP proofs

    /// Who has a key, and a token that is bound to it.
    private struct Sender {
      let key = P256.Signing.PrivateKey()
      private var jwk: JSONWebKey { JSONWebKey.from(self.key.publicKey, keyID: nil) }

      func token(_ alone: Standalone) async throws -> String {
        try await alone.issuer.token(boundTo: self.jwk.thumbprint())
      }

      /// Asks with a new proof.
      func call(_ alone: Standalone, _ token: String, nonce: String?) async throws -> HTTPAnswer {
        let proof = try DPoPProofClaims(
          method: "GET", uri: try DPoPTargetURI(parsing: "http://notes.example/today"),
          issuedAt: Int64(Date().timeIntervalSince1970), jwtID: UUID().uuidString,
          accessTokenHash: AccessTokenHash(of: try BearerToken(token)), nonce: nonce
        ).signed(by: ES256Signer(key: self.key, keyID: "any"), key: self.jwk)
        return try await HTTPRequest(
          target: "/today",
          fields: [
            ("Host", "notes.example"), ("Authorization", "DPoP \(token)"), ("DPoP", proof),
          ]
        ).send(to: .tcp(alone.gateway))
      }

      /// Asks until there are keys, and proofs of the gateway's first second have passed.
      func call(
        _ alone: Standalone, _ token: String, nonce: String?, until status: Int
      ) async throws -> HTTPAnswer {
        try await Waiting.value(of: "status \(status)") { () -> HTTPAnswer? in
          let answer = try await self.call(alone, token, nonce: nonce)
          return answer.status == status ? answer : nil
        }
      }
    }

    private static func expectQuestion(
      _ answer: HTTPAnswer, at location: SourceLocation = #_sourceLocation
    ) throws -> String {
      #expect(answer.status == 401, sourceLocation: location)
      #expect(answer.problem == "credential/proof-nonce", sourceLocation: location)
      #expect(
        answer["www-authenticate"]?.hasPrefix("DPoP error=\"use_dpop_nonce\"") == true,
        sourceLocation: location)
      return try #require(answer["dpop-nonce"], sourceLocation: location)
    }

    @Test("with `dpop.nonce` proofs need a nonce, which another process does not take")
    func nonces() async throws {
      try await Standalone.run("dpop: {nonce: required}") { alone in
        let sender = Sender()
        let token = try await sender.token(alone)
        let first = try await sender.call(alone, token, nonce: nil, until: 401)
        let nonce = try Self.expectQuestion(first)
        _ = try await sender.call(alone, token, nonce: nonce, until: 200)
        _ = try Self.expectQuestion(try await sender.call(alone, token, nonce: "x"))
        // Unbound tokens are not concerned.
        #expect(try await alone.call(try await alone.issuer.token()).status == 200)

        alone.process.destroy()
        let next = try await Standalone.start(alone.sandbox, alone.issuer)
        defer { next.process.destroy() }
        let old = try await sender.call(next, token, nonce: nonce, until: 401)
        let other = try Self.expectQuestion(old)
        #expect(other != nonce)
        _ = try await sender.call(next, token, nonce: other, until: 200)
      }
    }

    @Test(
      "without it, or with `off`, no nonce is asked for", arguments: ["", "dpop: {nonce: 'off'}"])
    func withoutNonces(_ setting: String) async throws {
      try await Standalone.run(setting) { alone in
        let sender = Sender()
        let token = try await sender.token(alone)
        let answer = try await sender.call(alone, token, nonce: nil, until: 200)
        #expect(answer["dpop-nonce"] == nil)
      }
    }
  }
}
