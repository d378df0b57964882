import Audit
import Foundation
import Gateway
import GatewayVerdicts
import StrictJSON
import Subprocess
import SystemPackage
import TestIssuers
import Testing

@Suite("Verdicts over Envoy's external authorization")
struct ExternalAuthorizationTests {
  /// Asks with Envoy's published messages, in Python; the answers in order.
  private func ask(_ gate: TestGate, _ checks: [JSONValue]) async throws -> [JSONValue] {
    let server = ExternalAuthorizationServer(host: "127.0.0.1", port: 0, desk: gate.desk)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await server.run() }
      let port = try await server.port
      let lines = checks.map { String(decoding: $0.serialized(), as: UTF8.self) + "\n" }.joined()
      let answers = try await PythonClient.run("ext_authz", ["\(port)"], input: lines)
      tasks.cancelAll()
      while let result = await tasks.nextResult() { _ = result }
      return try answers.map { try JSONValue(parsing: Array($0.utf8)) }
    }
  }

  private func check(
    _ method: String, _ path: String, token: String?, headers more: [String: JSONValue] = [:],
    protocol name: String = "HTTP/1.1"
  ) -> JSONValue {
    var headers: JSONObject = [
      ":method": .string(method), ":path": .string(path), ":authority": "orders.example",
      "x-forwarded-proto": "https", "x-request-id": "envoys-own",
    ]
    if let token { headers["authorization"] = .string("Bearer \(token)") }
    for (name, value) in more { headers[name] = value }
    return .object([
      "method": .string(method), "path": .string(path), "host": "orders.example",
      "protocol": .string(name), "headers": .object(headers),
    ])
  }

  @Test(
    "an allowed check sets the identity, and removes what could be taken for one",
    .enabled(if: PythonClient.isAvailable, PythonClient.skipped))
  func allowed() async throws {
    try await TestGate.run { gate in
      let answers = try await self.ask(
        gate,
        [
          self.check(
            "GET", "/orders/1?a=b", token: try gate.issuer.token(),
            headers: [
              "gatehouse-subject": "spiffe://example.org/admin", "gatehouse_subject": "x",
              "gatehouse.subject": "x", "x-http-method-override": "DELETE", "accept": "*/*",
              "x-forwarded-for": "1.2.3.4",
            ])
        ])
      let answer = try #require(answers.first?.objectValue)
      #expect(answer["code"] == .integer(0))
      let headers = try #require(answer["headers"]?.objectValue)
      // 2 is OVERWRITE_IF_EXISTS_OR_ADD.
      #expect(headers["gatehouse-subject"] == ["spiffe://example.org/shop/checkout", 2])
      #expect(headers["gatehouse-unchecked"] == nil)
      #expect(
        answer["remove"] == [
          "authorization", "gatehouse.subject", "gatehouse_subject", "x-http-method-override",
        ])
      let event = try #require(try await gate.events().last)
      #expect(event.type == .requestAllowed)
      #expect(event.request?.path == "/orders/1")
      #expect(event.request?.source == "192.0.2.7")
      #expect(
        headers["gatehouse-request-id"]?.arrayValue?.first?.stringValue == event.request?.requestID)
      #expect(gate.metrics.total(.verdictsExternalAuthorization) == 1)
    }
  }

  @Test(
    "a refusal has status, fields and problem as the gateway itself answers",
    .enabled(if: PythonClient.isAvailable, PythonClient.skipped))
  func refused() async throws {
    try await TestGate.run { gate in
      let token = try gate.issuer.token()
      let twice: JSONValue = .object([
        "method": "GET", "path": "/orders/1", "host": "orders.example",
        "headers": [
          ["authorization", .string("Bearer \(token)")],
          ["Authorization", .string("Bearer \(token)")],
        ],
      ])
      let wanted: [(JSONValue, Int64, Int64, String)] = [
        (self.check("GET", "/orders/1", token: nil), 16, 401, "credential/token-missing"),
        (self.check("DELETE", "/orders/1", token: token), 7, 403, "scope/insufficient-scope"),
        (self.check("GET", "/orders/secret", token: token), 7, 403, "policy/denied"),
        (self.check("GET", "/nothing", token: token), 5, 404, "operation/unknown"),
        (self.check("GET", "/orders/%2F", token: token), 3, 400, "framing/path-encoded-slash"),
        (self.check("GET", "/orders/1 HTTP/1.1", token: token), 3, 400, "framing/target-malformed"),
        (self.check("G ET", "/orders/1", token: token), 3, 400, "framing/method-malformed"),
        (
          self.check("GET", "/orders/1", token: "\(token),Bearer \(token)"), 3, 400,
          "credential/credentials-repeated"
        ),
        (twice, 3, 400, "credential/credentials-repeated"),
        (.object(["method": "", "path": "", "host": ""]), 3, 400, "framing/method-malformed"),
      ]
      let answers = try await self.ask(gate, wanted.map(\.0))
      #expect(answers.count == wanted.count)
      for (answer, (_, code, status, name)) in zip(answers, wanted) {
        #expect(answer.objectValue?["code"] == .integer(code), "\(name)")
        #expect(answer.objectValue?["status"] == .integer(status), "\(name)")
        #expect(answer.objectValue?["message"] == .string(name))
        #expect(
          answer.objectValue?["body"]?.objectValue?["type"]
            == .string("https://gatehouse.dev/problems/\(name)"))
      }
      let challenge = answers.first?.objectValue?["headers"]?.objectValue?["www-authenticate"]
      #expect(challenge?.arrayValue?.first?.stringValue?.hasPrefix("Bearer ") == true)
      let events = try await gate.events()
      #expect(events.map(\.type) == wanted.map { _ in .requestRefused })
    }
  }

  @Test(
    "over HTTP/2 a body may come unannounced, and is named as unchecked",
    .enabled(if: PythonClient.isAvailable, PythonClient.skipped))
  func body() async throws {
    try await TestGate.run { gate in
      let token = try gate.issuer.token()
      let answers = try await self.ask(
        gate,
        [
          self.check("PUT", "/orders/1", token: token, protocol: "HTTP/2"),
          self.check("PUT", "/orders/1", token: token),
        ])
      let headers = answers.first?.objectValue?["headers"]?.objectValue
      #expect(headers?["gatehouse-unchecked"] == ["body", 2])
      #expect(answers.last?.objectValue?["message"] == "contract/violated")
    }
  }
}

/// Clients that were not written here, run by a Python interpreter that has them.
enum PythonClient {
  private static var packageRoot: String {
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/")
  }

  static var interpreter: String {
    ProcessInfo.processInfo.environment["GATEHOUSE_PYTHON"]
      ?? "\(Self.packageRoot)/.build/venv/bin/python"
  }

  /// Where the tests must not be left out, a missing interpreter fails them.
  static var isAvailable: Bool {
    FileManager.default.isExecutableFile(atPath: Self.interpreter)
      || ProcessInfo.processInfo.environment["CI"] == "true"
  }

  static let skipped: Comment =
    "no Python with the clients: `make test` makes one, or set GATEHOUSE_PYTHON"

  /// Runs a script of the folder `Clients`; what it prints, line by line.
  static func run(_ script: String, _ arguments: [String], input: String) async throws -> [String] {
    let path = Self.packageRoot + "/Tests/GatewayVerdictsTests/Clients/\(script).py"
    let result = try await Subprocess.run(
      .path(FilePath(Self.interpreter)), arguments: Arguments([path] + arguments),
      input: .string(input), output: .string(limit: 1 << 22), error: .string(limit: 1 << 20))
    #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
    return result.standardOutput.split(separator: "\n").map(String.init)
  }
}
