import AuditStore
import Foundation
import Gateway
import Glibc
import HTTPMessages
import Inspection

/// What parts of a request cost on their own: the least of many rounds, as the machine has others to
/// serve.
struct Parts {
  let gateway: Gateway
  let memory: LoopMemory
  let current: CurrentWorld
  let recorder: RequestRecorder
  let store: AuditStore

  private static let rounds = 60
  private static let count = 2_000

  func run(anonymous: RequestHead, cached: RequestHead) async throws {
    self.question("policy, anonymous", nil, "status", [:])
    self.question("policy, a workload", self.credential(of: cached), "getOrder", ["id": "1"])
    await self.requests("anonymous", anonymous)
    await self.requests("cached token", cached)
    try await self.log()
  }

  private func credential(of head: RequestHead) -> VerifiedCredential? {
    var record = self.gateway.arrive(
      head: head, source: "192.0.2.1", traceParent: nil, memory: self.memory)
    let admission = self.gateway.admit(
      &record, InspectedRequest(head: head, source: "192.0.2.1"), memory: self.memory, live: { nil }
    )
    guard case .permitted(let permit, let passage) = admission else { return nil }
    self.gateway.end(passage, record, .init(status: 200))
    return permit.caller.credential
  }

  /// What the log costs for an event, threads of its own included.
  private func log() async throws {
    let lines = (0..<512).map { _ in Array(Self.line.utf8) }
    var least = Double.infinity
    for _ in 0..<Self.rounds {
      let start = Measurement.cpu(CLOCK_PROCESS_CPUTIME_ID)
      _ = try await self.store.append(lines)
      least = min(least, (Measurement.cpu(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e6 / 512)
    }
    print("log: \(Self.text(least)) us")
  }

  private static let line = """
    {"type":"request.allowed","time":"2026-01-01T00:00:00.000Z","actor":{"kind":"anonymous",\
    "id":"anonymous"},"decision":{"outcome":"allow","policies":["p"],"revision":1,\
    "policyOutcome":"allow"},"request":{"requestId":"0123456789abcdef0123456789abcdef",\
    "service":"orders","operation":"status","method":"GET","path":"/status",\
    "source":"192.0.2.1","status":200,"bytesIn":0,"bytesOut":0}}
    """

  private func question(
    _ name: String, _ credential: VerifiedCredential?, _ operation: String,
    _ parameters: [String: String]
  ) {
    let call = Call(
      principal: credential?.principal, service: "orders", operation: operation,
      scopes: credential?.scopes ?? [], method: "GET", path: "/orders/1", parameters: parameters,
      source: "192.0.2.1", now: 1_900_000_000)
    guard let policy = self.current.world?.policy else { return }
    var (allowed, least) = (0, Double.infinity)
    for _ in 0..<Self.rounds {
      least = min(least, Self.time { if policy.verdict(on: call).isAllowed { allowed += 1 } })
    }
    print("\(name): \(Self.text(least)) us (\(allowed) allowed)")
  }

  private func requests(_ name: String, _ head: RequestHead) async {
    let connection = ConnectionFacts(plainFrom: "192.0.2.1")
    var (arrive, admit, end) = (Double.infinity, Double.infinity, Double.infinity)
    for _ in 0..<Self.rounds {
      var records: [RequestRecord] = []
      records.reserveCapacity(Self.count)
      arrive = min(
        arrive,
        Self.time {
          records.append(
            self.gateway.arrive(
              head: head, source: "192.0.2.1", traceParent: nil, memory: self.memory))
        })
      var passages: [(Gateway.Passage, RequestRecord)] = []
      passages.reserveCapacity(Self.count)
      var next = 0
      admit = min(
        admit,
        Self.time {
          var record = records[next]
          next += 1
          let admission = self.gateway.admit(
            &record, InspectedRequest(head: head, connection: connection), memory: self.memory,
            live: { nil })
          if case .permitted(_, let passage) = admission { passages.append((passage, record)) }
        })
      next = 0
      let answer = RequestRecord.Answer(status: 200)
      end = min(
        end,
        Self.time {
          guard next < passages.count else { return }
          self.gateway.end(passages[next].0, passages[next].1, answer)
          next += 1
        })
      self.current.confirm()
      await self.recorder.drain()
    }
    print(
      "\(name): arrive \(Self.text(arrive)), admit \(Self.text(admit)), end \(Self.text(end)) us")
  }

  /// Microseconds that one takes.
  private static func time(_ body: () -> Void) -> Double {
    let start = Measurement.cpu()
    for _ in 0..<Self.count { body() }
    return (Measurement.cpu() - start) * 1e6 / Double(Self.count)
  }

  private static func text(_ number: Double) -> String { String(format: "%.3f", number) }
}
