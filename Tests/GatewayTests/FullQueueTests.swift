import Audit
import AuditStore
import Gateway
import Logging
import Testing

@Suite("A queue of events that is full")
struct FullQueueTests {
  private func recorder(
    _ gateway: TestGateway, _ change: (inout RequestRecorder.Configuration) -> Void
  ) -> RequestRecorder {
    var configuration = RequestRecorder.Configuration(gateway: "gw")
    configuration.capacity = 2
    change(&configuration)
    return RequestRecorder(
      configuration: configuration, store: gateway.store, clock: gateway.clock,
      committed: Signal(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func record(
    _ source: String, _ recorder: RequestRecorder, _ gateway: TestGateway,
    _ reservation: RequestRecorder.Reservation = .none
  ) {
    let record = gateway.gateway.arrive(head: nil, source: source, traceParent: nil)
    recorder.record(record, RequestRecord.Answer(status: 200), reservation: reservation)
  }

  /// Runs the recorder until what is queued is in the log.
  private func written(_ recorder: RequestRecorder, _ gateway: TestGateway) async throws
    -> [AuditEvent]
  {
    await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await recorder.run() }
      await recorder.drain()
      await recorder.drain()
      tasks.cancelAll()
    }
    return try await gateway.store.events(from: .start).events.compactMap {
      AuditEvent(line: $0.bytes)
    }
  }

  @Test("an event that had a place held for it is recorded, and summaries wait")
  func heldPlace() async throws {
    try await TestGateway.run { gateway in
      let recorder = self.recorder(gateway) { _ in }
      let place = try #require(recorder.reserve(isRequired: true))
      for source in ["1", "2", "lost"] { self.record(source, recorder, gateway) }
      #expect(recorder.reserve(isRequired: true) == nil, "full")
      self.record("required", recorder, gateway, place)
      #expect(recorder.load.queued == 3)
      #expect(recorder.load.dropped == 1)
      let events = try await self.written(recorder, gateway)
      #expect(events.map { $0.request?.source } == ["1", "2", "required", nil])
      #expect(events.last?.subject?.kind == "unrecorded-requests")
      #expect(events.last?.subject?.change == "1 not recorded one by one")
    }
  }

  @Test("requests that are under way for long take no place of others, and are bounded")
  func longRequests() async throws {
    try await TestGateway.run { gateway in
      let recorder = self.recorder(gateway) {
        $0.capacity = 3
        $0.reservations = 5
      }
      for _ in 0..<5 { _ = try #require(recorder.reserve(isRequired: true)) }
      #expect(recorder.load.reserved == 5)
      #expect(recorder.reserve(isRequired: true) == nil)
      guard case .some(.none) = recorder.reserve(isRequired: false) else {
        Issue.record("a place beyond the bound")
        return
      }
      self.record("short", recorder, gateway)
      #expect(recorder.load.queued == 1)
      self.record("long", recorder, gateway, .held)
      #expect(recorder.reserve(isRequired: true) != nil)
      #expect(recorder.load.dropped == 0)
    }
  }
}
