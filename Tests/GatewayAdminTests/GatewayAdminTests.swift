import Credentials
import Foundation
import Gateway
import GatewayAdmin
import Logging
import NIOCore
import NIOPosix
import StrictJSON
import Subprocess
import SystemPackage
import Testing

/// A gateway that says what a test lets it say.
private struct TestSource: GatewayStatusSource {
  var reasons: [Reason] = []
  var concerning: [Reason] = []
  var counted = GatewayMetrics(loops: 2)
  var gauges = GatewayGauges()

  func unreadiness() -> [Reason] { self.reasons }
  func concerns() -> [Reason] { self.concerning }
  func metrics() -> [UInt8] { self.counted.exposition(self.gauges) }
  func configuration() -> JSONValue { ["settings": ["listen": "127.0.0.1:8443"], "world": nil] }
  func notEnforcing() -> [JSONValue] {
    [["service": "orders", "check": "scope", "mode": "shadow"]]
  }
}

@Suite("The gateway's listener for those who run it")
struct GatewayAdminTests {
  private func listening(
    _ source: TestSource, _ body: @escaping @Sendable (Int) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      let (ports, port) = AsyncStream<Int>.makeStream()
      let listener = GatewayAdminListener(
        host: "127.0.0.1", port: 0, source: source,
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      ) { port.yield($0) }
      tasks.addTask { try await listener.run() }
      var iterator = ports.makeAsyncIterator()
      try await body(try #require(await iterator.next()))
      tasks.cancelAll()
      while let result = await tasks.nextResult() { _ = result }
    }
  }

  private struct Answer {
    let status: Int
    let fields: String
    let body: String

    var json: JSONValue? { try? JSONValue(parsing: Array(self.body.utf8)) }
  }

  private func ask(_ port: Int, _ line: String) async throws -> Answer {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let received = try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(
        ByteBuffer(string: "\(line) HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n"))
      var all = ByteBuffer()
      for try await piece in inbound { all.writeImmutableBuffer(piece) }
      return String(buffer: all)
    }
    let parts = received.split(
      separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let fields = String(parts.first ?? "")
    return Answer(
      status: fields.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0,
      fields: fields.lowercased(), body: parts.count > 1 ? String(parts[1]) : "")
  }

  @Test("it says that it lives, whether it is ready, and why not")
  func health() async throws {
    try await self.listening(TestSource()) { port in
      let live = try await self.ask(port, "GET /live")
      #expect((live.status, live.json) == (200, ["status": "live"]))
      let ready = try await self.ask(port, "GET /ready?verbose")
      #expect(ready.status == 200)
      #expect(ready.json == ["status": "ready", "reasons": [], "concerns": []])
    }
    let reason = Reason(code: "state-stale", message: "it is too long ago")
    try await self.listening(TestSource(reasons: [reason])) { port in
      let answer = try await self.ask(port, "GET /ready")
      #expect(answer.status == 503)
      #expect(
        answer.json
          == [
            "status": "not-ready",
            "reasons": [["code": "state-stale", "message": "it is too long ago"]], "concerns": [],
          ])
      #expect(try await self.ask(port, "GET /live").status == 200)
    }
  }

  @Test("configuration and what does not enforce are JSON that nobody keeps")
  func documents() async throws {
    try await self.listening(TestSource()) { port in
      let config = try await self.ask(port, "GET /config")
      #expect(config.json == ["settings": ["listen": "127.0.0.1:8443"], "world": nil])
      #expect(config.fields.contains("cache-control: no-store"))
      let list = try await self.ask(port, "GET /v1/not-enforcing")
      #expect(
        list.json
          == ["notEnforcing": [["service": "orders", "check": "scope", "mode": "shadow"]]])
      let head = try await self.ask(port, "HEAD /config")
      #expect((head.status, head.body) == (200, ""))
    }
  }

  @Test(
    "nothing else is served, and nothing can be changed",
    arguments: [
      ("GET /", 404), ("GET /config/", 404), ("GET /metrics/../config", 404), ("POST /config", 405),
      ("DELETE /live", 405), ("PUT /v1/not-enforcing", 405),
    ])
  func nothingElse(_ line: String, _ status: Int) async throws {
    try await self.listening(TestSource()) { port in
      let answer = try await self.ask(port, line)
      #expect(answer.status == status)
      #expect(answer.fields.contains("content-type: application/problem+json"))
    }
  }

  @Test(
    "Prometheus reads the metrics",
    .enabled(if: PythonClient.isAvailable, PythonClient.skipped))
  func metrics() async throws {
    var source = TestSource()
    let issuer = "https://i.example/\"\\\n{le=\"1\"} 3"
    source.gauges.issuers = [.init(name: issuer, keys: 2, age: 7)]
    source.gauges.upstreams = [.init(service: "orders", endpoints: 3, available: 2)]
    source.gauges.revision = 9
    source.gauges.revocationViewAge = 1500
    source.gauges.auditDropped = 1
    let slot = source.counted.slot(service: "or\"de\nrs\\")
    for number in 0..<1000 {
      source.counted.meter(number).requestEnded(
        .init(service: slot, status: 200, total: UInt64(number * number * 1000)))
    }
    for counter in GatewayCounter.allCases { source.counted.meter(0).add(counter) }
    try await self.listening(source) { port in
      let lines = try await PythonClient.run("metrics", ["http://127.0.0.1:\(port)/metrics"])
      let read = try JSONValue(parsing: Array(lines.joined().utf8))
      #expect(read.objectValue?["mediaType"] == "text/plain; version=0.0.4; charset=utf-8")
      let families = try #require(read.objectValue?["families"]?.objectValue)
      func samples(_ name: String) -> [JSONValue] {
        families["gatehouse_gateway_\(name)"]?.objectValue?["samples"]?.arrayValue ?? []
      }
      #expect(
        samples("issuer_keys") == [
          ["gatehouse_gateway_issuer_keys", ["issuer": .string(issuer)], .integer(2)]
        ])
      #expect(
        samples("requests").first
          == [
            "gatehouse_gateway_requests_total",
            ["service": "or\"de\nrs\\", "outcome": "allowed"], .integer(1000),
          ])
      #expect(samples("revocation_view_age_seconds").first?.arrayValue?.last == .number(1.5))
      #expect(samples("request_duration_seconds").count == 55)
      #expect(samples("verdicts").count == 2)
      #expect(families.count > 30)
    }
  }
}

/// Clients that were not written here, run by a Python interpreter that has them.
enum PythonClient {
  private static var packageRoot: String {
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/")
  }

  private static var interpreter: String {
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
  static func run(_ script: String, _ arguments: [String]) async throws -> [String] {
    let path = Self.packageRoot + "/Tests/GatewayAdminTests/Clients/\(script).py"
    let result = try await Subprocess.run(
      .path(FilePath(Self.interpreter)), arguments: Arguments([path] + arguments),
      input: .none, output: .string(limit: 1 << 22), error: .string(limit: 1 << 20))
    #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
    return result.standardOutput.split(separator: "\n").map(String.init)
  }
}
