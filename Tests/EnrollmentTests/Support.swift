import Enrollment
import SPIFFE
import StrictJSON

/// A spec of a workload with everything that is required; members replace or, as `nil`, remove.
func workloadSpec(_ changes: [String: JSONValue?] = [:]) -> JSONObject {
  var spec: JSONObject = [
    "path": "/shop/checkout", "owner": "payments-team", "purpose": "takes orders",
    "environment": "prod", "groups": ["shop"],
    "evidence": [["attestor": "unix", "match": ["uid": "1000", "path": "/usr/bin/checkout"]]],
  ]
  for (name, value) in changes { spec[name] = value }
  return spec
}

func workload(
  _ changes: [String: JSONValue?] = [:], name: String = "checkout"
) throws -> Workload {
  try Workload(
    name: name, spec: workloadSpec(changes), trustDomain: TrustDomain(parsing: "example.org"))
}

func serviceSpec(_ changes: [String: JSONValue?] = [:]) -> JSONObject {
  var spec: JSONObject = [
    "owner": "orders-team", "purpose": "order records", "exposure": "internal",
    "audience": "https://orders.example.internal",
    "routes": [["host": "orders.example.internal", "pathPrefix": "/"]],
    "upstream": "http://127.0.0.1:9001", "contract": "orders.openapi.yaml",
  ]
  for (name, value) in changes { spec[name] = value }
  return spec
}

func service(
  _ changes: [String: JSONValue?] = [:], contract: String? = ordersContract
) throws -> Service {
  try Service(name: "orders", spec: serviceSpec(changes), contract: contract)
}

let ordersContract = """
  openapi: 3.1.0
  info: {title: Orders, version: "1"}
  components:
    securitySchemes:
      oauth:
        type: oauth2
        flows:
          clientCredentials:
            tokenUrl: https://issuer.example/oauth2/token
            scopes: {orders.read: reads, orders.write: writes}
  security: [{oauth: [orders.read]}]
  paths:
    /orders:
      get: {operationId: listOrders, responses: {"200": {description: ok}}}
    /health:
      get: {operationId: health, security: [], responses: {"200": {description: ok}}}
  """

/// The error that reading a manifest ends with.
func manifestError(_ body: () throws -> Void) -> ManifestError? {
  do {
    try body()
    return nil
  } catch {
    return error as? ManifestError
  }
}
