"""The services, workloads and policies that the soak runs against."""
from processes import GATEHOUSE, workload

HOST, AUDIENCE = "orders.example", "https://orders.example"
BRIEF_AUDIENCE = "https://brief.example"
LARGEST_BODY = 65_536
# What the upstream answers: the request as it saw it, so that an answer to somebody else's is noticed.
ECHO = "$request_method $request_uri $http_gatehouse_subject"

CONTRACT = """openapi: 3.1.0
info: {title: Orders, version: "1"}
paths:
  /orders:
    parameters: [{name: n, in: query, schema: {type: string}}]
    get: {operationId: list, security: [{w: ["orders:read"]}], responses: {"200": {description: ok}}}
    post:
      operationId: create
      security: [{w: ["orders:write"]}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: ok}}
  /h2:
    get: {operationId: h2, security: [{w: ["orders:read"]}], responses: {"200": {description: ok}}}
  /large:
    get: {operationId: large, security: [{w: ["orders:read"]}], responses: {"200": {description: ok}}}
  /secret:
    parameters: [{name: n, in: query, schema: {type: string}}]
    get: {operationId: secret, security: [{w: ["orders:read"]}], responses: {"200": {description: ok}}}
  /whole/upload:
    parameters: [{name: n, in: query, schema: {type: string}}]
    post:
      operationId: upload
      security: [{w: ["orders:write"]}]
      requestBody: {content: {application/json: {schema: {type: array}}}}
      responses: {"200": {description: ok}}
  /whole/abandoned:
    post:
      operationId: abandoned
      security: [{w: ["orders:write"]}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: ok}}
    get: {operationId: vanished, security: [{w: ["orders:read"]}], responses: {"200": {description: ok}}}
  /healthz:
    parameters: [{name: n, in: query, schema: {type: string}}]
    get: {operationId: health, responses: {"200": {description: ok}}}
components:
  securitySchemes:
    w: {type: oauth2, flows: {clientCredentials: {tokenUrl: /t, scopes: {"orders:read": r, "orders:write": w}}}}
"""

POLICY = """permit (principal, action, resource);
forbid (principal, action == Gatehouse::Action::"call", resource == Gatehouse::Operation::"orders/secret");
"""


def service(name, audience, port, anonymous, lifetime):
    host = audience.removeprefix("https://")
    return f"""apiVersion: gatehouse.dev/v1
kind: Service
metadata: {{name: {name}}}
spec:
  owner: bench
  purpose: measuring
  exposure: internal
  audience: {audience}
  routes: [{{host: {host}, pathPrefix: /}}]
  upstream: http://127.0.0.1:{port}
  contract: orders.yaml
  anonymous: [{anonymous}]
  tokenLifetime: {lifetime}
  limits: {{requestBody: {LARGEST_BODY}}}
"""


def files(port):
    """All of them have the command's own executable as evidence, so that it can be each of them."""
    return {
        "workloads.yaml": "---\n".join(workload(name, GATEHOUSE) for name in ("first", "second", "gone")),
        "services.yaml": service("orders", AUDIENCE, port, "health", "1h") + "---\n"
        + service("brief", BRIEF_AUDIENCE, port, "", "1s"),
        "orders.yaml": CONTRACT, "soak.cedar": POLICY}
