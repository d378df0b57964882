import Audit
import Gateway
import GatewayVerdicts
import Logging
import NIOCore
import NIOPosix
import TestIssuers
import Testing

@Suite("Verdicts over HTTP subrequests")
struct ForwardAuthTests {
  /// A listener for verdicts, and whatever is put before it.
  private func listening(
    _ dialect: ForwardAuthDialect,
    _ body: @escaping @Sendable (TestGate, SocketAddress) async throws -> Void
  ) async throws {
    try await TestGate.run { gate in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        let (ports, port) = AsyncStream<Int>.makeStream()
        let listener = ForwardAuthListener(
          host: "127.0.0.1", port: 0, dialect: dialect, desk: gate.desk,
          eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
          logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { port.yield($0) }
        tasks.addTask { try await listener.run() }
        var iterator = ports.makeAsyncIterator()
        let number = try #require(await iterator.next())
        try await body(gate, try SocketAddress(ipAddress: "127.0.0.1", port: number))
        tasks.cancelAll()
        while let result = await tasks.nextResult() { _ = result }
      }
    }
  }

  private func forwarded(
    _ method: String, _ uri: String, token: String?, _ more: String = ""
  ) -> String {
    let token = token.map { "\nAuthorization: Bearer \($0)" } ?? ""
    return "GET /v1/verdict HTTP/1.1\nHost: gatehouse\nX-Forwarded-Method: \(method)"
      + "\nX-Forwarded-Proto: https\nX-Forwarded-Host: orders.example\nX-Forwarded-Uri: \(uri)"
      + "\nX-Forwarded-For: 203.0.113.9, 192.0.2.44\(token)\(more)"
  }

  @Test("an allowed request is 200 with the caller's identity, and an event")
  func allowed() async throws {
    try await self.listening(.forwarded) { gate, address in
      let answer = try await PlainClient.ask(
        address, self.forwarded("GET", "/orders/1?a=b", token: try gate.issuer.token()))
      #expect(answer.status == 200)
      #expect(answer.field("gatehouse-subject") == "spiffe://example.org/shop/checkout")
      #expect(answer.field("gatehouse-unchecked") == nil)
      let event = try #require(try await gate.events().last)
      #expect(event.type == .requestAllowed)
      #expect(event.request?.requestID == answer.field("gatehouse-request-id"))
      #expect(event.request?.method == "GET")
      #expect(event.request?.path == "/orders/1")
      #expect(event.request?.status == 200)
      #expect(event.request?.source == "192.0.2.44")
      #expect(gate.metrics.total(.verdictsForwardAuth) == 1)
    }
  }

  @Test(
    "a refusal is answered as the gateway itself would",
    arguments: [
      ("GET", "/orders/1", false, 401, "credential/token-missing"),
      ("DELETE", "/orders/1", true, 403, "scope/insufficient-scope"),
      ("GET", "/orders/secret", true, 403, "policy/denied"),
      ("GET", "/nothing", true, 404, "operation/unknown"),
      ("POST", "/orders/1", true, 405, "operation/method-not-allowed"),
      ("GET", "/orders/../admin", true, 400, "framing/path-dot-segment"),
      ("TRACE", "/orders/1", true, 501, "framing/method-unknown"),
    ])
  func refused(_ each: (String, String, Bool, Int, String)) async throws {
    try await self.listening(.forwarded) { gate, address in
      let answer = try await PlainClient.ask(
        address,
        self.forwarded(each.0, each.1, token: each.2 ? try gate.issuer.token() : nil))
      #expect(answer.status == each.3)
      #expect(answer.body.contains("https://gatehouse.dev/problems/\(each.4)\""))
      #expect(answer.field("content-type") == "application/problem+json")
      #expect(
        (answer.field("www-authenticate") != nil)
          == (each.3 == 401 || each.3 == 403 && each.0 == "DELETE"))
      let event = try #require(try await gate.events().last)
      #expect(event.type == .requestRefused)
      #expect(event.request?.status == Int64(each.3))
    }
  }

  @Test("a body that is not seen is not refused for what it may be, and named as unchecked")
  func body() async throws {
    try await self.listening(.forwarded) { gate, address in
      let token = try gate.issuer.token()
      let answer = try await PlainClient.ask(
        address, self.forwarded("PUT", "/orders/1", token: token))
      #expect(answer.status == 200)
      #expect(answer.field("gatehouse-unchecked") == "body")
      let event = try #require(try await gate.events().last)
      #expect(event.decision?.reasons.contains { $0.hasPrefix("body-unseen: ") } == true)
      let typed = try await PlainClient.ask(
        address, self.forwarded("PUT", "/orders/1", token: token, "\nContent-Type: text/html"))
      #expect(typed.status == 415)
      // No proxy of this dialect tells of a length: this one is the client's.
      let claimed = "\nContent-Type: text/html\nX-Forwarded-Content-Length: 0"
      let forged = try await PlainClient.ask(
        address, self.forwarded("PUT", "/orders/1", token: token, claimed))
      #expect(forged.status == 415)
    }
  }

  @Test("a body whose length is told is refused for being too long, or not there")
  func bodyLength() async throws {
    try await self.listening(.original) { gate, address in
      let head = """
        GET /v1/verdict HTTP/1.1
        Host: orders.example
        X-Original-Method: PUT
        X-Original-URI: /orders/1
        Content-Type: application/json
        Authorization: Bearer \(try gate.issuer.token())
        X-Original-Content-Length: 
        """
      for (length, status) in [("2", 200), ("0", 403), ("99999999999", 403), ("x", 403)] {
        #expect(try await PlainClient.ask(address, head + length).status == status)
      }
      let names = try await gate.events().dropFirst().map { $0.request?.status }
      #expect(names == [400, 413, 400])
    }
  }

  @Test(
    "a name that a service could take for one of the gateway's own is refused",
    arguments: ["Gatehouse_Subject", "gatehouse.subject", "GATEHOUSE-Subject_", "Gatehouse~X"])
  func imitated(_ name: String) async throws {
    try await self.listening(.forwarded) { gate, address in
      let token = try gate.issuer.token()
      let answer = try await PlainClient.ask(
        address, self.forwarded("GET", "/orders/1", token: token, "\n\(name): x"))
      #expect(answer.status == 400)
      #expect(answer.body.contains("framing/field-imitated"))
      #expect(try await gate.events().last?.request?.path == "/orders/1")
      // The proxy replaces this one itself.
      let own = try await PlainClient.ask(
        address, self.forwarded("GET", "/orders/1", token: token, "\nGATEHOUSE-Subject: x"))
      #expect(own.status == 200)
    }
  }

  @Test(
    "without the proxy's fields nobody is let through, whatever a client adds of the other kind")
  func dialects() async throws {
    try await self.listening(.original) { gate, address in
      let answer = try await PlainClient.ask(
        address, self.forwarded("GET", "/orders/1", token: try gate.issuer.token()))
      #expect(answer.status == 500)
      let twice = try await PlainClient.ask(
        address,
        "GET /v1/verdict HTTP/1.1\nHost: orders.example\nX-Original-Method: GET\nX-Original-Method: DELETE\nX-Original-URI: /orders/1"
      )
      #expect(twice.status == 500)
      #expect(try await gate.events().isEmpty)
    }
  }

  @Test("what claims to be a client's address and is none is not taken for one")
  func source() async throws {
    try await self.listening(.original) { gate, address in
      for claimed in ["x", "127.0.0.1:80", "192.0.2.1, evil", ""] {
        let answer = try await PlainClient.ask(
          address,
          "GET /v1/verdict HTTP/1.1\nHost: orders.example\nX-Original-Method: GET\nX-Original-URI: /orders/1\nX-Real-IP: \(claimed)\nAuthorization: Bearer \(try gate.issuer.token())"
        )
        #expect(answer.status == 200)
        #expect(try await gate.events().last?.request?.source == "127.0.0.1")
      }
    }
  }

  @Test("NGINX asks, and lets through or refuses as it is told", .enabled(if: NGINX.isAvailable))
  func nginx() async throws {
    try await self.listening(.original) { gate, address in
      try await NGINX.run(folder: gate.folder, verdicts: address.port ?? 0) { front in
        let token = try gate.issuer.token()
        func ask(
          _ line: String, token: String?, _ more: String = "", body: String = ""
        ) async throws -> PlainClient.Answer {
          let credential = token.map { "\nAuthorization: Bearer \($0)" } ?? ""
          return try await PlainClient.ask(
            front, "\(line) HTTP/1.1\nHost: orders.example\(credential)\(more)", body: body)
        }
        let allowed = try await ask(
          "GET /orders/1?a=b", token: token,
          "\nGatehouse-Subject: spiffe://example.org/admin\nX-Original-Method: DELETE")
        #expect(allowed.status == 200)
        let seen = allowed.body.split(separator: "|", omittingEmptySubsequences: false)
        #expect(seen.prefix(3) == ["GET", "/orders/1?a=b", "spiffe://example.org/shop/checkout"])
        #expect(
          try await gate.events().last?.request?.requestID
            == seen.dropFirst(3).first.map(String.init))

        let missing = try await ask("GET /orders/1", token: nil)
        #expect(missing.status == 401)
        #expect(missing.field("www-authenticate")?.hasPrefix("Bearer realm=") == true)
        let scope = try await ask("DELETE /orders/1", token: token)
        #expect(scope.status == 403)
        #expect(scope.field("www-authenticate")?.contains("insufficient_scope") == true)
        #expect(try await ask("GET /nothing", token: token).status == 403)
        #expect(try await ask("GET /orders/%2e%2e/admin", token: token).status == 403)
        #expect(try await ask("GET /orders/1", token: token + "x").status == 401)

        let put = "\nContent-Type: application/json\nContent-Length: 2"
        #expect(try await ask("PUT /orders/1", token: token, put, body: "{}").status == 200)
        #expect(try await ask("PUT /orders/1", token: token).status == 200)
        let form = "\nContent-Type: text/html\nContent-Length: 2"
        #expect(try await ask("PUT /orders/1", token: token, form, body: "{}").status == 403)
      }
    }
  }
}
