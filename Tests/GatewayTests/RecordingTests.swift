import Audit
import AuditStore
import Gateway
import HTTPMessages
import Inspection
import Testing

@Suite("Recording requests")
struct RecordingTests {
  private func events(_ gateway: TestGateway) async throws -> [AuditEvent] {
    await gateway.recorder.drain()
    return try await gateway.store.events(from: .start).events.compactMap {
      AuditEvent(line: $0.bytes)
    }
  }

  private func head(_ path: String) throws -> RequestHead {
    var parser = RequestHeadParser()
    let text = "GET \(path) HTTP/1.1\r\nHost: orders.example\r\n\r\n"
    return try #require(try parser.receive(Array(text.utf8))).head
  }

  @Test("requests without a credential are sampled, allowed ones too, and the rest is counted")
  func quota() async throws {
    try await TestGateway.run { gateway in
      for number in 0..<80 {
        let record = gateway.gateway.arrive(head: nil, source: "192.0.2.1", traceParent: nil)
        var answer = RequestRecord.Answer(status: 200)
        if number.isMultiple(of: 2) {
          answer = RequestRecord.Answer(status: 408)
          answer.refusal = .headTimeout
        }
        gateway.recorder.record(record, answer)
      }
      let events = try await self.events(gateway)
      #expect(events.count == 51)
      #expect(events.filter { $0.type == .requestAllowed }.count == 25)
      #expect(events.last?.type == .limitExceeded)
      #expect(events.last?.subject?.kind == "unauthenticated-requests")
      #expect(events.last?.subject?.change == "30 not recorded one by one")

      gateway.clock.advance(bySeconds: 2)
      for _ in 0..<30 {
        let record = gateway.gateway.arrive(head: nil, source: "192.0.2.1", traceParent: nil)
        gateway.recorder.record(record, RequestRecord.Answer(status: 200))
      }
      let more = try await self.events(gateway).dropFirst(51)
      #expect(more.filter { $0.type == .requestAllowed }.count == 20)
      #expect(more.last?.subject?.change == "10 not recorded one by one")
    }
  }

  @Test("nobody unknown says how long the recorded path is")
  func clipped() async throws {
    try await TestGateway.run { gateway in
      let path = "/" + String(repeating: "a", count: 5000)
      let record = gateway.gateway.arrive(
        head: try self.head(path), source: "192.0.2.1", traceParent: nil)
      gateway.recorder.record(record, RequestRecord.Answer(status: 200))
      #expect(try await self.events(gateway).first?.request?.path == String(path.prefix(256)))
    }
  }

  @Test("an event that the log does not take is replaced, and recording goes on")
  func tooLarge() async throws {
    try await TestGateway.run { gateway in
      let endless = String(repeating: "a", count: 100_000)
      for source in ["1", endless, "2", endless, "3"] {
        let record = gateway.gateway.arrive(head: nil, source: source, traceParent: nil)
        gateway.recorder.record(record, RequestRecord.Answer(status: 200))
      }
      let events = try await self.events(gateway)
      #expect(events.map { $0.request?.source } == ["1", nil, "2", nil, "3"])
      #expect(events.map(\.subject?.kind)[1] == "unrecorded-requests")
      _ = try gateway.outcome()
      #expect(try await self.events(gateway).count == 6)
    }
  }
}
