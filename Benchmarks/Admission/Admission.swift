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
import StrictJSON
import _CryptoExtras

/// What deciding one request costs on one thread: `swift run -c release --static-swift-stdlib
/// admission-bench [COUNT]`.
@main
struct Admission {
  static func main() async throws {
    let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "admission-bench-\(getpid())")
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
  let rsaKey: _RSA.Signing.PrivateKey
  let current: CurrentWorld
  let recorder: RequestRecorder
  let now: Int64

  init(store: AuditStore, count: Int) throws {
    self.count = count
    self.rsaKey = try _RSA.Signing.PrivateKey(keySize: .bits2048)
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
      current: self.current, live: LiveRequests(), seen: .unreported(),
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
    return GatewayWorld(
      revision: 1, trustDomain: domain, routes: routes,
      issuers: try IssuerTable([
        TokenIssuer(
          issuer: Self.issuer, keys: .available(try self.issuerKeys()),
          algorithms: [.es256, .rs256], trustDomains: [domain], origin: .own)
      ]), bundles: TrustBundleSet(), workloads: [try SPIFFEID(parsing: Self.subject)],
      registration: .home, policy: CedarCallPolicy(model: model), revocations: RevocationView(),
      leeway: 5)
  }

  private func issuerKeys() throws -> IssuerKeys {
    let numbers = try self.rsaKey.publicKey.getKeyPrimitives()
    let rsa = try JSONWebKey([
      "kty": "RSA", "kid": "key-2", "n": .string(Base64URL.encode(Array(numbers.modulus))),
      "e": .string(Base64URL.encode(Array(numbers.publicExponent))),
    ])
    return IssuerKeys(
      issuer: Self.issuer,
      keys: try [JSONWebKey.from(self.key.publicKey, keyID: "key-1"), rsa].map {
        try VerificationKey($0, permitting: [.es256, .rs256], uses: ["sig"])
      })
  }

  private var signer: ES256Signer { ES256Signer(key: self.key, keyID: "key-1") }
  private var rsaSigner: RS256Signer { RS256Signer(key: self.rsaKey, keyID: "key-2") }

  private func token(_ number: Int, _ signer: some JWSSigner) throws -> String {
    try AccessTokenClaims(
      issuer: Self.issuer, subject: Self.subject, clientID: Self.subject,
      audience: try Audience(parsing: "https://orders.example"),
      scopes: try ScopeSet(parsing: "orders.read"), issuedAt: self.now, notBefore: self.now,
      expiresAt: self.now + 3_000, jwtID: "token-\(number)"
    ).signed(by: signer).compact
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
    let cached = try self.request("/orders/1", try self.token(0, self.signer))
    let batch = max(1, self.count / 40)
    let es256 = try self.batches(of: batch, self.signer)
    let rs256 = try self.batches(of: batch, self.rsaSigner)
    self.measure("anonymous", repeatElement(Array(repeating: anonymous, count: batch), count: 40))
    self.measure("cached token", repeatElement(Array(repeating: cached, count: batch), count: 40))
    self.measure("ES256, each token new", es256)
    self.measure("RS256, each token new", rs256)
    try self.measureBareChecks()
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
        cached: try self.request("/orders/1", try self.token(0, self.signer)))
      group.cancelAll()
    }
  }

  private func batches(of count: Int, _ signer: some JWSSigner) throws -> [[RequestHead]] {
    try (0..<20).map { batch in
      try (1...count).map {
        try self.request("/orders/1", try self.token(batch * count + $0, signer))
      }
    }
  }

  /// Prints the best of the batches: the machine may do other things too.
  private func measure(_ name: String, _ batches: some Sequence<[RequestHead]>) {
    var (admit, whole, refused) = (Double.infinity, Double.infinity, 0)
    for heads in batches {
      let result = self.measure(heads)
      (admit, whole) = (min(admit, result.admit), min(whole, result.whole))
      refused += heads.count - result.permitted
    }
    print(
      "\(name): admit \(Self.text(admit)) us, arrive+admit+end \(Self.text(whole)) us"
        + (refused == 0 ? "" : ", \(refused) REFUSED"))
  }

  private func measure(_ heads: [RequestHead]) -> (admit: Double, whole: Double, permitted: Int) {
    let connection = ConnectionFacts(plainFrom: "192.0.2.1")
    self.current.confirm()
    var permitted = 0
    var admit = 0.0
    let begin = Self.cpu()
    for head in heads {
      var record = self.gateway.arrive(
        head: head, source: "192.0.2.1", traceParent: nil, memory: self.memory)
      let start = Self.cpu()
      let admission = self.gateway.admit(
        &record, InspectedRequest(head: head, connection: connection), memory: self.memory,
        live: { nil })
      admit += Self.cpu() - start
      guard case .permitted(_, let passage) = admission else { continue }
      permitted += 1
      self.gateway.end(passage, record, .init(status: 200))
    }
    let whole = Self.cpu() - begin
    let scale = 1e6 / Double(max(1, heads.count))
    return (admit * scale, whole * scale, permitted)
  }

  /// What the cryptographic library takes for one signature over a token's length, hash included, and
  /// what reading the clock adds to each admission above.
  private func measureBareChecks() throws {
    // Other signatures each time: a processor learns the way through one of them by heart.
    let messages = try (0..<500).map {
      Array(try self.token($0, self.signer).utf8.dropLast(87))
    }
    let signatures = try messages.map { try self.signer.signature(for: $0) }
    let key = self.key.publicKey
    self.measureBare("bare signature check, ES256") { number in
      guard let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signatures[number])
      else { return false }
      return key.isValidSignature(parsed, for: SHA256.hash(data: messages[number]))
    }
    let rsa = self.rsaKey.publicKey
    let padded = try messages.map { try self.rsaSigner.signature(for: $0) }
    self.measureBare("bare signature check, RS256") { number in
      rsa.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: padded[number]),
        for: SHA256.hash(data: messages[number]), padding: .insecurePKCS1v1_5)
    }
    self.measureBare("reading the clock") { _ in Self.cpu() > 0 }
  }

  private func measureBare(_ name: String, _ check: (Int) -> Bool) {
    var (best, failed) = (Double.infinity, 0)
    for _ in 0..<20 {
      let start = Self.cpu()
      for number in 0..<500 where !check(number) { failed += 1 }
      best = min(best, (Self.cpu() - start) * 1e6 / 500)
    }
    print("\(name): \(Self.text(best)) us" + (failed == 0 ? "" : ", \(failed) FAILED"))
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

/// Signs RS256 (RFC 7518 section 3.3) with a key in memory.
struct RS256Signer: JWSSigner {
  let key: _RSA.Signing.PrivateKey
  let keyID: String
  var algorithm: SignatureAlgorithm { .rs256 }

  func signature(for signingInput: [UInt8]) throws -> [UInt8] {
    Array(
      try self.key.signature(
        for: SHA256.hash(data: signingInput), padding: .insecurePKCS1v1_5
      ).rawRepresentation)
  }
}
