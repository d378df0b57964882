import StrictJSON
import Testing

extension SystemTests {
  @Suite("Clients that were not written here")
  struct ForeignClientTests {
    private static let users: [UInt32] = [43001, 43002, 43003]
    private static let needsClients: Comment = "no Python with the clients: set GATEHOUSE_PYTHON"

    private static func manifest(_ uids: [UInt32]) -> String {
      uids.map { Shop.workload("user-\($0)", uid: $0) }.joined(separator: "\n---\n")
    }

    private static func id(_ uid: UInt32) -> String {
      "spiffe://gatehouse.test/shop/user-\(uid)"
    }

    @Test(
      "the client `spiffe` gets as each user its own identity, and as any other none",
      .enabled(if: Environment.isRoot, "needs root, to be other users"),
      .enabled(if: PythonClient.isAvailable, Self.needsClients))
    func users() async throws {
      try await Sandbox.with { sandbox in
        try sandbox.write("manifests/users.yaml", Self.manifest(Self.users))
        try await RunningDev.with(sandbox, ["-f", "manifests"]) { dev in
          for uid in Self.users {
            let lines = try await PythonClient.run(
              "workload", [dev.workloadSocket, "\(uid)", "fetch", Shop.orders], sandbox)
            try #require(lines.count == 2, "\(lines)")
            #expect(lines[0].hasPrefix("x509 \(Self.id(uid)) "))
            #expect(lines[1] == "jwt \(Self.id(uid)) \(Self.id(uid))")
            let serial = String(lines[0].split(separator: " ").last ?? "")
            let trace = try await dev.trace(serial)
            #expect(trace["workload"]?.stringValue == Self.id(uid))
            #expect(trace["evidence"]?["facts"]?["uid"]?.texts == ["\(uid)"])
          }
          let other = try await PythonClient.run(
            "workload", [dev.workloadSocket, "43004", "fetch", Shop.orders], sandbox)
          #expect(other == ["refused True"])
        }
      }
    }

    @Test(
      "an open stream is told of a revocation, of a restoration and of a new registration",
      .enabled(if: Environment.isRoot, "needs root, to be other users"),
      .enabled(if: PythonClient.isAvailable, Self.needsClients))
    func streams() async throws {
      try await Sandbox.with { sandbox in
        let uid = Self.users[0]
        try sandbox.write("manifests/users.yaml", Self.manifest([uid]))
        try await RunningDev.with(sandbox, ["-f", "manifests"]) { dev in
          let arguments = [dev.workloadSocket, "\(uid)", "stream"]
          try await PythonClient.with("workload", arguments, sandbox) { client in
            #expect(try await client.line("update").hasPrefix("update \(Self.id(uid)) "))
            let count = try client.lines.count
            try sandbox.write(
              "manifests/more.yaml",
              Shop.workload("more", uid: uid))
            try await dev.cli.done("apply", "-f", "manifests/more.yaml")
            let both = "update spiffe://gatehouse.test/shop/more,\(Self.id(uid)) "
            _ = try await client.line(both, after: count)
            try await dev.cli.done("delete", "workload", "more")
            _ = try await client.line("update \(Self.id(uid)) ", after: count + 1)
            try await dev.cli.done("revoke", "--workload", Self.id(uid), "--reason", "a test")
            #expect(try await client.line("refused") == "refused True")
          }
          let refused = try await PythonClient.run("workload", arguments, sandbox)
          #expect(refused == ["refused True"])
          try await dev.cli.done("restore", "--workload", Self.id(uid))
          try await PythonClient.with("workload", arguments, sandbox) { client in
            let update = try await client.line("update")
            #expect(update.hasPrefix("update \(Self.id(uid)) "))
          }
        }
      }
    }

    @Test(
      "authlib exchanges a JWT-SVID, and calls with what it got",
      .enabled(if: PythonClient.isAvailable, Self.needsClients))
    func authlib() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let file = try sandbox.write("proof.jwt", try await Self.proof(dev))
          let gateway = "http://\(dev.gateway)"
          let lines = try await PythonClient.run(
            "exchange", [dev.url, gateway, Shop.host, file, Shop.orders], sandbox)
          #expect(
            lines == [
              "issuer True", "token Bearer orders:read access_token", "request 200",
              "refused invalid_request", "refused invalid_scope",
            ])
        }
      }
    }

    private static func proof(_ dev: RunningDev) async throws -> String {
      try await Blocking.run {
        try RawWorkloadAPI(socketPath: dev.workloadSocket).fetchJWTSVID(audience: dev.issuer)
      }
    }

    @Test("curl alone exchanges a JWT-SVID, and calls with what it got")
    func curl() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          // By a file, since command lines are seen by everybody.
          let proof = try sandbox.write("proof.jwt", try await Self.proof(dev))
          let exchange = try await Self.curl(
            sandbox,
            [
              "\(dev.url)/oauth2/token", "--data-urlencode",
              "grant_type=urn:ietf:params:oauth:grant-type:token-exchange", "--data-urlencode",
              "subject_token_type=urn:ietf:params:oauth:token-type:jwt", "--data-urlencode",
              "subject_token@\(proof)", "--data-urlencode", "audience=\(Shop.orders)",
              "--data-urlencode", "resource=\(Shop.orders)", "-d", "scope=orders%3Aread",
            ])
          #expect(exchange.status == "200")
          let reply = try JSONValue(parsing: Array(exchange.body.utf8))
          let token = try #require(reply["access_token"]?.stringValue)
          try sandbox.write("header", "Authorization: Bearer \(token)")
          let answer = try await Self.curl(
            sandbox,
            [
              "http://\(dev.gateway)/orders", "-H", "Host: \(Shop.host)", "-H",
              "@\(sandbox.path)/header",
            ])
          #expect(answer.status == "200")
          // What goes on says who asks, and not with what.
          let seen = try JSONValue(parsing: Array(answer.body.utf8))["fields"]?.elements ?? []
          let fields = Dictionary(
            seen.map { ($0.texts.first ?? "", $0.texts.last ?? "") }, uniquingKeysWith: { $1 })
          #expect(fields["gatehouse-subject"] == Shop.runner)
          #expect(fields["gatehouse-request-id"]?.isEmpty == false)
          #expect(fields["forwarded"] != nil)
          #expect(fields["authorization"] == nil)
        }
      }
    }

    private static func curl(
      _ sandbox: Sandbox, _ arguments: [String]
    ) async throws -> (status: String, body: String) {
      let capture = sandbox.nextCapture("curl")
      let process = try SpawnedProcess.start(
        "/usr/bin/curl", ["-sS", "-w", "\n%{http_code}"] + arguments, in: sandbox.path,
        output: capture.output, errors: capture.errors)
      defer { process.destroy() }
      let ending = try await process.end()
      guard ending == .exited(0) else {
        throw SystemFailure("curl: \(ending): \(try Files.text(capture.errors))")
      }
      let text = try Files.text(capture.output)
      let end = text.lastIndex(of: "\n") ?? text.endIndex
      return (String(text[end...].dropFirst()), String(text[..<end]))
    }

    @Test("fields that could carry an identity or a route do not reach the service")
    func forwarding() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let sent = [
            ("Gatehouse-Subject", "spiffe://evil.example/a"), ("Gatehouse_Subject", "evil"),
            ("X-Forwarded-For", "10.0.0.1"), ("X-Original-URL", "/admin"),
            ("Forwarded", "for=10.0.0.1"), ("X-HTTP-Method-Override", "DELETE"),
            ("X-Request-Id", "their-own"), ("Accept-Language", "de"),
          ]
          let answer = try await dev.call(token: try await dev.token(), fields: sent)
          #expect(answer.status == 200)
          #expect(answer.requestID != "their-own")
          let seen = try answer.json["fields"]?.elements.map(\.texts) ?? []
          #expect(!seen.contains { $0.last?.contains("evil") == true })
          #expect(!seen.contains { $0.last?.contains("10.0.0.1") == true })
          for name in ["x-original-url", "x-http-method-override", "x-forwarded-for"] {
            #expect(!seen.contains { $0.first == name })
          }
          #expect(seen.contains(["accept-language", "de"]))
        }
      }
    }
  }
}
