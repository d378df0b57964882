import Audit
import AuditStore
import Credentials
import Distribution
import Foundation
import Gateway
import HTTPMessages
import Inspection
import Logging
import Synchronization
import TestIssuers
import Testing

/// The gateway's parts around a feed that the test plays, without sockets.
struct TestGateway: Sendable {
  let feed: TestFeed
  let issuer: TestIssuer
  let current: CurrentWorld
  let live: LiveRequests
  let recorder: RequestRecorder
  let store: AuditStore
  let gateway: Gateway
  let clock: SettableClock

  static func run(_ body: @escaping @Sendable (TestGateway) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "gateway-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try await AuditStore.open(
      .init(
        folder: folder.path + "/log", scratch: folder.path + "/scratch",
        origin: "example.org/log/gw", signingKey: [UInt8](repeating: 7, count: 32),
        now: { 1_000_100_000 }, clock: ContinuousClock()))
    let (gateway, follower) = Self.assemble(store)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await gateway.recorder.run() }
      tasks.addTask { try await follower.run() }
      try await body(gateway)
      tasks.cancelAll()
      while let result = await tasks.nextResult() { _ = result }
    }
    try await store.close()
  }

  private static func assemble(_ store: AuditStore) -> (TestGateway, FeedFollower) {
    let clock = SettableClock()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let news = Signal()
    let seen = SeenCredentials(capacity: 100)
    let current = CurrentWorld(
      stalenessMilliseconds: 30_000, uptime: { clock.uptime() })
    let live = LiveRequests()
    let counter = Mutex<UInt64>(1)
    let random = RandomSource {
      counter.withLock {
        $0 &+= 1
        return $0 &* 0x9E37_79B9_7F4A_7C15
      }
    }
    let recorder = RequestRecorder(
      configuration: .init(gateway: "gw"), store: store, clock: clock, committed: news,
      logger: logger)
    let feed = TestFeed()
    let follower = FeedFollower(
      link: feed, name: "gw", leeway: 5,
      parts: .init(
        current: current, live: live, seen: seen, recorder: recorder, store: store, news: news,
        clock: clock, random: random, pause: { _ in try Task.checkCancellation() }, logger: logger))
    let gateway = Gateway(
      current: current, live: live, seen: seen, recorder: recorder, news: news, random: random,
      clock: clock)
    return (
      TestGateway(
        feed: feed, issuer: TestIssuer(), current: current, live: live, recorder: recorder,
        store: store, gateway: gateway, clock: clock), follower
    )
  }

  /// Asks for `GET /orders/<id>` with a good token.
  func admit(
    _ id: String = "1", close: @escaping @Sendable () -> Void = {}
  ) throws -> (record: RequestRecord, admission: Gateway.Admission) {
    var parser = RequestHeadParser()
    let text =
      "GET /orders/\(id) HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer \(try self.issuer.token())\r\n\r\n"
    let head = try #require(try parser.receive(Array(text.utf8))).head
    var record = self.gateway.arrive(head: head, source: "192.0.2.1", traceParent: nil)
    let admission = self.gateway.admit(
      &record, InspectedRequest(head: head, source: "192.0.2.1"), close: close)
    return (record, admission)
  }

  /// The code of the refusal, or nil if the request may go on; it is ended and recorded.
  func outcome(_ id: String = "1") throws -> String? {
    let (record, admission) = try self.admit(id)
    switch admission {
    case .refused(let refusal):
      var answer = RequestRecord.Answer(status: refusal.status.code)
      answer.refusal = refusal
      self.gateway.refuse(record, answer)
      return refusal.code
    case .permitted(_, let passage):
      self.gateway.end(passage, record, RequestRecord.Answer(status: 200))
      return nil
    }
  }
}

final class SettableClock: WallClock {
  private let state = Mutex((wall: Instant(seconds: 1_000_100), uptime: Int64(0)))

  func now() -> Instant { self.state.withLock { $0.wall } }

  /// In milliseconds.
  func uptime() -> Int64 { self.state.withLock { $0.uptime } }

  func advance(bySeconds seconds: Int64) {
    self.state.withLock { state in
      state.wall = state.wall.advanced(bySeconds: seconds)
      state.uptime += seconds * 1000
    }
  }

  /// Sets the wall clock alone.
  func setBack(bySeconds seconds: Int64) {
    self.state.withLock { $0.wall = $0.wall.advanced(bySeconds: -seconds) }
  }
}
