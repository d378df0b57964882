import Foundation
import Testing

extension SystemTests {
  @Suite("Secrets")
  struct RedactionTests {
    @Test("what is secret goes through everything and stays in nothing")
    func redaction() async throws {
      try await Sandbox.with { sandbox in
        var marks = Marks()
        try await Shop.run(sandbox) { dev in
          try await Self.holdSecrets(dev, &marks)
          try await Self.requests(dev, marks)
          try await Self.tokenEndpoint(dev, marks)
          try await Self.commands(dev, marks)
          _ = try await dev.cli.done("status")
        }
        try marks.addFile("\(sandbox.state)/secrets/key-encryption-key", "the key-encryption key")
        try marks.addFile("\(sandbox.state)/secrets/gateway-log-key", "the gateway's log key")
        let searched = try Self.search(sandbox, marks)
        #expect(searched.count > 20, "too little was searched: \(searched)")
        for part in ["records.sqlite", "/log/server/", "/log/gateway/", "dev.err", "status.out"] {
          #expect(searched.contains { $0.contains(part) }, "\(part) was not searched")
        }
      }
    }

    /// Tokens and keys that are really there, each known in every form it could be written in.
    private static func holdSecrets(_ dev: RunningDev, _ marks: inout Marks) async throws {
      let token = try await dev.token(scopes: ["orders:read", "orders:write"])
      marks.addToken(token, "an access token")
      marks.token = token
      let proof = try await Blocking.run {
        try RawWorkloadAPI(socketPath: dev.workloadSocket).fetchJWTSVID(audience: dev.issuer)
      }
      marks.addToken(proof, "a JWT-SVID")
      marks.proof = proof
      let fetched = try await Blocking.run {
        try RawWorkloadAPI(socketPath: dev.workloadSocket).fetchX509SVID()
      }
      marks.addBytes(fetched.key, "an X.509-SVID's key")
      let key = try await StolenKey(dev.sandbox, issuedBy: token)
      marks.addBytes(key.rawRepresentation, "the signing key")
    }

    private static func requests(_ dev: RunningDev, _ marks: Marks) async throws {
      let json = [
        ("Content-Type", "application/json"), ("X-Shop", Marks.text),
        ("Cookie", "session=\(Marks.text)"),
      ]
      let query = "/orders?secret=\(Marks.text)&access_token=\(marks.token)"
      for token in [marks.token, marks.proof, Marks.text, "\(marks.token)x", nil] {
        _ = try await dev.call("GET", query, token: token, fields: json)
        for target in [query, "/nowhere?secret=\(Marks.text)"] {
          let bodies = [
            #"{"item":"\#(Marks.text)","quantity":1}"#, #"{"item":["\#(Marks.text)"]}"#,
            #"{"\#(Marks.text)":"#,
          ]
          for body in bodies {
            _ = try await dev.call("POST", target, token: token, fields: json, body: body)
          }
        }
      }
      _ = try await dev.call(fields: [("Authorization", "Basic \(Marks.text)")])
      _ = try await dev.call(fields: [("Proxy-Authorization", Marks.text)])
      let host = "Host: \(Shop.host)\r\nAuthorization: Bearer \(marks.token)\r\n"
      let malformed = [
        "GET /orders?\(Marks.text) HTTP/1.1\r\n\(host)\(host)\r\n",
        "GET /orders HTTP/1.1\r\n\(host)\(Marks.text)\r\n\r\n",
        "GET /orders?\(marks.token) HTTP/9.9\r\n\(host)\r\n",
        "GET /orders HTTP/1.1\r\n\(host)Content-Length: \(Marks.text)\r\n\r\n",
        "POST /orders HTTP/1.1\r\n\(host)Transfer-Encoding: \(Marks.text)\r\n\r\n",
        "\(Marks.text)\r\n\r\n",
      ]
      for text in malformed {
        let answer = try await HTTPAnswer.of(Array(text.utf8), at: .tcp(dev.gateway))
        #expect(answer.status >= 400)
        marks.expectNothing(in: answer, of: text)
      }
    }

    private static func tokenEndpoint(_ dev: RunningDev, _ marks: Marks) async throws {
      var requests = [
        dev.exchangeRequest(Marks.text), dev.exchangeRequest(marks.token),
        dev.exchangeRequest("\(marks.proof)x"),
        dev.exchangeRequest(marks.proof, audience: "https://\(Marks.text).example"),
        dev.exchangeRequest(marks.proof, scope: Marks.text),
        dev.exchangeRequest(marks.proof),
      ]
      for (index, more) in ["&client_secret=\(Marks.text)", "&\(Marks.text)=1", "&grant_type=x"]
        .enumerated()
      {
        requests[index].body += Array(more.utf8)
      }
      requests[3].fields.append(("Authorization", "Basic \(Marks.text)"))
      requests[4].target += "?subject_token=\(marks.proof)"
      for request in requests {
        let answer = try await request.send(to: .tcp(dev.api))
        if answer.status != 200 { marks.expectNothing(in: answer, of: request.target) }
      }
      for target in ["/keys", "/nowhere", "/metrics"] {
        let request = HTTPRequest(
          target: "\(target)?secret=\(Marks.text)",
          fields: [("Host", dev.api.description), ("Authorization", "Bearer \(marks.token)")])
        marks.expectNothing(in: try await request.send(to: .tcp(dev.api)), of: target)
      }
    }

    /// Commands that somebody gives a token where an id belongs.
    private static func commands(_ dev: RunningDev, _ marks: Marks) async throws {
      try await dev.cli.refused(2, "trace", marks.token)
      try await dev.cli.refused(2, "revoke", "--credential", marks.token, "--reason", "x")
      try await dev.cli.refused(1, "token", "--audience", "https://nobody.example")
    }

    /// Looks into every file but those that are there to hold secrets, and gives their paths.
    private static func search(_ sandbox: Sandbox, _ marks: Marks) throws -> [String] {
      try Files.all(below: sandbox.path).filter { path in
        let isSecret = path.hasPrefix("\(sandbox.state)/secrets/")
        // The token command prints its token: that is its work.
        guard !isSecret, !path.hasSuffix("-token.out") else { return false }
        for finding in marks.found(in: Data(try Files.bytes(path))) {
          Issue.record("\(path) holds \(finding)")
        }
        return true
      }
    }
  }
}

/// What must not be found again anywhere.
struct Marks {
  /// In queries, bodies and fields that hold secrets.
  static let text = "MARKEDc2VjcmV0DoNotKeep"

  private var needles: [(name: String, bytes: Data)] = [("a marked text", Data(Self.text.utf8))]
  var token = ""
  var proof = ""

  /// A token's signature: without it the rest is no credential, and nothing else has these bytes.
  mutating func addToken(_ token: String, _ name: String) {
    let signature = token.split(separator: ".").last ?? ""
    self.needles.append((name, Data(signature.utf8.prefix(64))))
  }

  /// A key: as it is, in hexadecimal, and in both kinds of base64 from any offset.
  mutating func addBytes(_ bytes: [UInt8], _ name: String) {
    self.needles.append((name, Data(bytes)))
    self.needles.append(("\(name) in hex", Data(HeldCredential.hex(bytes).utf8)))
    for shift in 0..<3 {
      // Whole groups of three bytes look the same wherever the text began.
      let text = Base64.encode(Array(bytes.dropFirst(shift))).prefix((bytes.count - shift) / 3 * 4)
      let safe = text.replacing("+", with: "-").replacing("/", with: "_")
      self.needles.append(("\(name) in base64", Data(text.utf8)))
      self.needles.append(("\(name) in base64url", Data(safe.utf8)))
    }
  }

  mutating func addFile(_ path: String, _ name: String) throws {
    self.addBytes(try Files.bytes(path), name)
  }

  func found(in data: Data) -> [String] {
    self.needles.filter { data.range(of: $0.bytes) != nil }.map(\.name)
  }

  func expectNothing(in answer: HTTPAnswer, of what: String) {
    let fields = answer.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    let found = self.found(in: Data(fields.utf8) + Data(answer.body))
    #expect(found.isEmpty, "the answer to \(what.prefix(40)) holds \(found)")
  }
}
