"""The proxies that the gateway is compared with, each as its manual would have it for speed, on one thread."""
import pathlib, shutil, subprocess, tempfile

from processes import await_port, cpu_seconds, descendants, free_port, nginx_user, pinned, program, resident, stop
from . import tokens
from .load import HOST

# TLS 1.3's cipher suite that all three can use; without this each would choose its own.
SUITE = "TLS_AES_128_GCM_SHA256"


class Proxy:
    """A proxy that is started afresh for each measurement. `features` are the cases that it can serve."""

    name = ""
    features = frozenset()
    # The hosts of cases whose host is not the usual one.
    hosts = {}

    def __init__(self, setting, feature="plain"):
        # What it is started for; most serve all their features at once.
        self.setting, self.feature = setting, feature

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"gh-{self.name}-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.ports = {feature: free_port() for feature in self.features}
        command = self.command()
        self.errors = open(self.folder / "errors", "w")
        self.process = subprocess.Popen(
            [str(part) for part in pinned(self.setting.proxy_core, command)],
            stdout=subprocess.DEVNULL, stderr=self.errors, stdin=subprocess.DEVNULL, cwd=self.folder)
        for port in set(self.ports.values()):
            await_port(port, self.process, self.name)
        return self

    def __exit__(self, *_):
        stop(self.process)
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def host(self, feature):
        return self.hosts.get(feature, HOST)

    def processes(self):
        return descendants(self.process.pid)

    def cpu_seconds(self):
        """User time and system time of all its processes."""
        return tuple(map(sum, zip(*(cpu_seconds(pid) for pid in self.processes()))))

    def resident(self):
        return sum(resident(pid) for pid in self.processes())

    def version(self):
        raise NotImplementedError

    def command(self):
        """Writes the configuration; what to start."""
        raise NotImplementedError


class HAProxy(Proxy):
    name = "haproxy"
    features = frozenset(["plain", "es256", "rs256", "tls", "h2"])

    def version(self):
        return subprocess.run([program("haproxy"), "-v"], capture_output=True, text=True).stdout.splitlines()[0]

    def command(self):
        path = self.folder / "haproxy.cfg"
        path.write_text(self.configuration())
        # -db: one process in the foreground.
        return [program("haproxy"), "-db", "-q", "-f", path]

    def configuration(self):
        ports, certificate = self.ports, self.setting.certificate
        return f"""global
  nbthread 1
  maxconn 8000
  ssl-default-bind-ciphersuites {SUITE}
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode http
  no log
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout http-request 10s
  timeout http-keep-alive 60s
frontend plain
  bind 127.0.0.1:{ports["plain"]} backlog 4096
  default_backend up
frontend tls
  bind 127.0.0.1:{ports["tls"]} ssl crt {certificate.both} alpn http/1.1
  default_backend up
frontend h2
  bind 127.0.0.1:{ports["h2"]} proto h2
  default_backend up
{self._verifying("es256", "ES256")}{self._verifying("rs256", "RS256")}backend up
  server up 127.0.0.1:{self.setting.upstream.port}
"""

    def _verifying(self, feature, algorithm):
        """alg, iss, aud and exp, then the signature, as the manual's example for `jwt_verify` does."""
        return f"""frontend {feature}
  bind 127.0.0.1:{self.ports[feature]} backlog 4096
  http-request set-var(txn.bearer) http_auth_bearer
  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
  http-request deny deny_status 401 unless {{ var(txn.alg) -m str {algorithm} }}
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_payload_query('$.iss') -m str {tokens.ISSUER} }}
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_payload_query('$.aud') -m str {tokens.AUDIENCE} }}
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.left) date(),neg,add(txn.exp)
  http-request deny deny_status 401 unless {{ var(txn.left) -m int gt 0 }}
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify(txn.alg,"{self.setting.issuer.public[algorithm]}") 1 }}
  default_backend up
"""


class NGINX(Proxy):
    name = "nginx"
    # It has no JWT verification outside its commercial edition.
    features = frozenset(["plain", "tls", "h2"])

    def version(self):
        return subprocess.run([program("nginx", "nginx-light"), "-v"], capture_output=True, text=True).stderr.strip()

    def command(self):
        path = self.folder / "nginx.conf"
        path.write_text(self.configuration())
        return [program("nginx", "nginx-light"), "-c", path, "-g", "daemon off;"]

    def configuration(self):
        ports, certificate = self.ports, self.setting.certificate
        return f"""{nginx_user()}worker_processes 1; pid {self.folder}/pid; error_log /dev/null;
events {{ worker_connections 8192; multi_accept on; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 60s;
  proxy_temp_path {self.folder}/proxy; client_body_temp_path {self.folder}/body;
  upstream up {{
    server 127.0.0.1:{self.setting.upstream.port};
    keepalive 256; keepalive_requests 1000000000; keepalive_timeout 600s;
  }}
  ssl_certificate {certificate.chain}; ssl_certificate_key {certificate.key};
  ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites {SUITE};
  server {{
    listen 127.0.0.1:{ports["plain"]} backlog=4096;
    listen 127.0.0.1:{ports["tls"]} ssl;
    listen 127.0.0.1:{ports["h2"]} http2;
    location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""
