import Credentials
import Crypto
import Distribution
import JOSE
import SPIFFE
import StrictJSON
import Synchronization
import TestIssuers

/// The control plane's end of sessions, as a test plays it.
final class TestFeed: ControlPlaneLink {
  /// One session: what the gateway reports, and a way to tell it something.
  struct Session: Sendable {
    let reports: AsyncStream<GatewayReport>
    let tell: @Sendable (FeedMessage) -> Void
    let hangUp: @Sendable () -> Void
  }

  let sessions: AsyncStream<Session>
  private let opened: AsyncStream<Session>.Continuation

  init() {
    (self.sessions, self.opened) = AsyncStream.makeStream()
  }

  func withSession(
    _ body: @escaping @Sendable (ControlPlaneSession) async throws -> Void
  ) async throws {
    let (incoming, messages) = AsyncThrowingStream<FeedMessage, any Error>.makeStream()
    let (reports, reported) = AsyncStream<GatewayReport>.makeStream()
    self.opened.yield(
      Session(
        reports: reports, tell: { messages.yield($0) }, hangUp: { messages.finish() }))
    defer { reported.finish() }
    try await body(ControlPlaneSession(incoming: incoming) { reported.yield($0) })
  }
}

/// Records as a control plane would distribute them.
enum TestRecords {
  static let contract = """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    components:
      securitySchemes:
        oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: "https://i.example/t", scopes: {orders.read: r}}}}
    paths:
      /orders/{id}:
        get:
          operationId: getOrder
          security: [{oauth: [orders.read]}]
          parameters: [{name: id, in: path, required: true, schema: {type: string}}]
          responses: {"200": {description: ok}}
    """

  static let permit = """
    permit(principal in Gatehouse::Group::"shop", action == Gatehouse::Action::"call",
      resource in Gatehouse::Service::"orders");
    @id("no-secrets")
    forbid(principal, action, resource) when { context.request.parameters.id == "secret" };
    """

  static func world(_ issuer: TestIssuer, policy: String = Self.permit) throws -> [FeedItem] {
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

  static func revocation(cutoff: Int64) throws -> FeedItem {
    let workload = try SPIFFEID(parsing: "spiffe://example.org/shop/checkout")
    return FeedItem(
      kind: "revocation", name: "r1",
      value: RevocationRecord(
        subject: .workload(workload), cutoff: cutoff, credentials: [], reason: "test", by: "uid:0",
        time: Instant(seconds: cutoff)
      ).bytes)
  }
}
