"""Good tokens from the token endpoint, and what an attacker makes of them."""
import base64, dataclasses, hashlib, hmac, json, time

from .manifests import AUDIENCE, BRIEF_AUDIENCE

READ, WRITE = "orders:read", "orders:write"


@dataclasses.dataclass
class Tokens:
    """The tokens of one phase, by what is wrong with them."""

    first: str
    second: str
    without_scope: str
    expired: str
    elsewhere: str
    revoked: str
    # Signed by a key that was revoked since; empty in the first phase.
    old: list

    def good(self):
        return [self.first, self.second]


def fetch(dev, old):
    """New tokens; one of them is revoked by its id, one runs out before this returns."""
    expired = dev.token(BRIEF_AUDIENCE, [READ], "first")
    tokens = Tokens(
        first=dev.token(AUDIENCE, [READ, WRITE], "first"), second=dev.token(AUDIENCE, [READ, WRITE], "second"),
        without_scope=dev.token(AUDIENCE, [], "first"), expired=expired,
        elsewhere=dev.token(BRIEF_AUDIENCE, [READ], "second"), revoked=dev.token(AUDIENCE, [READ], "gone"), old=old)
    dev.cli("revoke", "--credential", claims(tokens.revoked)["jti"], "--reason", "soak")
    time.sleep(max(0, claims(expired)["exp"] - time.time() + 1))
    return tokens


def encode(value):
    data = json.dumps(value, separators=(",", ":")).encode() if isinstance(value, dict) else value
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def header(token):
    return json.loads(decode(token.split(".")[0]))


def claims(token):
    return json.loads(decode(token.split(".")[1]))


def forged(token):
    """Variations whose signature does not hold."""
    first, second, signature = token.split(".")
    for position in (0, 20, 63):
        changed = bytearray(decode(signature))
        changed[position] ^= 1
        yield f"{first}.{second}.{encode(bytes(changed))}"
    yield f"{first}.{encode({**claims(token), 'sub': 'spiffe://gatehouse.test/bench/root'})}.{signature}"
    yield f"{encode({**header(token), 'kid': 'nobody'})}.{second}.{signature}"


def without_algorithm(token):
    second = token.split(".")[1]
    for name in ("none", "None", "nOnE"):
        yield f"{encode({**header(token), 'alg': name})}.{second}."


def confused(token):
    """A key's public part as the secret of an HMAC."""
    first, second = encode({**header(token), "alg": "HS256"}), token.split(".")[1]
    mac = hmac.new(b"public key", f"{first}.{second}".encode(), hashlib.sha256).digest()
    yield f"{first}.{second}.{encode(mac)}"


def malformed(token):
    first, second, signature = token.split(".")
    yield first
    yield f"{first}.{second}"
    yield f"{first}..{signature}"
    yield f"{first}.{second}.{signature[:40]}"
    yield f"{first}.{second}.{signature}.{signature}"
    yield f"{encode(b'[]')}.{second}.{signature}"
    yield "A" * 5000
