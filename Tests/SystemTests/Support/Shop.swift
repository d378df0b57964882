import Glibc
import StrictJSON
import Testing

/// A small installation: two services on one upstream, and the workloads that may call them.
struct Shop: Sendable {
  let sandbox: Sandbox
  let upstream: Int

  static let orders = "https://orders.example.internal"
  /// Its tokens live for a second.
  static let brief = "https://brief.example.internal"
  static let host = "orders.example.internal"
  static let checkout = "spiffe://gatehouse.test/shop/checkout"
  static let runner = "spiffe://gatehouse.test/shop/runner"

  /// Writes all files into the folder `manifests`.
  func write() throws {
    try self.sandbox.write("manifests/services.yaml", self.services)
    try self.sandbox.write("manifests/workloads.yaml", Self.workloads)
    try self.sandbox.write("manifests/orders.openapi.yaml", Self.contract)
    try self.sandbox.write("manifests/issue.cedar", Self.issue)
    try self.sandbox.write("manifests/call.cedar", Self.call)
  }

  /// The command line and this test process, by user and executable.
  static var workloads: String {
    """
    \(Self.workload("checkout", path: Executables.gatehouse))
    ---
    \(Self.workload("runner", path: Executables.tests))

    """
  }

  static func workload(
    _ name: String, path: String? = nil, uid: UInt32 = geteuid(), purpose: String = "takes orders"
  ) -> String {
    """
    apiVersion: gatehouse.dev/v1
    kind: Workload
    metadata: {name: \(name)}
    spec:
      path: /shop/\(name)
      owner: payments-team
      purpose: \(purpose)
      environment: test
      groups: [shop]
      evidence:
        - attestor: unix
          match: {uid: "\(uid)"\(path.map { ", path: \"\($0)\"" } ?? "")}
    """
  }

  var services: String {
    """
    \(self.service("orders", more: "anonymous: [health]"))
    ---
    \(self.service("brief", more: "tokenLifetime: 1s"))

    """
  }

  private func service(_ name: String, more: String) -> String {
    """
    apiVersion: gatehouse.dev/v1
    kind: Service
    metadata: {name: \(name)}
    spec:
      owner: orders-team
      purpose: order records
      exposure: internal
      audience: https://\(name).example.internal
      routes: [{host: \(name).example.internal, pathPrefix: /}]
      upstream: http://127.0.0.1:\(self.upstream)
      contract: orders.openapi.yaml
      \(more)
    """
  }

  static let contract = """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    paths:
      /orders:
        get:
          operationId: listOrders
          security: [{workload: ["orders:read"]}]
          parameters:
            - {name: secret, in: query, schema: {type: string}}
          responses: {"200": {description: the orders}}
        post:
          operationId: createOrder
          security: [{workload: ["orders:write"]}]
          parameters:
            - {name: X-Shop, in: header, required: true, schema: {type: string}}
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [item, quantity]
                  properties:
                    item: {type: string}
                    quantity: {type: integer, minimum: 1}
          responses: {"201": {description: the order}}
      /orders/{orderId}:
        parameters:
          - {name: orderId, in: path, required: true, schema: {type: string}}
        delete:
          operationId: deleteOrder
          security: [{workload: ["orders:write"]}]
          responses: {"204": {description: it is gone}}
      /healthz:
        get:
          operationId: health
          security: []
          responses: {"200": {description: it runs}}
    components:
      securitySchemes:
        workload:
          type: oauth2
          flows:
            clientCredentials:
              tokenUrl: /oauth2/token
              scopes: {"orders:read": read orders, "orders:write": change orders}

    """

  static let issue = """
    @id("shop-has-scopes")
    permit (
      principal in Gatehouse::Group::"shop",
      action == Gatehouse::Action::"issue",
      resource
    );

    """

  static let call = """
    @id("shop-calls")
    permit (
      principal in Gatehouse::Group::"shop",
      action == Gatehouse::Action::"call",
      resource
    );

    @id("anybody-asks-for-health")
    permit (
      principal == Gatehouse::Anonymous::"anonymous",
      action == Gatehouse::Action::"call",
      resource == Gatehouse::Operation::"orders/health"
    );

    @id("nobody-deletes")
    forbid (
      principal,
      action == Gatehouse::Action::"call",
      resource == Gatehouse::Operation::"orders/deleteOrder"
    );

    """

  /// Runs a whole shop for the body.
  @discardableResult
  static func run<Result>(
    _ sandbox: Sandbox, _ body: (RunningDev) async throws -> Result
  ) async throws -> Result {
    try await UpstreamService.with(sandbox) { upstream in
      try Shop(sandbox: sandbox, upstream: upstream.port).write()
      return try await RunningDev.with(sandbox, ["-f", sandbox.manifests], body)
    }
  }
}

extension RunningDev {
  /// A token for the command line's own process.
  func token(
    for audience: String = Shop.orders, scopes: [String] = ["orders:read"]
  ) async throws -> String {
    let outcome = try await self.cli.run(
      ["token", "--audience", audience] + scopes.flatMap { ["--scope", $0] })
    guard outcome.status == 0, outcome.lines.count == 1 else {
      throw SystemFailure("gatehouse token: \(outcome.errors)")
    }
    return outcome.lines[0]
  }

  /// A request to a service through the gateway.
  func call(
    _ method: String = "GET", _ target: String = "/orders", token: String? = nil,
    host: String = Shop.host, fields: [(String, String)] = [], body: String = ""
  ) async throws -> HTTPAnswer {
    var request = HTTPRequest(method: method, target: target, body: Array(body.utf8))
    request.fields = [("Host", host)]
    if let token { request.fields.append(("Authorization", "Bearer \(token)")) }
    request.fields += fields
    return try await request.send(to: .tcp(self.gateway))
  }

  /// A token exchange (RFC 8693) with a JWT-SVID that one already holds.
  func exchangeRequest(
    _ subjectToken: String, audience: String = Shop.orders, scope: String? = "orders:read"
  ) -> HTTPRequest {
    var form = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
    form += "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
    form += "&subject_token=\(subjectToken)&audience=\(Self.escaped(audience))"
    if let scope { form += "&scope=\(Self.escaped(scope))" }
    return HTTPRequest(
      method: "POST", target: "/oauth2/token",
      fields: [
        ("Host", self.api.description), ("Content-Type", "application/x-www-form-urlencoded"),
      ], body: Array(form.utf8))
  }

  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let character = Character(Unicode.Scalar(byte))
      return character.isASCII && (character.isLetter || character.isNumber)
        ? String(character) : "%" + HeldCredential.hex([byte]).uppercased()
    }.joined()
  }

  /// What `trace -o json` tells.
  func trace(_ query: String) async throws -> JSONValue {
    try await self.cli.done("trace", query, "-o", "json").json
  }

  func status() async throws -> JSONValue {
    try await self.cli.done("status", "-o", "json").json
  }
}
