import Audit
import AuditStore
import Credentials
import Foundation
import Gateway
import GatewayProxy
import HTTPMessages
import Inspection
import ListenerSecurity
import Logging
import NIOCore
import NIOPosix
import OAuth
import OpenAPIContract
import SPIFFE
import ServiceLifecycle
import Synchronization
import TestIssuers
import Testing
import Upstreams

/// A gateway that listens on a real socket, a service behind it, and a log on disk.
struct TestStage: Sendable {
  var port: Int
  /// The listener, to be stopped as an operator stops it.
  var listener: ServiceGroup?
  let settings: ProxyConfiguration
  let gateway: Gateway
  let upstreams: UpstreamDirectory
  let security: ListenerSecurity?
  let upstream: TestUpstream
  let issuer: TestIssuer
  let current: CurrentWorld
  let live: LiveRequests
  let recorder: RequestRecorder
  let store: AuditStore
  let group: MultiThreadedEventLoopGroup
  let world: GatewayWorld

  struct Options: Sendable {
    var isAllowed = true
    var forwardsToken = false
    var upstream: Upstream?
    var headTimeout = TimeAmount.seconds(10)
    var maximumBody: UInt64 = 10_000_000
    var auditCapacity = 1000
    var isStale = false
    /// In seconds.
    var responseTimeout: Int64 = 30
    var pathRules = PathRules.strict
    /// The last word on how the gateway listens.
    var configure: @Sendable (inout ProxyConfiguration) -> Void = { _ in }
    var security: ListenerSecurity?
    var allowsWebSocket = false
    var workload = "/shop/checkout"
    /// Whether one event loop does everything, so that all requests share one pool of connections.
    var hasOneLoop = false
    var bundles = TrustBundleSet()
    /// What DPoP proofs must be like.
    var proofs = ProofTerms.standard
  }

  static let now = Instant(seconds: 1_000_100)

  static func run(
    _ options: Options = Options(), _ body: @escaping @Sendable (TestStage) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "gateway-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    guard options.hasOneLoop else {
      return try await Self.run(options, in: folder.path, on: .singleton, body)
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      try await Self.run(options, in: folder.path, on: group, body)
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
    try await group.shutdownGracefully()
  }

  private static func run(
    _ options: Options, in folder: String, on group: MultiThreadedEventLoopGroup,
    _ body: @escaping @Sendable (TestStage) async throws -> Void
  ) async throws {
    let store = try await AuditStore.open(
      .init(
        folder: folder + "/log", scratch: folder + "/scratch",
        origin: "example.org/log/gw", signingKey: [UInt8](repeating: 7, count: 32),
        now: { 1_000_100_000 }, clock: ContinuousClock()))
    let upstream = TestUpstream(group: group)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      let (ports, port) = AsyncStream<Int>.makeStream()
      tasks.addTask { try await upstream.run { port.yield($0) } }
      var iterator = ports.makeAsyncIterator()
      let upstreamPort = await iterator.next() ?? 0
      let stage = try Self.assemble(options, upstreamPort, upstream, store, group)
      tasks.addTask { try await stage.recorder.run() }
      tasks.addTask { try await stage.upstreams.run() }
      try await stage.withListener(body)
      tasks.cancelAll()
      await Self.end(&tasks)
    }
    try await store.close()
  }

  /// What is cancelled may say so, and nothing else.
  private static func end(_ tasks: inout ThrowingTaskGroup<Void, any Error>) async {
    while let result = await tasks.nextResult() {
      if case .failure(let error) = result, !(error is CancellationError) { Issue.record(error) }
    }
  }

  /// Runs a listener, beside those that run already.
  /// - Parameter port: 0 takes a free one.
  func withListener(
    port: Int = 0, _ body: @escaping @Sendable (TestStage) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      let (ports, ready) = AsyncStream<Int>.makeStream()
      var configuration = self.settings
      configuration.port = port
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let listener = GatewayListener(
        configuration: configuration, gateway: self.gateway, upstreams: self.upstreams,
        security: self.security,
        observation: ProxyObservation(
          metrics: GatewayMetrics(loops: 2), accessLog: nil, serving: ServingState()),
        group: self.group, logger: logger
      ) { _, number in ready.yield(number) }
      let services = ServiceGroup(services: [listener], logger: logger)
      tasks.addTask { try await services.run() }
      var stage = self
      var iterator = ports.makeAsyncIterator()
      stage.port = await iterator.next() ?? 0
      stage.listener = services
      try await body(stage)
      tasks.cancelAll()
      await Self.end(&tasks)
    }
  }

  private static func upstreams(_ world: GatewayWorld) -> UpstreamDirectory {
    let ports = UpstreamPorts(
      uptime: { .now() }, random: RandomSource { 1 },
      pause: { try await Task.sleep(for: .nanoseconds($0.nanoseconds)) },
      lookUp: { _, _ in [] }, probe: { _, _ in .status(200) }, credentials: .none)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let directory = UpstreamDirectory(ports: ports, logger: logger)
    directory.update(world.routes.upstreams)
    return directory
  }

  private static func assemble(
    _ options: Options, _ upstreamPort: Int, _ upstream: TestUpstream, _ store: AuditStore,
    _ group: MultiThreadedEventLoopGroup
  ) throws -> TestStage {
    let clock = FixedClock()
    let issuer = TestIssuer()
    let current = CurrentWorld(stalenessMilliseconds: 30_000, uptime: { 0 })
    let world = try Self.world(options, upstreamPort, issuer)
    current.replace(with: world)
    if !options.isStale { current.confirm() }
    let news = Signal()
    var recording = RequestRecorder.Configuration(gateway: "gw")
    recording.capacity = options.auditCapacity
    let recorder = RequestRecorder(
      configuration: recording, store: store, clock: clock, committed: news,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let live = LiveRequests()
    let counter = Mutex<UInt64>(1)
    let random = RandomSource {
      counter.withLock {
        $0 &+= 1
        return $0 &* 0x9E37_79B9_7F4A_7C15
      }
    }
    let gateway = Gateway(
      current: current, live: live, seen: SeenCredentials(capacity: 100), recorder: recorder,
      news: news, random: random, clock: clock, credentials: .init(proofs: options.proofs))
    var configuration = ProxyConfiguration(address: "127.0.0.1", port: 0)
    configuration.headTimeout = options.headTimeout
    configuration.lingerTimeout = .milliseconds(300)
    options.configure(&configuration)
    return TestStage(
      port: 0, listener: nil, settings: configuration, gateway: gateway,
      upstreams: Self.upstreams(world), security: options.security, upstream: upstream,
      issuer: issuer, current: current, live: live, recorder: recorder, store: store,
      group: group, world: world)
  }

  private static func world(
    _ options: Options, _ upstreamPort: Int, _ issuer: TestIssuer
  ) throws -> GatewayWorld {
    let names = [
      "close", "garbage", "broken", "broken-chunks", "hang", "stream", "early", "empty", "old",
      "hops", "echo", "plain", "signed", "flood", "id", "count", "socket", "events",
      "wide",
    ]
    let paths = names.map { name in
      """
        /\(name):
          get: {operationId: get-\(name), responses: {}}
          head: {operationId: head-\(name), responses: {}}
          post: {operationId: post-\(name), responses: {}, requestBody: {content: {text/plain: {}}}}
          patch: {operationId: patch-\(name), security: [{oauth: [orders.write]}], responses: {}}
      """
    }
    let contract = """
      openapi: 3.1.0
      info: {title: Test, version: "1"}
      components:
        securitySchemes:
          oauth:
            type: oauth2
            flows:
              clientCredentials:
                tokenUrl: https://issuer.example/oauth2/token
                scopes: {orders.read: read, orders.write: write}
      paths:
      \(paths.joined(separator: "\n"))
      """
    let service = RoutedService(
      name: "orders", audience: try Audience(parsing: "https://orders.example"),
      contract: try Contract(parsing: contract), anonymous: ["get-plain"], enforcement: [:],
      maximumBody: options.maximumBody,
      forwarding: .init(
        upstream: options.upstream
          ?? Upstream(origins: [.init(host: "127.0.0.1", port: UInt16(clamping: upstreamPort))]),
        forwardsToken: options.forwardsToken, responseTimeout: options.responseTimeout,
        allowsWebSocket: options.allowsWebSocket),
      mustBeRecorded: true, pathRules: options.pathRules)
    var routes = RouteTable()
    routes.add(service, host: "orders.example", pathPrefix: "/")
    return try GatewayWorld(
      revision: 7, trustDomain: try TrustDomain(parsing: "example.org"), routes: routes,
      issuer: try issuer.issuerKeys(), bundles: options.bundles,
      workloads: [try SPIFFEID(parsing: "spiffe://example.org\(options.workload)")],
      policy: FixedPolicy(isAllowed: options.isAllowed), revocations: RevocationView(), leeway: 5)
  }

  func connect<Result>(
    _ beginning: TestBeginning = TestBeginning(),
    _ body: (inout TestClient) async throws -> Result
  ) async throws -> Result {
    try await TestClient.connect(port: self.port, group: self.group, beginning, body)
  }

  /// Sends one request with a good token on a connection of its own.
  func request(
    _ line: String, _ fields: String = "", body: String = "", token: String? = nil
  ) async throws -> TestClient.Answer {
    let token = try token ?? self.issuer.token()
    let method = HTTPMethod(rawValue: String(line.prefix { $0 != " " })) ?? .get
    return try await self.connect { client in
      try await client.send(
        head: "\(line) HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\(fields)")
      // Who is refused by the head may find the connection closed already, after the answer.
      if !body.isEmpty { try? await client.send(body) }
      return try await client.answer(to: method)
    }
  }

  /// Sends bytes as they are.
  func raw(_ text: String) async throws -> TestClient.Answer {
    try await self.connect { client in
      try await client.send(text)
      return try await client.answer()
    }
  }

  /// Every event that has been recorded.
  func events() async throws -> [AuditEvent] {
    await self.recorder.drain()
    return try await self.store.events(from: .start).events.compactMap {
      AuditEvent(line: $0.bytes)
    }
  }
}

struct FixedPolicy: CallPolicy {
  let isAllowed: Bool

  func verdict(on call: Call) -> PolicyVerdict {
    PolicyVerdict(
      isAllowed: self.isAllowed, policies: ["shop/0"],
      explanation: self.isAllowed ? "" : "a policy forbids this")
  }
}

struct FixedClock: WallClock {
  func now() -> Instant { TestStage.now }
}
