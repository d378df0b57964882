import Credentials
import HTTPMessages
import Logging
import StrictJSON
import Synchronization
import Testing

@testable import Gateway
@testable import Inspection

@Suite("The access log")
struct AccessLogTests {
  /// Keeps what is written; fails while it is told to.
  private final class Memory: AccessLogSink {
    let bytes = Mutex<[UInt8]>([])
    let reopened = Mutex(0)
    let isBroken = Mutex(false)

    struct Broken: Error {}

    func write(_ bytes: [UInt8]) async throws {
      if self.isBroken.withLock({ $0 }) { throw Broken() }
      self.bytes.withLock { $0 += bytes }
    }

    func reopen() async throws { self.reopened.withLock { $0 += 1 } }

    var lines: [JSONValue] {
      get throws {
        try self.bytes.withLock { $0 }.split(separator: UInt8(ascii: "\n")).map {
          try JSONValue(parsing: Array($0))
        }
      }
    }
  }

  private func log(
    _ sink: Memory, _ metrics: GatewayMetrics = GatewayMetrics(loops: 1),
    _ configure: (inout AccessLog.Configuration) -> Void = { _ in }
  ) -> AccessLog {
    var configuration = AccessLog.Configuration()
    configure(&configuration)
    return AccessLog(
      configuration: configuration, loops: 1, metrics: metrics, sink: sink, pause: { _ in },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Writes, and ends the log when all was written.
  private func run(_ log: AccessLog, _ body: () async throws -> Void) async throws {
    try await body()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await log.run() }
      tasks.cancelAll()
      try await tasks.waitForAll()
    }
  }

  private func entry(_ path: String = "/orders/1") -> AccessLogEntry {
    var entry = AccessLogEntry(
      time: Instant(milliseconds: 1_763_710_409_007), requestID: "r1", source: "192.0.2.1",
      timing: .init(total: 123_456, inspection: 7_900, upstream: 98_765))
    entry.method = "GET"
    entry.path = path
    return entry
  }

  private func line(_ entry: AccessLogEntry) throws -> JSONObject {
    var bytes: [UInt8] = []
    var line = AccessLogLine()
    line.write(entry, into: &bytes)
    #expect(bytes.last == UInt8(ascii: "\n"))
    #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
    return try #require(try JSONValue(parsing: Array(bytes.dropLast())).objectValue)
  }

  @Test("a line has every field that is known, and no other")
  func fields() throws {
    var entry = self.entry()
    (entry.traceID, entry.service, entry.operation) = ("t1", "orders", "getOrder")
    (entry.status, entry.bytesIn, entry.bytesOut) = (200, 0, 18_446_744_073_709_551_615)
    (entry.principal, entry.credential) = ("spiffe://example.org/shop", "jti-1")
    entry.shadowed = [.hostUnknown, .nothingKnown]
    let line = try self.line(entry)
    #expect(
      line
        == [
          "time": "2025-11-21T07:33:29.007Z", "requestId": "r1", "traceId": "t1",
          "source": "192.0.2.1", "method": "GET", "path": "/orders/1", "service": "orders",
          "operation": "getOrder", "status": 200, "bytesIn": 0,
          "bytesOut": .number(18_446_744_073_709_551_616), "durationUs": 123, "inspectionUs": 7,
          "upstreamUs": 98, "principal": "spiffe://example.org/shop", "credential": "jti-1",
          "decision": "allow", "wouldRefuse": ["host/unknown", "credential/state-unknown"],
        ])
    var refused = AccessLogEntry(
      time: Instant(milliseconds: -1), requestID: "r2", source: "unknown", timing: .init(total: 0))
    refused.refusal = .headTimeout
    #expect(
      try self.line(refused)
        == [
          "time": "1969-12-31T23:59:59.999Z", "requestId": "r2", "source": "unknown",
          "bytesIn": 0, "bytesOut": 0, "durationUs": 0, "decision": "deny", "stage": "framing",
          "reason": "head-timeout",
        ])
  }

  @Test(
    "whatever a path holds stays in its string",
    arguments: ["/\"},{\"x\":\"", "/\\", "/\n{}", "/\u{7f}\u{0}\u{1b}[31m", "/ä€😀", ""])
  func escaping(_ path: String) throws {
    #expect(try self.line(self.entry(path))["path"] == .string(path))
  }

  @Test("a stranger's path is cut shorter than others, and never within a character")
  func cut() throws {
    var entry = self.entry("/" + String(repeating: "ä", count: 2000))
    let strangers = try #require(try self.line(entry)["path"]?.stringValue)
    #expect(strangers.utf8.count == 255)
    #expect(try self.line(entry)["pathCut"] == true)
    entry.isAuthenticated = true
    #expect(try self.line(entry)["path"]?.stringValue?.utf8.count == 2047)
  }

  @Test("a trace is written whole or not at all, at about the rate that was asked for")
  func sampling() {
    let tenth = AccessLogSampling(rate: 0.1, seed: 1)
    let ids = (0..<20_000).map { "0000000000000000000000000000\($0)" }
    let taken = ids.filter { tenth.takes($0) }
    #expect((1700...2300).contains(taken.count))
    #expect(taken.allSatisfy { AccessLogSampling(rate: 0.1, seed: 1).takes($0) })
    #expect(taken.allSatisfy { AccessLogSampling(rate: 0.5, seed: 1).takes($0) })
    #expect(taken != ids.filter { AccessLogSampling(rate: 0.1, seed: 2).takes($0) })
    for (rate, count) in [
      (0.0, 0), (-1, 0), (1, 20_000), (7, 20_000), (.infinity, 20_000), (.nan, 0),
    ] {
      #expect(ids.filter { AccessLogSampling(rate: rate, seed: 1).takes($0) }.count == count)
    }
  }

  @Test("refusals are all written up to the cap of a second, and the rest is counted")
  func cap() async throws {
    let (sink, metrics) = (Memory(), GatewayMetrics(loops: 1))
    let log = self.log(sink, metrics) { $0.refusalsPerSecond = 10 }
    try await self.run(log) {
      for number in 0..<100 {
        var entry = self.entry()
        entry.time = Instant(milliseconds: 1_000_000 + Int64(number) * 20)
        entry.refusal = .headTimeout
        log.append(entry, loop: number)
        log.append(self.entry(), loop: 0)
      }
    }
    let lines = try sink.lines.compactMap(\.objectValue)
    #expect(lines.filter { $0["decision"] == "deny" }.count == 20)
    #expect(lines.filter { $0["decision"] == "allow" }.count == 100)
    #expect(metrics.total(.accessLogSuppressed) == 80)
    #expect(metrics.total(.accessLogWritten) == 120)
  }

  @Test("what finds no room is counted, and memory stays bounded")
  func bounded() async throws {
    let (sink, metrics) = (Memory(), GatewayMetrics(loops: 1))
    let log = self.log(sink, metrics) { $0.capacity = 10_000 }
    try await self.run(log) { for _ in 0..<1000 { log.append(self.entry(), loop: 0) } }
    let written = metrics.total(.accessLogWritten)
    #expect(written > 10 && written < 100)
    #expect(metrics.total(.accessLogDropped) == 1000 - written)
    #expect(sink.bytes.withLock { $0.count } < 11_000)
  }

  @Test("lines that the sink does not take are counted, and later ones are written again")
  func broken() async throws {
    let (sink, metrics) = (Memory(), GatewayMetrics(loops: 1))
    let log = self.log(sink, metrics)
    sink.isBroken.withLock { $0 = true }
    try await self.run(log) { log.append(self.entry(), loop: 0) }
    #expect(metrics.total(.accessLogDropped) == 1)
    sink.isBroken.withLock { $0 = false }
    let again = self.log(sink, metrics)
    try await self.run(again) {
      again.reopen()
      again.append(self.entry(), loop: 0)
    }
    #expect(try sink.lines.count == 1)
    #expect(sink.reopened.withLock { $0 } == 1)
  }
}
