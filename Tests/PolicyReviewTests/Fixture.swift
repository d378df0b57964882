import Audit
import Authorization
import Credentials
import EventIndex
import OpenAPIContract
import PolicyReview
import StrictJSON

let checkout = "spiffe://example.org/shop/checkout"
let dashboard = "spiffe://example.org/shop/dashboard"

/// A shop with two workloads and one service, and what its logs recorded.
struct Fixture {
  static let contract = """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    paths:
      /orders:
        get:
          operationId: list
          security: [{workload: ["orders:read"]}]
          responses: {"200": {description: orders}}
      /orders/{orderId}:
        delete:
          operationId: remove
          parameters:
            - {name: orderId, in: path, required: true, schema: {type: string}}
          security: [{workload: ["orders:write"]}]
          responses: {"204": {description: gone}}
    components:
      securitySchemes:
        workload:
          type: oauth2
          flows:
            clientCredentials:
              tokenUrl: /oauth2/token
              scopes: {"orders:read": read, "orders:write": write}
    """

  static let shopFacts = WorkloadFacts(
    owner: "shop-team", environment: "prod", kind: "workload", tenant: "acme", groups: ["shop"])

  let index = InMemoryEventIndex()
  let world: ReviewedWorld

  init(_ policies: [String: String], facts: WorkloadFacts = shopFacts) throws {
    let contract = try Contract(parsing: Self.contract)
    let files = policies.sorted { $0.key < $1.key }.map { PolicyFile(name: $0.key, text: $0.value) }
    self.world = ReviewedWorld(
      revision: 7,
      model: try AuthorizationModel(
        policies: PolicyFile.merge(files),
        principals: [
          PrincipalFacts(spiffeID: checkout, facts: facts),
          PrincipalFacts(
            spiffeID: dashboard,
            facts: WorkloadFacts(
              owner: "web-team", environment: "dev", kind: "workload", groups: [])),
        ],
        services: [
          ServiceFacts(
            name: "orders", owner: "orders-team", exposure: "internal",
            operations: contract.operations.map(\.id), parameters: contract.pathParameterNames)
        ],
        trustDomain: "example.org"),
      contracts: ["orders": contract])
  }

  var review: PolicyReview {
    let world = self.world
    return PolicyReview(index: self.index, world: { world }, flush: {})
  }

  /// Records events as the logs would, a second apart from `start` on.
  func record(_ events: [AuditEvent]) async throws {
    try await self.index.insert(
      events.enumerated().map { offset, event in
        IndexedEvent(
          log: "test", position: Int64(offset), time: event.time.milliseconds,
          type: event.type.name,
          keys: [
            ("request", event.request?.requestID), ("credential", event.credential?.id),
          ].compactMap { kind, value in value.map { IndexKey(kind: kind, value: $0) } },
          body: event.encoded())
      })
  }
}

let start: Int64 = 1_800_000_000

/// A call as a gateway records it.
func call(
  _ id: String, by workload: String? = checkout, _ method: String = "GET",
  _ path: String = "/orders", operation: String? = "list", scopes: [String] = ["orders:read"],
  facts: WorkloadFacts? = Fixture.shopFacts, permitted: Bool = true, allowed: Bool? = nil,
  policies: [String] = [], shadow: ShadowOutcome? = nil, at seconds: Int64 = start
) -> AuditEvent {
  let isAllowed = allowed ?? permitted
  var event = AuditEvent(
    type: isAllowed ? .requestAllowed : .requestRefused, time: Instant(seconds: seconds),
    actor: .init(kind: .workload, id: workload ?? "anonymous"))
  event.workload = workload
  event.workloadFacts = workload == nil ? nil : facts
  if let workload {
    var credential = AuditEvent.CredentialFacts(id: "token-\(id)", kind: "access-token")
    credential.scopes = scopes
    event.credential = credential
    event.workload = workload
  }
  var request = AuditEvent.RequestFacts(requestID: id)
  (request.service, request.operation) = ("orders", operation)
  (request.method, request.path, request.source) = (method, path, "127.0.0.1")
  event.request = request
  var decision = AuditEvent.Decision(isAllowed ? .allow : .deny)
  decision.policyOutcome = permitted ? .allow : .deny
  decision.policies = policies
  decision.shadow = shadow
  decision.revision = 7
  event.decision = decision
  return event
}

/// An access token as the server records its issue.
func issue(
  _ id: String, to workload: String = checkout, service: String? = "orders",
  scopes: [String] = ["orders:read"], policies: [String] = [], at seconds: Int64 = start
) -> AuditEvent {
  var event = AuditEvent(
    type: .credentialIssued, time: Instant(seconds: seconds),
    actor: .init(kind: .server, id: "server"))
  event.workload = workload
  event.workloadFacts = Fixture.shopFacts
  event.credential = AuditEvent.CredentialFacts(id: id, kind: "access-token")
  event.evidence = AuditEvent.EvidenceFacts(
    attestor: "unix", node: "node-1", facts: ["uid": ["1000"], "supplementary_gid": ["4", "7"]])
  event.issue = .init(service: service, scopes: scopes)
  var decision = AuditEvent.Decision(.allow)
  decision.policyOutcome = .allow
  decision.policies = policies
  decision.revision = 7
  event.decision = decision
  return event
}

/// The texts of a member of each element of an array.
func texts(_ json: JSONObject, _ array: String, _ member: String) -> [String] {
  (json[array]?.arrayValue ?? []).compactMap { $0.objectValue?[member]?.stringValue }
}
