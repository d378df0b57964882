"""The cases, and how one of them is measured with one proxy."""
import dataclasses, resource, socket, time

from . import load

WARM_UP_SECONDS = 1
REUSED_TOKENS = 100
IDLE_CONNECTIONS = 1000


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    title: str
    # What a proxy must be able to do.
    feature: str
    # The pool that its tokens come from, and whether those are used again and again.
    pool: str = ""
    reused: bool = False
    # HAProxy / ours: the lower bound that is aimed at.
    aim: float | None = None
    note: str = ""


CASES = [
    Case("plain", "plain proxy, no credential", "plain", aim=1.0),
    Case("es256", "ES256, every token distinct", "es256", pool="ES256", aim=1.35),
    Case("es256-reuse", f"ES256, {REUSED_TOKENS} tokens again and again", "es256", pool="ES256", reused=True, aim=4.5,
         note="HAProxy has no cache of verified tokens and verifies each signature again"),
    Case("rs256", "RS256 (2048 bits), every token distinct", "rs256", pool="RS256", aim=1.3),
    Case("tls", "plain proxy over TLS 1.3, keep-alive", "tls"),
    Case("h2", "plain proxy, HTTP/2 with prior knowledge", "h2",
         note=f"{load.H2_CONNECTIONS} connections of {load.H2_STREAMS} streams; HTTP/1.1 to the upstream"),
]


@dataclasses.dataclass
class Sample:
    """One measurement: CPU microseconds for a request, in all and in user mode, requests a second, and
    latencies in microseconds."""

    cpu: float
    user: float
    rate: float
    p50: float
    p99: float
    requests: int
    note: str


class VoidRound(Exception):
    """Something was refused or broken, so that the round says nothing."""


def measure(case, proxy, setting):
    """Warms the proxy up and measures it; the proxy was just started, so that nothing is cached."""
    files = setting.tokens_for(case)
    _run(case, proxy, setting, WARM_UP_SECONDS, files.warm_up)
    before, start = proxy.cpu_seconds(), time.monotonic()
    count = _run(case, proxy, setting, setting.seconds, files.measured)
    took = time.monotonic() - start
    user, system = (after - earlier for after, earlier in zip(proxy.cpu_seconds(), before))
    if count.failed:
        raise VoidRound(f"{count.failed} of {count.requests} requests were not answered with 2xx")
    if not count.requests or took > count.seconds + 5:
        raise VoidRound(f"{count.requests} requests in {took:.1f} s")
    return Sample((user + system) / count.requests * 1e6, user / count.requests * 1e6,
                  count.requests / count.seconds, count.p50, count.p99, count.requests, count.note)


def _run(case, proxy, setting, seconds, tokens):
    port = proxy.ports[case.feature]
    if case.feature == "h2":
        return load.h2load(port, proxy.host(case.feature), seconds, setting.load_core)
    return load.wrk(port, proxy.host(case.feature), seconds, setting.load_core, tls=case.feature == "tls",
                    tokens=tokens, repeat=case.reused)


def idle_memory(proxy):
    """Resident MiB before, and with a thousand connections that have each made one request and stay open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, IDLE_CONNECTIONS + 100)), hard))
    # What only starting needs has been given back by then.
    time.sleep(10)
    before, connections = proxy.resident(), []
    request = f"GET / HTTP/1.1\r\nHost: {proxy.host('plain')}\r\n\r\n".encode()
    try:
        for _ in range(IDLE_CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", proxy.ports["plain"]), timeout=10)
            connections.append(connection)
            connection.sendall(request)
            answer = b""
            while load.BODY_END not in answer:
                part = connection.recv(4096)
                if not part:
                    raise VoidRound("a connection was closed")
                answer += part
            if b" 200 " not in answer[:16]:
                raise VoidRound(f"answered {answer[:16]!r}")
        time.sleep(5)
        return before, proxy.resident()
    finally:
        for connection in connections:
            connection.close()
