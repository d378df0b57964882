"""Our gateway as users run it: audit log, metrics and timeouts on, a contract, and a policy that permits."""

from processes import GATEWAY, free_port
from . import tokens
from .load import HOST
from .proxies import Proxy

OPEN_HOST = "open.example"

CONTRACT = """openapi: 3.1.0
info: {title: Bench, version: "1"}
paths:
  /: {get: {operationId: root, security: [{w: [bench]}], responses: {"200": {description: ok}}}}
components:
  securitySchemes:
    w: {type: oauth2, flows: {clientCredentials: {tokenUrl: /t, scopes: {bench: bench}}}}
"""
# Of the cases without a credential: its only operation is open to nobody-in-particular.
OPEN_CONTRACT = """openapi: 3.1.0
info: {title: Open, version: "1"}
paths:
  /: {get: {operationId: root, responses: {"200": {description: ok}}}}
"""
POLICIES = f"""permit (
  principal == Gatehouse::Workload::"{tokens.SUBJECT}",
  action == Gatehouse::Action::"call",
  resource in Gatehouse::Service::"bench"
);
permit (principal, action == Gatehouse::Action::"call", resource in Gatehouse::Service::"open");
"""


def service(name, host, upstream, anonymous=""):
    return f"""apiVersion: gatehouse.dev/v1
kind: Service
metadata: {{name: {name}}}
spec:
  owner: bench
  purpose: measuring
  exposure: internal
  audience: https://{host}
  routes: [{{host: {host}}}]
  upstream: http://127.0.0.1:{upstream}
  contract: {name}.openapi.yaml
  anonymous: [{anonymous}]
"""


class Gatehouse(Proxy):
    """`gatehouse-gateway --config`, alone, with the benchmark's issuer and one event loop."""

    name = "gatehouse"
    features = frozenset(["plain", "es256", "rs256", "tls", "h2"])
    hosts = {"plain": OPEN_HOST, "tls": OPEN_HOST, "h2": OPEN_HOST}

    def version(self):
        return f"gatehouse-gateway, one event loop, audit log, metrics and timeouts on ({GATEWAY.parent.name} build)"

    def command(self):
        # One listener serves whatever this process is started for; HTTP/2 with prior knowledge too.
        self.ports = dict.fromkeys(self.features, self.ports["plain"])
        self.admin = free_port()
        services = self.folder / "services"
        services.mkdir()
        port = self.setting.upstream.port
        for name, host, anonymous, contract in (
                ("bench", HOST, "", CONTRACT), ("open", OPEN_HOST, "root", OPEN_CONTRACT)):
            (services / f"{name}.yaml").write_text(service(name, host, port, anonymous))
            (services / f"{name}.openapi.yaml").write_text(contract)
        (self.folder / "bench.cedar").write_text(POLICIES)
        configuration = self.folder / "gateway.yaml"
        configuration.write_text(self.configuration())
        return [GATEWAY, "--config", configuration]

    def configuration(self):
        return f"""name: bench
listen: 127.0.0.1:{self.ports["plain"]}
eventLoops: 1
admin: {{listen: "127.0.0.1:{self.admin}"}}
issuers:
  - issuer: {tokens.ISSUER}
    jwksFile: {self.setting.issuer.jwks}
    algorithms: [ES256, RS256]
    trustDomains: [bench.example]
services: services
policies: bench.cedar
log: {{folder: state/log/gateway, scratch: state/spool/gateway, origin: bench.example/log/gateway, keyFile: state/key}}
{self.tls() if self.feature == "tls" else ""}"""

    def tls(self):
        """The same certificate as the others, and like them no question for the client's."""
        certificate = self.setting.certificate
        return f"""tls:
  clientCertificates: false
  minimumVersion: "1.3"
  certificates:
    - {{chain: {certificate.chain}, key: {certificate.key}, hosts: [{HOST}, {OPEN_HOST}]}}
"""
