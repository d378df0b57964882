import StrictJSON
import Testing

extension SystemTests {
  @Suite("The whole story by the command line")
  struct StoryTests {
    @Test("evidence, token, request, trace, revocation, restoration and verification")
    func wholeStory() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let token = try await dev.token()
          let parent = "00-\(Self.traceID)-00f067aa0ba902b7-01"
          let answer = try await dev.call(token: token, fields: [("traceparent", parent)])
          #expect(answer.status == 200)
          #expect(try answer.json["path"]?.stringValue == "/orders")
          let sent = try answer.json["fields"]?.elements.map(\.texts) ?? []
          let continued = sent.first { $0.first == "traceparent" }?.last
          #expect(continued?.hasPrefix("00-\(Self.traceID)-") == true)
          try await Self.trace(dev, token, answer)
          try await Self.revokeAndRestore(dev, token)
          let verified = try await dev.cli.done("audit", "verify")
          #expect(verified.output.contains("log/server: verified"))
          #expect(verified.output.contains("log/gateway: verified"))
        }
        // Stopped cleanly: everything is covered by a checkpoint.
        let closed = try await CLI(sandbox: sandbox).done("audit", "verify")
        #expect(closed.lines.count { $0.contains("closed") } == 2)
      }
    }

    private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let requestKeys: Set = [
      "requestId", "time", "method", "path", "operation", "decision", "stage", "status",
      "bytesOut", "reasons",
    ]
    private static let credentialKeys: Set = [
      "id", "kind", "digest", "issuedAt", "expiresAt", "audience", "scopes", "policies",
    ]

    /// The same story by request id, `jti`, digest and trace id, in the keys of the contract.
    private static func trace(_ dev: RunningDev, _ token: String, _ answer: HTTPAnswer) async throws
    {
      let held = try HeldCredential(jwt: token)
      let keys: Set = ["query", "workload", "evidence", "credential", "requests", "revocation"]
      for query in [answer.requestID, held.id, held.digest, Self.traceID] {
        let trace = try await dev.trace(query)
        #expect(trace.keys == keys)
        #expect(trace["query"]?.stringValue == query)
        #expect(trace["workload"]?.stringValue == Shop.checkout)
        #expect(trace["evidence"]?["attestor"]?.stringValue == "unix")
        #expect(trace["evidence"]?["facts"]?["path"]?.texts == [Executables.gatehouse])
        let credential = try #require(trace["credential"])
        #expect(Self.credentialKeys.isSubset(of: credential.keys))
        #expect(credential["id"]?.stringValue == held.id)
        #expect(credential["digest"]?.stringValue == held.digest)
        #expect(credential["audience"]?.texts == [Shop.orders])
        #expect(credential["scopes"]?.texts == ["orders:read"])
        #expect(credential["policies"]?.texts.isEmpty == false)
        #expect(trace["revocation"]?.isNull == true)
        let requests = trace["requests"]?.arrayValue ?? []
        try #require(requests.count == 1, "\(trace)")
        let request = try #require(requests.first)
        #expect(Self.requestKeys.isSubset(of: request.keys))
        #expect(request["requestId"]?.stringValue == answer.requestID)
        #expect(request["method"]?.stringValue == "GET")
        #expect(request["path"]?.stringValue == "/orders")
        #expect(request["operation"]?.stringValue?.hasSuffix("listOrders") == true)
        #expect(request["decision"]?.stringValue == "allow")
        #expect(request["status"]?.integerValue == 200)
        #expect(request["bytesOut"]?.integerValue == Int64(answer.body.count))
      }
      let story = try await dev.cli.done("trace", held.id)
      for part in ["Workload", "Evidence", "Credential", "Requests", Shop.checkout, held.digest] {
        #expect(story.output.contains(part))
      }
      try await dev.cli.refused(1, "trace", "never-seen")
    }

    private static func revokeAndRestore(_ dev: RunningDev, _ token: String) async throws {
      let held = try HeldCredential(jwt: token)
      let revoked = try await dev.cli.done(
        "revoke", "--workload", Shop.checkout, "--reason", "a test")
      #expect(revoked.output.contains("acknowledged by gateway"))
      let refused = try await dev.call(token: token)
      #expect(refused.status == 401)
      #expect(refused["www-authenticate"]?.contains("invalid_token") == true)
      try await dev.cli.refused(1, "token", "--audience", Shop.orders)
      let status = try await dev.status()
      let suspended = status["suspended"]?.elements.compactMap { $0["workload"]?.stringValue }
      #expect(suspended == [Shop.checkout])
      let trace = try await dev.trace(held.id)
      #expect(trace["revocation"]?["reason"]?.stringValue == "a test")
      let statuses = trace["requests"]?.elements.compactMap { $0["status"]?.integerValue }.sorted()
      #expect(statuses == [200, 401])
      try await dev.cli.done("restore", "--workload", Shop.checkout)
      #expect(try await dev.call(token: token).status == 401)
      let fresh = try await dev.token()
      #expect(try await dev.call(token: fresh).status == 200)
    }

    @Test("apply says what changes, a dry run changes nothing, and get shows what is there")
    func applyAndGet() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let file = "manifests/workloads.yaml"
          let unchanged = try await dev.cli.done("apply", "-f", "manifests")
          let records = unchanged.lines.filter { !$0.hasPrefix("  ") }
          #expect(records.allSatisfy { $0.hasSuffix("unchanged") })
          #expect(records.count == 6)
          // What somebody should know stands below the record that it is about.
          #expect(unchanged.output.contains("services that are added later"))

          let edited = Shop.workloads + "---\n" + Shop.workload("billing", uid: 4_000_001)
          try sandbox.write(
            file, edited.replacing("takes orders", with: "takes all orders", maxReplacements: 1))
          let planned = try await dev.cli.done("apply", "-f", file, "--dry-run")
          #expect(
            Set(planned.lines.filter { !$0.hasPrefix("  ") }) == [
              "Workload/checkout updated (dry run)", "Workload/runner unchanged (dry run)",
              "Workload/billing created (dry run)", "reach: +7 operations, 7 in test",
            ])
          try await dev.cli.refused(1, "get", "workload", "billing")
          let before = try await dev.cli.done("get", "workload", "checkout", "-o", "json").json
          #expect(before["spec"]?["purpose"]?.stringValue == "takes orders")

          try await dev.cli.done("apply", "-f", file)
          let again = try await dev.cli.done("apply", "-f", file)
          #expect(again.lines.allSatisfy { $0.hasSuffix("unchanged") })
          try await Self.get(dev)

          let pruned = try await dev.cli.done("apply", "-f", "manifests", "--prune", "--dry-run")
          #expect(
            pruned.lines.filter { !$0.hasPrefix("  ") }.allSatisfy {
              $0.contains("unchanged") || $0 == "reach: no change"
            })
        }
      }
    }

    private static func get(_ dev: RunningDev) async throws {
      let one = try await dev.cli.done("get", "workload", "checkout", "-o", "json").json
      #expect(one.keys.isSuperset(of: ["apiVersion", "kind", "metadata", "spec"]))
      #expect(one["kind"]?.stringValue == "Workload")
      #expect(one["metadata"]?["name"]?.stringValue == "checkout")
      #expect(one["spec"]?["purpose"]?.stringValue == "takes all orders")
      #expect(one["status"]?["spiffeId"]?.stringValue == Shop.checkout)
      let all = try await dev.cli.done("get", "workloads", "-o", "json").json
      let names = all["items"]?.elements.compactMap { $0["metadata"]?["name"]?.stringValue }
      #expect(names?.sorted() == ["billing", "checkout", "runner"])
      let table = try await dev.cli.done("get", "service")
      #expect(table.lines.first?.hasPrefix("NAME") == true)
      #expect(table.lines.count == 3)
      #expect(table.output.contains(Shop.orders))
      // YAML of a workload is a manifest again.
      let yaml = try await dev.cli.done("get", "workload", "runner", "-o", "yaml")
      try dev.sandbox.write("again/runner.yaml", yaml.output)
      let again = try await dev.cli.done("apply", "-f", "again")
      #expect(again.lines == ["Workload/runner unchanged"])
      let policies = try await dev.cli.done("get", "policy", "-o", "json").json
      #expect(policies["items"]?.arrayValue?.count == 2)
    }

    @Test("deleting a workload revokes what it has")
    func deletion() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let token = try await dev.token()
          #expect(try await dev.call(token: token).status == 200)
          let deleted = try await dev.cli.done("delete", "workload", "checkout")
          #expect(deleted.lines.first == "Workload/checkout deleted")
          #expect(try await dev.call(token: token).status == 401)
          try await dev.cli.refused(1, "token", "--audience", Shop.orders)
          try await dev.cli.refused(1, "delete", "workload", "checkout", saying: ["checkout"])
          // The same registration again does not bring the old credential back.
          try await dev.cli.done("apply", "-f", "manifests")
          #expect(try await dev.call(token: token).status == 401)
          let fresh = try await dev.token()
          #expect(try await dev.call(token: fresh).status == 200)
        }
      }
    }

    @Test("an X.509-SVID is written as files, and its serial and digest tell its story")
    func x509() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let fetched = try await dev.cli.done("svid", "fetch", "--write", "svid")
          #expect(fetched.output.contains(Shop.checkout))
          let folder = "\(sandbox.path)/svid"
          #expect(try FileMode.of("\(folder)/svid_key.pem") == 0o600)
          #expect(try FileMode.of("\(folder)/svid.pem") == 0o644)
          #expect(try Files.text("\(folder)/bundle.pem").contains("BEGIN CERTIFICATE"))
          let leaf = try PEM.first(try Files.text("\(folder)/svid.pem"))
          let held = try HeldCredential(certificate: leaf)
          for query in [held.id, held.digest] {
            let trace = try await dev.trace(query)
            #expect(trace["workload"]?.stringValue == Shop.checkout)
            #expect(trace["credential"]?["id"]?.stringValue == held.id)
            #expect(trace["credential"]?["digest"]?.stringValue == held.digest)
          }
        }
      }
    }

    @Test("commands find the installation by variables too, from any folder")
    func environment() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          var cli = CLI(sandbox: sandbox, folder: "/")
          try await cli.refused(1, "status", saying: ["GATEHOUSE_ADMIN_SOCKET"])
          cli.environment = dev.environment
          try await cli.done("status")
          let token = try await cli.done("token", "--audience", Shop.orders).lines[0]
          #expect(try HeldCredential.claims(token)["iss"]?.stringValue == dev.issuer)
          try await cli.done("audit", "verify")
          let flags = CLI(sandbox: sandbox, folder: "/")
          try await flags.done("get", "workloads", "--admin-socket", dev.adminSocket)
        }
      }
    }

    @Test("status tells of the server, its gateway and whatever does not enforce")
    func status() async throws {
      try await Sandbox.with { sandbox in
        try await UpstreamService.with(sandbox) { upstream in
          let shop = Shop(sandbox: sandbox, upstream: upstream.port)
          try shop.write()
          try sandbox.write(
            "manifests/services.yaml",
            shop.services.replacing(
              "tokenLifetime: 1s", with: "enforcement: {scope: shadow, policy: off}"))
          try await RunningDev.with(sandbox, ["-f", sandbox.manifests]) { dev in
            let status = try await dev.status()
            #expect(status["gateways"]?.arrayValue?.count == 1)
            #expect(status["gateways"]?.arrayValue?.first?["current"]?.boolValue == true)
            let open = (status["notEnforcing"]?.arrayValue ?? []).map {
              [$0["service"], $0["check"], $0["mode"]].map { $0?.stringValue ?? "" }
            }
            #expect(Set(open) == [["brief", "scope", "shadow"], ["brief", "policy", "off"]])
            #expect(try await dev.cli.done("status").output.contains("shadow"))
            // What would have been refused goes on, and the trace says what was wrong.
            let token = try await dev.token(for: Shop.brief, scopes: [])
            let answer = try await dev.call(
              token: token, host: "brief.example.internal")
            #expect(answer.status == 200)
            let trace = try await dev.trace(answer.requestID)
            let request = trace["requests"]?.arrayValue?.first
            let reasons = request?["reasons"]?.texts ?? []
            #expect(reasons.contains { $0.contains("scope") })
          }
        }
      }
    }
  }
}

/// PEM as files hold it.
enum PEM {
  /// The DER of the first block.
  static func first(_ text: String) throws -> [UInt8] {
    let lines = text.split(separator: "\n").drop { !$0.hasPrefix("-----BEGIN") }.dropFirst()
      .prefix { !$0.hasPrefix("-----END") }
    guard let data = Base64.decode(lines.joined()) else { throw SystemFailure("not PEM") }
    return data
  }
}
