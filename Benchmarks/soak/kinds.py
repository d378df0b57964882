"""The kinds of requests, how often each is sent, and what each has to come to."""
import dataclasses

from . import tokens as made
from .manifests import HOST, LARGEST_BODY

# How an answer is to appear in the gateway's log.
ALLOWED = "allowed"  # one `request.allowed` with its request id
REFUSED = "refused"  # one `request.refused` with its request id: the caller is known
ANONYMOUS = "anonymous"  # recorded one by one or counted in a `limit.exceeded`
LIMITED = 429
UNCERTAIN = "uncertain"  # the client or the body breaks off: at most one event


@dataclasses.dataclass(frozen=True)
class Kind:
    name: str
    weight: int
    # Bytes to send, one of them each time. `%N` becomes a number that no other request has.
    messages: tuple
    expected: frozenset
    account: str
    # The bodies of good answers, in the order of `messages`, with `%N`; empty: any.
    bodies: tuple = ()
    # Whether the gateway has to end the connection after its answer.
    closes: bool = False
    # "whole", "pieces" (three, with pauses), "leave" (no answer is awaited)
    manner: str = "whole"
    # How many requests a message holds, all answered with `expected`.
    answers: int = 1
    # Whether its source may have failed so often that nobody looks any more (429).
    tires: bool = False


def get(path, token=None, host=HOST, extra=""):
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{authorization}{extra}\r\n".encode()


def post(path, token, body=b'{"item": "anvil"}', framing=None, extra=""):
    framing = framing if framing is not None else f"Content-Length: {len(body)}\r\n"
    return (f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\n{framing}{extra}\r\n").encode() + body


def chunked(*chunks, extension=b""):
    return b"".join(b"%x%s\r\n%s\r\n" % (len(chunk), extension, chunk) for chunk in chunks) + b"0\r\n\r\n"


CHUNKED = "Transfer-Encoding: chunked\r\n"


def all_kinds(tokens):
    return good(tokens) + unauthenticated(tokens) + refused(tokens) + framing(tokens) + leaving(tokens)


def good(tokens):
    ok, list_path = frozenset([200]), "/orders?n=%N"
    subjects = [made.claims(token)["sub"] for token in tokens.good()]
    body = chunked(b'{"item": ', b'"anvil"}')
    return [
        Kind("read", 420, tuple(get(list_path, token) for token in tokens.good()), ok, ALLOWED,
             tuple(f"GET {list_path} {subject}" for subject in subjects)),
        Kind("write", 80, tuple(post(list_path, token) for token in tokens.good()), ok, ALLOWED,
             tuple(f"POST {list_path} {subject}" for subject in subjects)),
        Kind("write-chunked", 20, (post(list_path, tokens.first, body, CHUNKED),), ok, ALLOWED,
             (f"POST {list_path} {subjects[0]}",)),
        Kind("upload", 5, (post("/whole/upload?n=%N", tokens.first, b"[" + b"1," * 30_000 + b"1]"),), ok, ALLOWED,
             (f"POST /echo/upload?n=%N {subjects[0]}",)),
        Kind("large", 5, (get("/large", tokens.first),), ok, ALLOWED),
        Kind("pieces", 3, (post(list_path, tokens.first),), ok, ALLOWED, (f"POST {list_path} {subjects[0]}",),
             manner="pieces"),
        Kind("pipelined", 10, (get(list_path, tokens.first) * 2,), ok, ALLOWED,
             (f"GET {list_path} {subjects[0]}",), answers=2),
        Kind("anonymous", 30, (get("/healthz?n=%N"),), ok, ANONYMOUS, ("GET /healthz?n=%N ",)),
    ]


def unauthenticated(tokens):
    def kind(name, weight, presented, tires=True):
        return Kind(name, weight, tuple(get("/orders?n=%N", token) for token in presented),
                    frozenset([401, LIMITED] if tires else [401]), ANONYMOUS, tires=tires)

    first = tokens.first
    kinds = [
        kind("no-token", 40, [None], tires=False), kind("expired", 40, [tokens.expired]),
        kind("wrong-audience", 40, [tokens.elsewhere]), kind("wrong-signature", 60, made.forged(first)),
        kind("alg-none", 30, made.without_algorithm(first)), kind("alg-confusion", 10, made.confused(first)),
        kind("revoked", 50, [tokens.revoked]), kind("malformed", 30, made.malformed(first)),
        Kind("token-in-query", 5, (get(f"/orders?access_token={first}"),), frozenset([401]), ANONYMOUS),
        Kind("two-tokens", 15, (get("/orders?n=%N", first, extra=f"Authorization: Bearer {tokens.second}\r\n"),),
             frozenset([400]), ANONYMOUS),
        Kind("unknown-host", 20, (get("/orders?n=%N", first, host="nobody.example"),), frozenset([404]), ANONYMOUS),
    ]
    return kinds + ([kind("revoked-key", 40, tokens.old)] if tokens.old else [])


def refused(tokens):
    first = tokens.first
    too_large = f"Content-Length: {LARGEST_BODY + 1}\r\n"
    return [
        Kind("missing-scope", 40, (get("/orders?n=%N", tokens.without_scope),), frozenset([403]), REFUSED),
        Kind("policy", 30, (get("/secret?n=%N", first),), frozenset([403]), REFUSED),
        Kind("unknown-path", 40, (get("/nowhere?n=%N", first),), frozenset([404]), REFUSED),
        Kind("unknown-method", 15, (get("/orders?n=%N", first).replace(b"GET", b"DELETE", 1),), frozenset([405]), REFUSED),
        Kind("large-body", 5, (post("/orders?n=%N", first, b"", too_large),), frozenset([413]), REFUSED, closes=True),
    ]


def framing(tokens):
    """Heads with two readings, and ones that are none; each carries a good token."""
    token, smuggled = tokens.first, get("/secret", tokens.first)
    both = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"

    def kind(name, weight, *messages, expected=(400,), account=ANONYMOUS):
        return Kind(name, weight, messages, frozenset(expected), account, closes=True)

    return [
        kind("two-lengths", 8, post("/orders", token, b"abc" + smuggled, "Content-Length: 3\r\nContent-Length: 4\r\n"),
             post("/orders", token, b"abc" + smuggled, "Content-Length: 3, 4\r\n"),
             post("/orders", token, b"abc" + smuggled, "Content-Length: +3\r\n")),
        kind("length-and-chunked", 8, post("/orders", token, b"0\r\n\r\n" + smuggled, both)),
        kind("odd-encoding", 8, *(post("/orders", token, b"0\r\n\r\n" + smuggled, f"{field}\r\n") for field in (
            "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding:\x0bchunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked")),
             expected=(400, 501)),
        kind("look-alike", 4, post("/orders", token, b"0\r\n\r\n" + smuggled, "Transfer_Encoding: chunked\r\n"),
             post("/orders", token, b"0\r\n\r\n" + smuggled, "Transfer-Encoding : chunked\r\n")),
        kind("bare-line-ends", 6, get("/orders", token, extra="A: b\nC: d\r\n"), get("/orders", token, extra="A: b\rc\r\n"),
             get("/orders", token, extra="A: b\r\n folded\r\n")),
        kind("paths", 6, *(get(path, token) for path in (
            "/orders/../secret", "/orders%2fsecret", "/./secret", "//secret", "/%2e%2e/secret", "/orders%00"))),
        kind("hosts", 4, get("/orders", token, extra="Host: nobody.example\r\n"),
             get("http://nobody.example/orders", token)),
        kind("large-field", 3, get("/orders", token, extra=f"A: {'a' * 200_000}\r\n"), expected=(431,)),
        kind("many-fields", 2, get("/orders", token, extra="A: b\r\n" * 2000), expected=(431,)),
        kind("long-line", 3, get("/" + "a" * 100_000, token), expected=(414,)),
        kind("version", 3, b"GET / HTTP/3.7\r\nHost: orders.example\r\n\r\n", expected=(400, 505)),
        kind("noise", 4, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)), b"\x00" * 64 + b"\r\n\r\n",
             b"GET\r\n\r\n"),
        kind("chunks", 5, *(post("/whole/abandoned", token, body, CHUNKED) for body in (
            chunked(b"{}", extension=b";a=b"), b"-2\r\n{}\r\n0\r\n\r\n", b"2\n{}\r\n0\r\n\r\n", b"2\r\n{}x\r\n0\r\n\r\n",
            b"ffffffffffffffff1\r\n{}")), account=UNCERTAIN),
    ]


def leaving(tokens):
    """Clients that go away before the answer."""
    half = post("/whole/abandoned", tokens.first, b'{"item":', "Content-Length: 1000\r\n")
    return [
        Kind("aborted-body", 5, (half,), frozenset(), UNCERTAIN, manner="leave"),
        Kind("vanished", 5, (get("/whole/abandoned", tokens.first),), frozenset(), UNCERTAIN, manner="leave"),
    ]
