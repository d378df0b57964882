import Audit
import Foundation
import Gateway
import GatewayVerdicts
import Logging
import NIOCore
import NIOPosix
import StrictJSON
import Subprocess
import SystemPackage
import TestIssuers
import Testing

/// One at a time: a proxy takes memory, and its start the machine.
@Suite(
  "Envoy and Traefik, as docs/verdicts.md configures them", .serialized,
  .enabled(if: RealProxy.areAvailable, RealProxy.skipped))
struct RealProxyTests {
  /// A proxy between a client and a service, that asks a gate.
  struct Setting: Sendable {
    let gate: TestGate
    let service: RecordingService
    let front: SocketAddress

    /// - Parameter more: further lines of the head.
    func ask(
      _ line: String, token: String?, _ more: String..., host: String = "orders.example",
      body: String = ""
    ) async throws -> PlainClient.Answer {
      let credential = token.map { ["Authorization: Bearer \($0)"] } ?? []
      return try await PlainClient.ask(
        self.front,
        (["\(line) HTTP/1.1", "Host: \(host)"] + credential + more).joined(separator: "\n"),
        body: body)
    }
  }

  private static func with(
    _ proxy: RealProxy, gateIsAway: Bool = false, believesClients: Bool = false,
    _ body: @escaping @Sendable (Setting) async throws -> Void
  ) async throws {
    try await TestGate.run { gate in
      try await RecordingService.run { service, servicePort in
        @Sendable func before(_ verdicts: Int) async throws {
          try await proxy.run(
            folder: gate.folder, verdicts: verdicts, service: servicePort,
            believesClients: believesClients
          ) {
            try await body(Setting(gate: gate, service: service, front: $0))
          }
        }
        if gateIsAway {
          let nobody = try ReservedPort()
          try await before(nobody.number)
        } else {
          try await Self.deciding(proxy, gate, before)
        }
      }
    }
  }

  /// Gives verdicts in the proxy's protocol while `body` runs, which receives the port.
  private static func deciding(
    _ proxy: RealProxy, _ gate: TestGate, _ body: @escaping @Sendable (Int) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      switch proxy {
      case .envoy:
        let server = ExternalAuthorizationServer(host: "127.0.0.1", port: 0, desk: gate.desk)
        tasks.addTask { try await server.run() }
        try await body(try await server.port)
      case .traefik:
        let (ports, port) = AsyncStream<Int>.makeStream()
        let listener = ForwardAuthListener(
          host: "127.0.0.1", port: 0, dialect: .forwarded, desk: gate.desk,
          eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
          logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { port.yield($0) }
        tasks.addTask { try await listener.run() }
        var iterator = ports.makeAsyncIterator()
        try await body(try #require(await iterator.next()))
      }
      tasks.cancelAll()
      while let result = await tasks.nextResult() { _ = result }
    }
  }

  @Test(
    "what is allowed reaches the service with the caller's identity, and nothing that was forged",
    arguments: RealProxy.allCases)
  func allowed(_ proxy: RealProxy) async throws {
    try await Self.with(proxy) { setting in
      let answer = try await setting.ask(
        "GET /orders/1?a=b", token: try setting.gate.issuer.token(),
        "Gatehouse-Subject: spiffe://example.org/admin", "gatehouse-subject: second",
        "Gatehouse-Request-Id: forged", "DPoP: forged", "X-Forwarded-For: 203.0.113.9",
        "X-Forwarded-Method: DELETE", "X-Forwarded-Uri: /orders/secret",
        "X-Forwarded-Host: other.example", "X-Forwarded-Proto: https", "X-Real-IP: 203.0.113.9",
        "X-Original-Method: DELETE", "X-Original-URI: /orders/secret",
        "X-Forwarded-Client-Cert: By=forged", "X-Accept: kept")
      #expect(answer.status == 200)
      #expect(answer.body == "ok")
      let event = try #require(try await setting.gate.events().last)
      #expect(event.type == .requestAllowed)
      #expect(event.request?.method == "GET")
      #expect(event.request?.path == "/orders/1")
      #expect(event.request?.source == "127.0.0.1")

      let head = try #require(setting.service.heads.first)
      #expect(setting.service.heads.count == 1)
      #expect(head.line == "GET /orders/1?a=b HTTP/1.1")
      #expect(head.values("host") == ["orders.example"])
      #expect(head.values("gatehouse-subject") == ["spiffe://example.org/shop/checkout"])
      #expect(head.values("gatehouse-request-id") == [event.request?.requestID])
      #expect(head.values("x-forwarded-proto") == ["http"])
      #expect(head.values("x-accept") == ["kept"])
      #expect(
        head.names.isDisjoint(with: [
          "authorization", "dpop", "x-forwarded-method", "x-forwarded-uri",
        ]))
      // Traefik cannot be told to remove what it does not set itself.
      let others: Set = ["x-original-method", "x-original-uri", "x-forwarded-client-cert"]
      #expect(head.names.intersection(others) == (proxy == .envoy ? [] : others))
    }
  }

  @Test(
    "what is refused never reaches the service, and the client is told why",
    arguments: RealProxy.allCases)
  func refused(_ proxy: RealProxy) async throws {
    try await Self.with(proxy) { setting in
      let token = try setting.gate.issuer.token()
      let bearer = "Authorization: Bearer \(token)"
      let wanted: [(PlainClient.Answer, Int, String)] = [
        (
          try await setting.ask("GET /orders/1", token: nil), 401, "credential/token-missing"
        ),
        (
          try await setting.ask("DELETE /orders/1", token: token), 403, "scope/insufficient-scope"
        ),
        (try await setting.ask("GET /orders/secret", token: token), 403, "policy/denied"),
        (try await setting.ask("GET /nothing", token: token), 404, "operation/unknown"),
        (
          try await setting.ask("GET /orders/1", token: token, bearer), 400,
          "credential/credentials-repeated"
        ),
        (
          try await setting.ask("GET /orders/a%2Fb", token: token), 400,
          "framing/path-encoded-slash"
        ),
        (
          try await setting.ask("DELETE /orders/1", token: token, "X-Forwarded-Method: GET"), 403,
          "scope/insufficient-scope"
        ),
        (
          try await setting.ask("GET /orders/secret", token: token, "X-Forwarded-Uri: /orders/1"),
          403, "policy/denied"
        ),
        (
          try await setting.ask(
            "GET /orders/1", token: token, "X-Forwarded-Host: orders.example",
            host: "other.example"), 404, "host/unknown"
        ),
      ]
      for (answer, status, name) in wanted {
        #expect(answer.status == status, "\(name)")
        #expect(answer.body.contains("https://gatehouse.dev/problems/\(name)\""), "\(answer.body)")
        #expect(answer.field("content-type") == "application/problem+json", "\(name)")
      }
      #expect(wanted[0].0.field("www-authenticate")?.hasPrefix("Bearer ") == true)
      #expect(wanted[1].0.field("www-authenticate")?.contains("insufficient_scope") == true)
      #expect(setting.service.heads.isEmpty)
      let events = try await setting.gate.events()
      #expect(events.map(\.type) == wanted.map { _ in .requestRefused })
      #expect(events.map { $0.request?.status } == wanted.map { Int64($0.1) })
    }
  }

  @Test("Traefik tells of the request as it is, even where its entry point believes its clients")
  func believed() async throws {
    try await Self.with(.traefik, believesClients: true) { setting in
      let token = try setting.gate.issuer.token()
      let forged = [
        "X-Forwarded-Method: GET", "X-Forwarded-Uri: /orders/1",
        "X-Forwarded-Host: orders.example", "X-Forwarded-For: 203.0.113.9",
        "X-Forwarded-Proto: https",
      ].joined(separator: "\n")
      #expect(try await setting.ask("DELETE /orders/1", token: token, forged).status == 403)
      #expect(try await setting.ask("GET /orders/secret", token: token, forged).status == 403)
      let host = try await setting.ask("GET /orders/1", token: token, forged, host: "other.example")
      #expect(host.status == 404)
      #expect(setting.service.heads.isEmpty)
      #expect(
        try await setting.gate.events().allSatisfy { $0.request?.source == "127.0.0.1" })
    }
  }

  @Test("a revoked token is refused from then on, and no other", arguments: RealProxy.allCases)
  func revoked(_ proxy: RealProxy) async throws {
    try await Self.with(proxy) { setting in
      let token = try setting.gate.issuer.token(["jti": "token-2"])
      #expect(try await setting.ask("GET /orders/1", token: token).status == 200)
      try await setting.gate.revoke(credential: "token-2")
      let answer = try await setting.ask("GET /orders/1", token: token)
      #expect(answer.status == 401)
      #expect(answer.field("www-authenticate")?.contains("invalid_token") == true)
      let other = try setting.gate.issuer.token()
      #expect(try await setting.ask("GET /orders/1", token: other).status == 200)
      #expect(setting.service.heads.count == 2)
    }
  }

  @Test("while the gateway is away nothing passes", arguments: RealProxy.allCases)
  func away(_ proxy: RealProxy) async throws {
    try await Self.with(proxy, gateIsAway: true) { setting in
      let token = try setting.gate.issuer.token()
      let answer = try await setting.ask("GET /orders/1", token: token)
      #expect(answer.status == (proxy == .envoy ? 503 : 500))
      #expect(setting.service.heads.isEmpty)
    }
  }

  @Test(
    "dot segments are refused, or judged as the service gets them", arguments: RealProxy.allCases)
  func dots(_ proxy: RealProxy) async throws {
    try await Self.with(proxy) { setting in
      let token = try setting.gate.issuer.token()
      for path in ["/orders/1/../secret", "/orders/1/%2e%2e/secret", "//orders/./secret"] {
        let answer = try await setting.ask("GET \(path)", token: token)
        #expect(answer.status == (proxy == .envoy ? 400 : 403), "\(path)")
        #expect(answer.body.contains(proxy == .envoy ? "/framing/path-" : "/policy/denied"))
      }
      #expect(setting.service.heads.isEmpty)
      let answer = try await setting.ask("GET /orders/../orders//1", token: token)
      #expect(answer.status == (proxy == .envoy ? 400 : 200))
      #expect(
        setting.service.heads.map(\.line)
          == (proxy == .envoy ? [] : ["GET /orders/1 HTTP/1.1"]))
    }
  }

  @Test(
    "other spellings of the gateway's own fields never reach the service",
    arguments: RealProxy.allCases)
  func imitated(_ proxy: RealProxy) async throws {
    try await Self.with(proxy) { setting in
      let answer = try await setting.ask(
        "GET /orders/1", token: try setting.gate.issuer.token(),
        "Gatehouse_Subject: spiffe://example.org/admin",
        "Gatehouse.Subject: spiffe://example.org/admin")
      #expect(answer.status == (proxy == .envoy ? 200 : 400))
      let own = setting.service.heads.map { $0.names.filter { $0.hasPrefix("gatehouse") } }
      #expect(own == (proxy == .envoy ? [["gatehouse-subject", "gatehouse-request-id"]] : []))
    }
  }

  @Test("bodies pass, and are checked as far as the fields tell", arguments: RealProxy.allCases)
  func bodies(_ proxy: RealProxy) async throws {
    try await Self.with(proxy) { setting in
      let token = try setting.gate.issuer.token()
      func put(_ type: String, _ body: String, _ more: String) async throws -> Int {
        try await setting.ask(
          "PUT /orders/1", token: token, "Content-Type: \(type)",
          "Content-Length: \(body.utf8.count)", more, body: body
        ).status
      }
      #expect(try await put("application/json", "{}", "A: b") == 200)
      #expect(setting.service.heads.first?.values("content-length") == ["2"])
      #expect(try await put("text/html", "{}", "A: b") == 415)
      #expect(try await put("text/html", "{}", "X-Forwarded-Content-Length: 0") == 415)
      #expect(setting.service.heads.count == 1)
      // Traefik does not tell of a body's length, not even that there is none.
      #expect(try await put("application/json", "", "A: b") == (proxy == .envoy ? 400 : 200))
    }
  }

  @Test(
    "Envoy's clients over HTTP/2 get the same verdicts",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl"), "no curl"))
  func http2() async throws {
    try await Self.with(.envoy) { setting in
      let token = try setting.gate.issuer.token()
      func ask(_ path: String, _ more: String...) async throws -> PlainClient.Answer {
        let fields = ["Host: orders.example", "Gatehouse-Subject: forged"] + more
        let result = try await Subprocess.run(
          .path("/usr/bin/curl"),
          arguments: Arguments(
            [
              "--silent", "--include", "--http2-prior-knowledge", "--path-as-is",
              "http://127.0.0.1:\(setting.front.port ?? 0)\(path)",
            ] + fields.flatMap { ["--header", $0] }),
          input: .none, output: .string(limit: 1 << 16), error: .discarded)
        #expect(result.terminationStatus.isSuccess)
        #expect(result.standardOutput.hasPrefix("HTTP/2 "))
        return PlainClient.Answer(result.standardOutput)
      }
      let bearer = "Authorization: Bearer \(token)"
      let missing = try await ask("/orders/1")
      #expect(missing.status == 401)
      #expect(missing.field("www-authenticate")?.hasPrefix("Bearer ") == true)
      #expect(missing.body.contains("credential/token-missing"))
      #expect(try await ask("/orders/1", bearer, bearer).status == 400)
      #expect(try await ask("/orders/../orders/1", bearer).status == 400)
      #expect(try await ask("/orders/secret", bearer).status == 403)
      #expect(setting.service.heads.isEmpty)
      #expect(try await ask("/orders/1", bearer).status == 200)
      let head = try #require(setting.service.heads.first)
      #expect(head.values("gatehouse-subject") == ["spiffe://example.org/shop/checkout"])
      #expect(head.values("authorization").isEmpty)
    }
  }
}
