import Credentials
import HTTPMessages
import Inspection
import OAuth
import OpenAPIContract
import SPIFFE
import TestIssuers
import Testing

/// A world with one service, and requests to it.
struct Situation {
  static let contract = """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    components:
      securitySchemes:
        oauth:
          type: oauth2
          flows:
            clientCredentials:
              tokenUrl: https://issuer.example/oauth2/token
              scopes: {orders.read: read, orders.write: write}
    security: [{oauth: [orders.read]}]
    paths:
      /orders/{id}:
        get: {operationId: getOrder, responses: {"200": {description: ok}}, parameters: [{name: id, in: path, required: true, schema: {type: string}}]}
      /orders:
        get:
          operationId: listOrders
          parameters: [{name: page, in: query, required: true, schema: {type: string}}]
          responses: {"200": {description: ok}}
        post:
          operationId: createOrder
          security: [{oauth: [orders.write]}]
          requestBody: {required: true, content: {application/json: {}}}
          responses: {"201": {description: made}}
      /tenants:
        get:
          operationId: listTenants
          parameters: [{name: x-tenant, in: header, required: true, schema: {type: string}}]
          responses: {"200": {description: ok}}
      /status:
        get: {operationId: status, responses: {"200": {description: ok}}}
    """

  var enforcement: [Stage: Enforcement] = [:]
  var revocations = RevocationView()
  var workloads: Set<String> = ["spiffe://example.org/shop/checkout"]
  var verdict = PolicyVerdict(isAllowed: true, policies: ["shop/0"], explanation: "")
  var isStale = false
  var now = Instant(seconds: 1_000_100)
  let issuer = TestIssuer()
  let memory = TestMemory()
  var externalIssuers: [TokenIssuer] = []
  /// Our own issuer's keys; `nil` for those of ``issuer``.
  var ownKeys: TokenIssuer.Keys?
  var bundles = TrustBundleSet()
  var unavailableTrustDomains: Set<TrustDomain> = []
  var registration = GatewayWorld.Registration.home
  var senderConstraint = SenderConstraint.none
  var externalOrigin: String?
  var pathRules = PathRules.strict
  var proofs = ProofTerms.standard
  var connection = ConnectionFacts(plainFrom: "192.0.2.1")

  func world() throws -> GatewayWorld {
    let service = RoutedService(
      name: "orders", audience: try Audience(parsing: "https://orders.example"),
      contract: try Contract(parsing: Self.contract), anonymous: ["status"],
      enforcement: self.enforcement, maximumBody: 1000,
      forwarding: .init(
        upstream: Upstream(origins: [.init(host: "127.0.0.1", port: 1)]), forwardsToken: false,
        responseTimeout: 1),
      mustBeRecorded: true, senderConstraint: self.senderConstraint,
      externalOrigin: self.externalOrigin, pathRules: self.pathRules)
    var routes = RouteTable()
    routes.add(service, host: "orders.example", pathPrefix: "/")
    let trustDomain = try TrustDomain(parsing: "example.org")
    let own = try TokenIssuer(
      issuer: TestIssuer.name, keys: try self.ownKeys ?? .available(self.issuer.issuerKeys()),
      trustDomains: [trustDomain], origin: .own)
    return GatewayWorld(
      revision: 7, trustDomain: trustDomain, routes: routes,
      issuers: try IssuerTable([own] + self.externalIssuers), bundles: self.bundles,
      unavailableTrustDomains: self.unavailableTrustDomains,
      workloads: Set(try self.workloads.map { try SPIFFEID(parsing: $0) }),
      registration: self.registration, policy: FixedPolicy(answer: self.verdict),
      revocations: self.revocations, leeway: 5)
  }

  func inspect(_ text: String) throws -> InspectionResult {
    try self.inspect(bytes: Array((text.replacing("\n", with: "\r\n") + "\r\n\r\n").utf8))
  }

  func inspect(bytes: [UInt8]) throws -> InspectionResult {
    var parser = RequestHeadParser(pathRules: .all)
    let head = try #require(try parser.receive(bytes)).head
    return Inspector.inspect(
      InspectedRequest(head: head, connection: self.connection), world: try self.world(),
      isStale: self.isStale, memory: self.memory, proofs: self.proofs, at: self.now)
  }

  /// Inspects `GET /orders/1` with this Authorization.
  func inspect(authorization: String?) throws -> InspectionResult {
    let field = authorization.map { "\nAuthorization: \($0)" } ?? ""
    return try self.inspect("GET /orders/1 HTTP/1.1\nHost: orders.example\(field)")
  }

  func inspect(token: String) throws -> InspectionResult {
    try self.inspect(authorization: "Bearer \(token)")
  }
}

struct FixedPolicy: CallPolicy {
  let answer: PolicyVerdict

  func verdict(on call: Call) -> PolicyVerdict { self.answer }
}

extension InspectionResult {
  var permit: Permit? { if case .permitted(let permit) = self.outcome { permit } else { nil } }
  var refusal: Refusal? { if case .refused(let refusal) = self.outcome { refusal } else { nil } }
}

extension Refusal {
  func field(_ name: String) -> String? { self.fields.first { $0.name == name }?.value }
}
