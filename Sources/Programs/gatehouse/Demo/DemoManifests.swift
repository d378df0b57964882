/// The manifests, the contract and the policies of the demo.
struct DemoManifests: Sendable {
  /// The program whose processes are the workload.
  let executable: String
  let uid: UInt32

  static let audience = "https://orders.demo.test"
  static let shortAudience = "https://orders-short.demo.test"
  static let host = "orders.demo.test"
  static let shortHost = "orders-short.demo.test"

  func all(upstreamPort: Int) -> [(name: String, text: String)] {
    [
      ("workload.yaml", self.workload), ("services.yaml", self.services(upstreamPort)),
      ("orders.openapi.yaml", self.contract), ("shop.cedar", self.policies),
    ]
  }

  private var workload: String {
    """
    apiVersion: gatehouse.dev/v1
    kind: Workload
    metadata: {name: checkout}
    spec:
      path: /shop/checkout
      owner: payments-team
      purpose: takes orders
      environment: demo
      groups: [shop]
      evidence:
        - attestor: unix
          match: {uid: "\(self.uid)", path: "\(self.executable)"}

    """
  }

  private func services(_ port: Int) -> String {
    [
      (name: "orders", host: Self.host, audience: Self.audience, lifetime: "5m"),
      (name: "orders-short", host: Self.shortHost, audience: Self.shortAudience, lifetime: "1s"),
    ].map { service in
      """
      apiVersion: gatehouse.dev/v1
      kind: Service
      metadata: {name: \(service.name)}
      spec:
        owner: orders-team
        purpose: order records
        exposure: internal
        audience: \(service.audience)
        routes: [{host: \(service.host), pathPrefix: /}]
        upstream: http://127.0.0.1:\(port)
        contract: orders.openapi.yaml
        tokenLifetime: \(service.lifetime)

      """
    }.joined(separator: "---\n")
  }

  private var contract: String {
    """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    paths:
      /orders:
        get:
          operationId: listOrders
          security: [{workload: ["orders:read"]}]
          responses: {"200": {description: the orders}}
        post:
          operationId: createOrder
          security: [{workload: ["orders:write"]}]
          requestBody: {content: {application/json: {}}}
          responses: {"201": {description: created}}
      /orders/{orderId}:
        delete:
          operationId: deleteOrder
          parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
          security: [{workload: ["orders:write"]}]
          responses: {"204": {description: deleted}}
    components:
      securitySchemes:
        workload:
          type: oauth2
          flows:
            clientCredentials:
              tokenUrl: /oauth2/token
              scopes: {"orders:read": read orders, "orders:write": change orders}

    """
  }

  private var policies: String {
    """
    @id("shop-may-have-tokens")
    permit (principal in Gatehouse::Group::"shop", action == Gatehouse::Action::"issue", resource)
    when { resource == Gatehouse::Service::"orders" || resource == Gatehouse::Service::"orders-short" };

    @id("shop-may-call-orders")
    permit (principal in Gatehouse::Group::"shop", action == Gatehouse::Action::"call", resource);

    @id("nobody-deletes-settled-orders")
    forbid (principal, action == Gatehouse::Action::"call",
      resource == Gatehouse::Operation::"orders/deleteOrder")
    when {
      context.request.parameters has orderId &&
      context.request.parameters.orderId like "settled-*"
    };

    """
  }
}
