"""Our gateway as users run it: audit log, metrics and timeouts on, a contract, and a policy that permits."""
import json, subprocess

from processes import GATEHOUSE, GATEWAY, Dev, cpu_seconds, free_port, pinned, program, resident, workload
from . import tokens
from .load import HOST
from .proxies import Proxy

CONTRACT = """openapi: 3.1.0
info: {title: Bench, version: "1"}
paths:
  /: {get: {operationId: root, security: [{w: [bench]}], responses: {"200": {description: ok}}}}
components:
  securitySchemes:
    w: {type: oauth2, flows: {clientCredentials: {tokenUrl: /t, scopes: {bench: bench}}}}
"""
# The plain case's service: its only operation is open to nobody-in-particular.
OPEN_CONTRACT = """openapi: 3.1.0
info: {title: Open, version: "1"}
paths:
  /: {get: {operationId: root, responses: {"200": {description: ok}}}}
"""
POLICY = """permit (principal == Gatehouse::Workload::"%s", action, resource in Gatehouse::Service::"bench");
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
  routes: [{{host: {host}, pathPrefix: /}}]
  upstream: http://127.0.0.1:{upstream}
  contract: {name}.openapi.yaml
  anonymous: [{anonymous}]
  tokenLifetime: 1h
"""


class Gatehouse(Proxy):
    """`gatehouse-gateway --config`, alone, with the benchmark's issuer."""

    name = "gatehouse"
    features = frozenset(["plain", "es256", "rs256", "tls", "h2"])

    def version(self):
        return f"gatehouse-gateway of {GATEWAY.parent}"

    def command(self):
        for name, host, anonymous in (("bench", HOST, ""), ("open", "open.example", "root")):
            (self.folder / f"{name}.yaml").write_text(service(name, host, self.setting.upstream.port, anonymous))
        (self.folder / "bench.openapi.yaml").write_text(CONTRACT)
        (self.folder / "open.openapi.yaml").write_text(OPEN_CONTRACT)
        (self.folder / "bench.cedar").write_text(POLICY % tokens.SUBJECT)
        raise NotImplementedError("the gateway cannot run alone yet: use --dev")


class GatehouseDev(Proxy):
    """The gateway of a `gatehouse dev`, with a hundred tokens from its token endpoint."""

    name = "gatehouse"
    features = frozenset(["plain", "es256-reuse"])
    hosts = {"plain": "open.example"}

    def version(self):
        return f"gatehouse dev of {GATEHOUSE.parent}"

    def __enter__(self):
        port = self.setting.upstream.port
        self.dev = Dev({
            "cli.yaml": workload("cli", GATEHOUSE),
            "bench.yaml": service("bench", HOST, port), "bench.openapi.yaml": CONTRACT,
            "open.yaml": service("open", "open.example", port, "root"), "open.openapi.yaml": OPEN_CONTRACT,
            "bench.cedar": POLICY % "spiffe://gatehouse.test/bench/cli"})
        self.dev.__enter__()
        self.gateway = self.dev.gateway()
        self.ports = dict.fromkeys(self.features, self.dev.address()[1])
        for core, pid in ((self.setting.proxy_core, self.gateway), (self.setting.load_core, self.dev.process.pid)):
            subprocess.run([program("taskset"), "-acp", str(core), str(pid)], capture_output=True, check=True)
        return self

    def own_tokens(self, count):
        path = self.dev.folder / "tokens"
        path.write_text("".join(self.dev.token(tokens.AUDIENCE, [tokens.SCOPE], "cli") + "\n" for _ in range(count)))
        return path

    def __exit__(self, *_):
        self.dev.__exit__()

    def processes(self):
        return [self.gateway]
