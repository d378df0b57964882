import AuditStore
import Authorization
import Credentials
import Crypto
import Foundation
import Gateway
import Glibc
import HTTPMessages
import Inspection
import JOSE
import Logging
import OAuth
import OpenAPIContract
import SPIFFE

/// What deciding one request costs on one thread: `swift run -c release admission-bench [COUNT]`.
@main
struct Admission {
  static func main() async throws {
    let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
    let folder = FileManager.default.temporaryDirectory.appending(path: "admission-bench")
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let store = try await AuditStore.open(
      .init(
        folder: folder.path + "/log", scratch: folder.path + "/scratch",
        origin: "example.org/log/gw", signingKey: [UInt8](repeating: 7, count: 32),
        now: { UInt64(max(0, SystemClock().now().milliseconds)) }, clock: ContinuousClock()))
    let measurement = try Measurement(store: store, count: count)
    try measurement.run()
    try await measurement.runParts(store)
    try await store.close()
    try FileManager.default.removeItem(at: folder)
  }
}

struct SystemClock: WallClock {
  func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

struct Measurement {
  let gateway: Gateway
  let memory: LoopMemory
  let count: Int
  let key = P256.Signing.PrivateKey()
  let current: CurrentWorld
  let recorder: RequestRecorder
  let now: Int64

  init(store: AuditStore, count: Int) throws {
    self.count = count
    let clock = SystemClock()
    self.now = clock.now().seconds
    self.current = CurrentWorld(stalenessMilliseconds: 30_000, uptime: { clock.now().milliseconds })
    let news = Signal()
    let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    var configuration = RequestRecorder.Configuration(gateway: "gw")
    configuration.capacity = 10_000_000
    self.recorder = RequestRecorder(
      configuration: configuration, store: store, clock: clock, committed: news, logger: logger)
    self.gateway = Gateway(
      current: self.current, live: LiveRequests(), seen: SeenCredentials(capacity: 65_536),
      recorder: self.recorder, news: news,
      random: RandomSource(
        {
          var generator = SystemRandomNumberGenerator()
          return generator.next()
        },
        block: { count in
          var words = [UInt64](repeating: 0, count: count)
          let result = words.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { getentropy($0, buffer.count) }
          }
          guard result == 0 else { return [] }
          return words
        }), clock: clock)
    self.memory = self.gateway.makeLoopMemory()
    self.current.replace(with: try self.world())
    self.current.confirm()
  }

  private func world() throws -> GatewayWorld {
    let contract = try Contract(parsing: Self.contract)
    let service = RoutedService(
      name: "orders", audience: try Audience(parsing: "https://orders.example"),
      contract: contract, anonymous: ["status"], enforcement: [:], maximumBody: 1000,
      forwarding: .init(
        upstream: Upstream(origins: [.init(host: "127.0.0.1", port: 1)]), forwardsToken: false,
        responseTimeout: 1),
      mustBeRecorded: true)
    var routes = RouteTable()
    routes.add(service, host: "orders.example", pathPrefix: "/")
    let domain = try TrustDomain(parsing: "example.org")
    let model = try AuthorizationModel(
      policies: try PolicyFile.merge([
        PolicyFile(name: "p", text: "permit (principal, action, resource);")
      ]),
      principals: [.init(spiffeID: Self.subject, facts: WorkloadFacts(owner: "shop"))],
      services: [
        ServiceFacts(
          name: "orders", owner: "o", exposure: "internal",
          operations: contract.operations.map(\.id), parameters: contract.pathParameterNames)
      ], trustDomain: "example.org")
    let jwk = JSONWebKey.from(self.key.publicKey, keyID: "key-1")
    return try GatewayWorld(
      revision: 1, trustDomain: domain, routes: routes,
      issuer: IssuerKeys(
        issuer: Self.issuer,
        keys: [try VerificationKey(jwk, permitting: [.es256], uses: ["sig"])]),
      workloads: [try SPIFFEID(parsing: Self.subject)],
      policy: CedarCallPolicy(model: model), revocations: RevocationView(), leeway: 5)
  }

  private func token(_ number: Int) throws -> String {
    try AccessTokenClaims(
      issuer: Self.issuer, subject: Self.subject, clientID: Self.subject,
      audience: try Audience(parsing: "https://orders.example"),
      scopes: try ScopeSet(parsing: "orders.read"), issuedAt: self.now, notBefore: self.now,
      expiresAt: self.now + 3_000, jwtID: "token-\(number)"
    ).signed(by: ES256Signer(key: self.key, keyID: "key-1")).compact
  }

  private func request(_ path: String, _ token: String?) throws -> RequestHead {
    var parser = RequestHeadParser()
    let field = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    let text = "GET \(path) HTTP/1.1\r\nHost: orders.example\r\nAccept: */*\r\n\(field)\r\n"
    guard let head = try parser.receive(Array(text.utf8))?.head else { throw CancellationError() }
    return head
  }

  func run() throws {
    let anonymous = try self.request("/status", nil)
    let cached = try self.request("/orders/1", try self.token(0))
    let distinct = try (1...max(1, self.count / 4)).map {
      try self.request("/orders/1", try self.token($0))
    }
    for _ in 0..<2 {
      self.measure("anonymous", (0..<self.count).lazy.map { _ in anonymous })
      self.measure("cached token", (0..<self.count).lazy.map { _ in cached })
    }
    self.measure("ES256, each token new", distinct)
    self.measureParts(cached)
  }

  /// What the parts of a request cost, while what is recorded is written.
  func runParts(_ store: AuditStore) async throws {
    let parts = Parts(
      gateway: self.gateway, memory: self.memory, current: self.current, recorder: self.recorder,
      store: store)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [recorder] in try await recorder.run() }
      self.current.confirm()
      try await parts.run(
        anonymous: try self.request("/status", nil),
        cached: try self.request("/orders/1", try self.token(0)))
      group.cancelAll()
    }
  }

  private func measure(_ name: String, _ heads: some Sequence<RequestHead>) {
    let connection = ConnectionFacts(plainFrom: "192.0.2.1")
    self.current.confirm()
    var (admit, whole, permitted, total) = (0.0, 0.0, 0, 0)
    let begin = Self.cpu()
    var inAdmit = 0.0
    for head in heads {
      total += 1
      var record = self.gateway.arrive(
        head: head, source: "192.0.2.1", traceID: nil, memory: self.memory)
      let start = Self.cpu()
      let admission = self.gateway.admit(
        &record, InspectedRequest(head: head, connection: connection), memory: self.memory,
        live: nil)
      inAdmit += Self.cpu() - start
      if case .permitted(_, let passage) = admission {
        permitted += 1
        self.gateway.end(passage, record, .init(status: 200))
      }
    }
    whole = Self.cpu() - begin
    admit = inAdmit
    let scale = 1e6 / Double(max(1, total))
    print(
      "\(name): admit \(Self.text(admit * scale)) us, arrive+admit+end \(Self.text(whole * scale)) us"
        + " (\(permitted) of \(total) permitted)")
  }

  private func measureParts(_ head: RequestHead) {
    let text = "\(head.fields.first(named: "authorization")?.text?.dropFirst(7) ?? "")"
    self.measure("cached token", CollectionOfOne(head))
    let start = Self.cpu()
    var hits = 0
    for _ in 0..<self.count where self.memory.recall(text) != nil { hits += 1 }
    let elapsed = (Self.cpu() - start) * 1e6 / Double(self.count)
    print("recall of a token: \(Self.text(elapsed)) us (\(hits) hits)")
  }

  private static func text(_ number: Double) -> String { String(format: "%.2f", number) }

  /// Seconds that this thread has computed.
  static func cpu(_ clock: clockid_t = CLOCK_THREAD_CPUTIME_ID) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static let issuer = "https://issuer.example"
  private static let subject = "spiffe://example.org/shop/checkout"
  private static let contract = """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    components:
      securitySchemes:
        oauth:
          type: oauth2
          flows:
            clientCredentials:
              tokenUrl: https://issuer.example/oauth2/token
              scopes: {orders.read: read}
    security: [{oauth: [orders.read]}]
    paths:
      /orders/{id}:
        get: {operationId: getOrder, responses: {"200": {description: ok}}, parameters: [{name: id, in: path, required: true, schema: {type: string}}]}
      /status:
        get: {operationId: status, responses: {"200": {description: ok}}}
    """
}
