import JOSE
import StrictJSON
import Testing

extension SystemTests {
  @Suite("Revoking")
  struct RevocationTests {
    @Test("one credential, what was exchanged from it, or all up to a time")
    func subjects() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let proof = try await Blocking.run {
            try RawWorkloadAPI(socketPath: dev.workloadSocket).fetchJWTSVID(audience: dev.issuer)
          }
          let first = try await Self.exchange(proof, dev)
          let second = try await Self.exchange(proof, dev)
          try await dev.cli.done(
            "revoke", "--credential", try HeldCredential(jwt: first).id, "--reason", "a test")
          #expect(try await dev.call(token: first).problem == "credential/token-revoked")
          #expect(try await dev.call(token: second).status == 200)
          // What it was exchanged from takes the other one along.
          try await dev.cli.done(
            "revoke", "--credential", try HeldCredential(jwt: proof).id, "--reason", "a test")
          #expect(try await dev.call(token: second).status == 401)
          let refused = try await dev.exchangeRequest(proof).send(to: .tcp(dev.api))
          #expect(refused.status == 400)
          #expect(try refused.json["error"]?.stringValue == "invalid_request")
          try await Self.issuedBefore(dev)
        }
      }
    }

    private static func issuedBefore(_ dev: RunningDev) async throws {
      let token = try await dev.token()
      #expect(try await dev.call(token: token).status == 200)
      let trace = try await dev.trace(try HeldCredential(jwt: token).id)
      let time = try #require(trace["credential"]?["issuedAt"]?.stringValue)
      try await dev.cli.refused(
        1, "revoke", "--issued-before", "2999-01-01T00:00:00Z", "--reason", "a test")
      try await dev.cli.done("revoke", "--issued-before", time, "--reason", "a test")
      #expect(try await dev.call(token: token).status == 401)
      // Nobody is suspended by that.
      let fresh = try await dev.token()
      #expect(try await dev.call(token: fresh).status == 200)
    }

    @Test(
      "everything that a key signed, or that came through a node, with what was exchanged from it")
    func keysAndNodes() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          for kind in ["--key", "--node"] {
            let proof = try await Blocking.run {
              try RawWorkloadAPI(socketPath: dev.workloadSocket).fetchJWTSVID(audience: dev.issuer)
            }
            let token = try await Self.exchange(proof, dev)
            #expect(try await dev.call(token: token).status == 200)
            let keyID = try #require(try UnverifiedJWS(compact: proof).header.keyID)
            let subject = kind == "--key" ? keyID : "embedded"
            let outcome = try await dev.cli.done("revoke", kind, subject, "--reason", "a test")
            // The key of the JWT-SVID did not sign the token: that goes by its own id.
            let id = try HeldCredential(jwt: token).id
            #expect(outcome.output.contains("credential \(id)"))
            #expect(try await dev.call(token: token).problem == "credential/token-revoked")
            let refused = try await dev.exchangeRequest(proof).send(to: .tcp(dev.api))
            #expect(refused.status == 400)
          }
          // Another key signs, and the node is not shut out: what comes later is good.
          let fresh = try await dev.token()
          #expect(try await dev.call(token: fresh).status == 200)
        }
      }
    }

    private static func exchange(_ proof: String, _ dev: RunningDev) async throws -> String {
      let answer = try await dev.exchangeRequest(proof).send(to: .tcp(dev.api))
      guard answer.status == 200, let token = try answer.json["access_token"]?.stringValue else {
        throw SystemFailure("no token: \(answer.text)")
      }
      return token
    }

    @Test("an answer that is under way ends when its credential is revoked")
    func openStreams() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let token = try await dev.token()
          let stream = OpenAnswer()
          try await withThrowingTaskGroup(of: Void.self) { group in
            let request = HTTPRequest(
              target: "/orders?endless",
              fields: [("Host", Shop.host), ("Authorization", "Bearer \(token)")])
            group.addTask { try await Blocking.run { try stream.read(request, dev.gateway) } }
            try await Waiting.until("the first bytes of the answer") { stream.bytes > 200 }
            try await dev.cli.done(
              "revoke", "--workload", Shop.checkout, "--reason", "a test")
            try await Waiting.until("the end of the answer") { stream.isEnded }
            try await group.waitForAll()
          }
          let trace = try await dev.trace(try HeldCredential(jwt: token).id)
          #expect(trace["requests"]?.elements.count == 1)
        }
      }
    }
  }
}
