import Audit
import ControlPlane
import Credentials
import Crypto
import Enrollment
import EventIndex
import Issuance
import JOSE
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import Synchronization
import X509

/// Seals by writing the context in front: enough to see that the right bytes are opened.
struct OpenCustodian: KeyCustodian {
  struct WrongContext: Error {}

  func seal(_ secret: [UInt8], context: String) throws -> [UInt8] {
    Array(context.utf8) + [0] + secret
  }

  func open(_ sealed: [UInt8], context: String) throws -> [UInt8] {
    let prefix = Array(context.utf8) + [0]
    guard sealed.starts(with: prefix) else { throw WrongContext() }
    return Array(sealed.dropFirst(prefix.count))
  }
}

/// What outlives a restart.
struct PlaneState: Sendable {
  let store: InMemoryRecordStore
  let index = InMemoryEventIndex()
  let clock = TestClock()
  let audit: RecordingTrail
  let warnings = Warnings()

  init(store: InMemoryRecordStore = InMemoryRecordStore()) {
    self.store = store
    self.audit = RecordingTrail(index: self.index)
  }

  func start(
    trustDomain: String = "example.org", issuer: String = PlaneFixture.issuer,
    lifetimes: Lifetimes = Lifetimes(), seed: UInt64 = 1, nonceSlot: Int64? = nil,
    mutualTLSTokenEndpoint: String? = nil
  ) async throws -> ControlPlane {
    let warnings = self.warnings
    var parts = ControlPlaneParts(
      store: self.store, index: self.index, audit: self.audit, custodian: OpenCustodian(),
      timing: self.clock.timing, random: .seeded(seed), lifetimes: lifetimes,
      serverName: "server-1", warn: { warnings.add($0) })
    parts.senderProofs.nonceSlot = nonceSlot
    parts.senderProofs.mutualTLSTokenEndpoint = mutualTLSTokenEndpoint
    return try await ControlPlane.start(
      parts, trustDomain: TrustDomain(parsing: trustDomain), issuer: issuer)
  }
}

final class Warnings: Sendable {
  private let list = Mutex<[String]>([])
  var all: [String] { self.list.withLock { $0 } }
  func add(_ text: String) { self.list.withLock { $0.append(text) } }
}

extension RandomSource {
  /// SplitMix64: always the same numbers for the same seed.
  static func seeded(_ seed: UInt64) -> RandomSource {
    let state = Counter(seed)
    return RandomSource {
      var mixed = state.next()
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private final class Counter: Sendable {
    private let value: Mutex<UInt64>
    init(_ seed: UInt64) { self.value = Mutex(seed) }
    func next() -> UInt64 {
      self.value.withLock { value in
        value &+= 0x9E37_79B9_7F4A_7C15
        return value
      }
    }
  }
}

/// A control plane with a registered workload, a service, and a policy that lets one have tokens for
/// the other.
struct PlaneFixture: Sendable {
  static let issuer = "https://issuer.example.org"
  static let audience = "https://orders.example.org"
  static let administrator = Administrator(
    uid: 0, rights: Set(AdministratorRight.allCases))
  static let evidence = Evidence(attestor: "unix", facts: ["uid": ["1000"]], node: "node-1")

  let state: PlaneState
  let plane: ControlPlane

  var clock: TestClock { self.state.clock }
  var audit: RecordingTrail { self.state.audit }

  init(lifetimes: Lifetimes = Lifetimes()) async throws {
    self.state = PlaneState()
    self.plane = try await self.state.start(lifetimes: lifetimes)
    try await self.apply(
      [Self.workload("checkout", path: "/shop/checkout"), Self.service("orders")],
      policies: ["orders": Self.permit])
  }

  init(state: PlaneState, plane: ControlPlane) {
    self.state = state
    self.plane = plane
  }

  static let permit = """
    @id("shop-reads")
    permit(principal in Gatehouse::Group::"shop", action == Gatehouse::Action::"issue",
      resource == Gatehouse::Service::"orders")
    unless { context.scopes.contains("orders.write") };
    """

  static func workload(
    _ name: String, path: String, uid: String = "1000", _ changes: [String: JSONValue] = [:]
  ) -> ManifestDocument {
    var spec: JSONObject = [
      "path": .string(path), "owner": "payments-team", "purpose": "takes orders",
      "environment": "prod", "groups": ["shop"],
      "evidence": [["attestor": "unix", "match": ["uid": .string(uid)]]],
    ]
    for (name, value) in changes { spec[name] = value }
    return ManifestDocument(kind: .workload, name: name, spec: spec, contract: nil)
  }

  static func service(
    _ name: String, audience: String = Self.audience, host: String = "orders.example.org",
    _ changes: [String: JSONValue] = [:], contract: String? = Self.contract
  ) -> ManifestDocument {
    var spec: JSONObject = [
      "owner": "orders-team", "purpose": "order records", "exposure": "internal",
      "audience": .string(audience), "routes": [["host": .string(host), "pathPrefix": "/"]],
      "upstream": "http://127.0.0.1:9001", "contract": "orders.openapi.yaml",
    ]
    for (name, value) in changes { spec[name] = value }
    return ManifestDocument(kind: .service, name: name, spec: spec, contract: contract)
  }

  static let contract = """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    components:
      securitySchemes:
        oauth:
          type: oauth2
          flows:
            clientCredentials:
              tokenUrl: https://issuer.example.org/oauth2/token
              scopes: {orders.read: reads, orders.write: writes}
    security: [{oauth: [orders.read]}]
    paths:
      /orders:
        get: {operationId: listOrders, responses: {"200": {description: ok}}}
    """

  @discardableResult
  func apply(
    _ documents: [ManifestDocument] = [], policies: [String: String] = [:], isDryRun: Bool = false,
    prunes: Bool = false
  ) async throws -> AppliedChange {
    try await self.plane.administration.apply(
      ProposedChange(
        documents: documents,
        policies: policies.map { PolicyDocument(name: $0.key, text: $0.value) },
        isDryRun: isDryRun, prunes: prunes),
      by: Self.administrator)
  }

  func revoke(_ target: RevocationRequest.Target) async throws -> RevocationOutcome {
    try await self.plane.revocation.revoke(
      RevocationRequest(target: target, reason: "stolen"), by: Self.administrator)
  }

  var checkout: SVIDIssuer.Identity {
    get throws { try Self.identity("/shop/checkout", "checkout") }
  }

  static func identity(_ path: String, _ name: String) throws -> SVIDIssuer.Identity {
    SVIDIssuer.Identity(id: try SPIFFEID(parsing: "spiffe://example.org\(path)"), workload: name)
  }

  func x509SVID(_ evidence: Evidence = Self.evidence) async throws -> SVIDIssuer.IssuedX509SVID {
    let key = P256.Signing.PrivateKey()
    return try await self.plane.svids.issueX509SVID(
      for: self.checkout, publicKey: Certificate.PublicKey(key.publicKey), evidence: evidence)
  }

  func jwtSVID(
    audience: [String] = [Self.issuer], evidence: Evidence = Self.evidence
  ) async throws -> String {
    try await self.plane.svids.issueJWTSVID(
      for: self.checkout, audience: audience, evidence: evidence
    ).token.reveal()
  }

  /// Verifies a JWT-SVID by the bundle that is published.
  func verified(_ token: String, audience: String = Self.issuer) throws -> VerifiedJWTSVID? {
    UnverifiedJWTSVID(token: token).verify(
      bundles: try self.plane.identityChanges.trustBundles(), audience: audience,
      at: self.clock.now().seconds, leeway: 0
    ).verified
  }

  func exchange(
    _ subject: String, audience: String = Self.audience, scope: String? = "orders.read",
    further: String = "", from sender: TokenSender = TokenSender()
  ) async throws(OAuthError) -> TokenResponse {
    var form =
      "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
      + "&subject_token_type=urn:ietf:params:oauth:token-type:jwt"
      + "&subject_token=\(subject)&audience=\(audience)"
    if let scope { form += "&scope=\(scope)" }
    return try await self.plane.tokens.exchange(
      TokenExchangeRequest(decoding: Array((form + further).utf8)), from: sender)
  }

  /// Verifies an access token by the keys that are published.
  func verified(_ response: TokenResponse) throws -> VerifiedAccessToken? {
    let keys = try JSONWebKeySet(parsing: self.plane.documents.document(.accessTokenKeys))
    return UnverifiedAccessToken(response.accessToken).verify(
      issuer: IssuerKeys(issuer: Self.issuer, keySet: keys, permitting: [.es256]),
      audience: try Audience(parsing: Self.audience), at: self.clock.now().seconds, leeway: 0
    ).verified
  }

  /// The records of a kind as bytes, by name.
  func records(_ kind: String) async throws -> [String: [UInt8]] {
    let records = try await self.state.store.snapshot().records
    return Dictionary(
      records.filter { $0.key.kind.rawValue == kind }.map { ($0.key.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
  }
}

/// The error that a body ends with.
func failure<Failure: Error>(
  _ type: Failure.Type, _ body: () async throws -> Void
) async -> Failure? {
  do {
    try await body()
    return nil
  } catch {
    return error as? Failure
  }
}
