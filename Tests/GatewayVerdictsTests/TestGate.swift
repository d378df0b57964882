import Audit
import AuditStore
import Credentials
import Crypto
import Distribution
import Foundation
import Gateway
import GatewayVerdicts
import JOSE
import Logging
import StrictJSON
import Synchronization
import TestIssuers
import Testing

/// A gateway that knows one service, without a port of its own for traffic.
struct TestGate: Sendable {
  let issuer: TestIssuer
  let recorder: RequestRecorder
  let store: AuditStore
  let metrics: GatewayMetrics
  let desk: VerdictDesk
  let folder: String
  fileprivate let feed: OneWorld

  /// Returns once a token with this `jti` is refused.
  func revoke(credential: String) async throws {
    let id = try CredentialID(credential)
    let record = RevocationRecord(
      subject: .credential(id), cutoff: 1_000_100, credentials: [id], reason: "test", by: "uid:0",
      time: Instant(seconds: 1_000_100))
    await self.feed.tell(
      .changes(
        items: [.init(kind: "revocation", name: "r1", value: record.bytes)], revision: 6),
      revision: 6)
  }

  static func run(_ body: @escaping @Sendable (TestGate) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "verdicts-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try await AuditStore.open(
      .init(
        folder: folder.path + "/log", scratch: folder.path + "/scratch",
        origin: "example.org/log/gw", signingKey: [UInt8](repeating: 7, count: 32),
        now: { 1_000_100_000 }, clock: ContinuousClock()))
    let feed = OneWorld()
    let (gate, follower) = Self.assemble(store, feed, folder.path)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await gate.recorder.run() }
      tasks.addTask { try await follower.run() }
      await feed.tell(
        .snapshot(items: try Self.records(gate.issuer), revision: 5, isComplete: true), revision: 5)
      try await body(gate)
      tasks.cancelAll()
      while let result = await tasks.nextResult() { _ = result }
    }
    try await store.close()
  }

  private static func assemble(
    _ store: AuditStore, _ feed: OneWorld, _ folder: String
  ) -> (TestGate, FeedFollower) {
    let clock = FixedClock()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let news = Signal()
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
    let parts = GatewayParts(
      current: CurrentWorld(stalenessMilliseconds: 30_000, uptime: { 0 }), live: LiveRequests(),
      seen: SeenCredentials(capacity: 100), recorder: recorder, store: store, news: news,
      clock: clock, random: random, pause: { _ in try Task.checkCancellation() }, logger: logger)
    let gateway = Gateway(
      current: parts.current, live: parts.live, seen: parts.seen, recorder: recorder, news: news,
      random: random, clock: clock)
    let metrics = GatewayMetrics(loops: 1)
    let desk = VerdictDesk(gateway: gateway, metrics: metrics, accessLog: nil, nanoseconds: { 0 })
    return (
      TestGate(
        issuer: TestIssuer(), recorder: recorder, store: store, metrics: metrics, desk: desk,
        folder: folder, feed: feed), FeedFollower(link: feed, name: "gw", leeway: 5, parts: parts)
    )
  }

  /// Every event that has been recorded.
  func events() async throws -> [AuditEvent] {
    await self.recorder.drain()
    return try await self.store.events(from: .start).events.compactMap {
      AuditEvent(line: $0.bytes)
    }
  }

  private static let contract = """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    components:
      securitySchemes:
        oauth:
          type: oauth2
          flows: {clientCredentials: {tokenUrl: "https://i.example/t", scopes: {orders.read: r, orders.write: w}}}
    paths:
      /orders/{id}:
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        get: {operationId: getOrder, security: [{oauth: [orders.read]}], responses: {}}
        delete: {operationId: deleteOrder, security: [{oauth: [orders.write]}], responses: {}}
        put:
          operationId: putOrder
          security: [{oauth: [orders.read]}]
          requestBody: {required: true, content: {application/json: {}}}
          responses: {}
    """

  private static func records(_ issuer: TestIssuer) throws -> [FeedItem] {
    let workload: JSONObject = [
      "path": "/shop/checkout", "owner": "payments", "purpose": "orders", "environment": "prod",
      "groups": ["shop"], "evidence": [["attestor": "unix", "match": ["uid": "1000"]]],
    ]
    let service: JSONObject = [
      "owner": "orders", "purpose": "orders", "exposure": "internal",
      "audience": "https://orders.example",
      "routes": [["host": "orders.example", "pathPrefix": "/"]],
      "upstream": "http://127.0.0.1:9001", "contract": "orders.openapi.yaml",
    ]
    let policy = """
      permit(principal in Gatehouse::Group::"shop", action == Gatehouse::Action::"call",
        resource in Gatehouse::Service::"orders");
      forbid(principal, action, resource) when { context.request.parameters.id == "secret" };
      """
    let jwk = JSONWebKey.from(issuer.key.publicKey, keyID: issuer.keyID)
    return [
      .init(
        kind: "setting", name: "trust-domain", value: SettingRecord(value: "example.org").bytes),
      .init(kind: "setting", name: "issuer", value: SettingRecord(value: TestIssuer.name).bytes),
      .init(
        kind: "workload", name: "checkout",
        value: ManifestRecord(spec: workload, text: nil).bytes),
      .init(
        kind: "service", name: "orders",
        value: ManifestRecord(spec: service, text: Self.contract).bytes),
      .init(kind: "policy", name: "shop", value: ManifestRecord(spec: [:], text: policy).bytes),
      .init(
        kind: "signing-key", name: issuer.keyID,
        value: SigningKeyRecord(
          set: .accessToken, phase: "active", since: 1, jwk: jwk.json
        ).bytes),
    ]
  }
}

struct FixedClock: WallClock {
  func now() -> Instant { Instant(seconds: 1_000_100) }
}

/// A control plane that tells what it is told to, and waits until it was taken.
private final class OneWorld: ControlPlaneLink {
  private let (messages, tells) = AsyncThrowingStream<FeedMessage, any Error>.makeStream()
  private let (reports, reported) = AsyncStream<GatewayReport>.makeStream()

  func withSession(
    _ body: @escaping @Sendable (ControlPlaneSession) async throws -> Void
  ) async throws {
    try await body(
      ControlPlaneSession(incoming: self.messages) { [reported] in reported.yield($0) })
  }

  func tell(_ message: FeedMessage, revision: Int64) async {
    self.tells.yield(message)
    for await report in self.reports {
      if case .acknowledged(revision) = report { return }
    }
  }
}
