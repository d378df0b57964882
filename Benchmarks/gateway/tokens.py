"""Signing keys and tokens of an issuer that exists for one run of the benchmark."""
import base64, json, multiprocessing, os, secrets, signal, time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ISSUER = "https://issuer.bench.example"
AUDIENCE = "https://bench.example"
SUBJECT = "spiffe://bench.example/load"
SCOPE = "bench"
LIFETIME = 3 * 3600


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """One ES256 and one RS256 (2048 bits) key, and the tokens that they sign."""

    def __init__(self, folder):
        self.folder = folder
        self.keys = Issuer.new_keys()
        self.kids = {algorithm: f"bench-{algorithm.lower()}" for algorithm in self.keys}
        self.jwks = folder / "jwks.json"
        self.jwks.write_text(json.dumps({"keys": [self._jwk(algorithm) for algorithm in self.keys]}))
        self.public = {}
        for algorithm, key in self.keys.items():
            self.public[algorithm] = folder / f"{algorithm.lower()}.pem"
            self.public[algorithm].write_bytes(key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))

    def pool(self, algorithm, count, name):
        """A file with this many tokens, one a line, all different."""
        path = self.folder / name
        private = self.keys[algorithm].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        parts = os.cpu_count() or 1
        share = [count // parts + (1 if index < count % parts else 0) for index in range(parts)]
        # Workers are ended by this signal, and have nothing of their own to end.
        with multiprocessing.Pool(parts, signal.signal, (signal.SIGTERM, signal.SIG_DFL)) as workers:
            texts = workers.starmap(_sign_many, [(private, algorithm, self.kids[algorithm], number) for number in share])
        path.write_text("".join(texts))
        return path

    def samples(self, algorithm):
        """A good token, and ones that are wrong in one thing each."""
        key, kid = self.keys[algorithm], self.kids[algorithm]
        other = Issuer.new_keys()[algorithm]
        unsigned = _sign(key, algorithm, kid, _claims(), header={"alg": "none"}).rsplit(".", 1)[0] + "."
        return {
            "good": _sign(key, algorithm, kid, _claims()), "forged": _sign(other, algorithm, kid, _claims()),
            "expired": _sign(key, algorithm, kid, _claims(iat=-7200, nbf=-7200, exp=-3600)),
            "another audience": _sign(key, algorithm, kid, {**_claims(), "aud": "https://other.example"}),
            "another issuer": _sign(key, algorithm, kid, {**_claims(), "iss": "https://other.example"}),
            "not signed": unsigned,
        }

    @staticmethod
    def new_keys():
        return {"ES256": ec.generate_private_key(ec.SECP256R1()),
                "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048)}

    def _jwk(self, algorithm):
        numbers = self.keys[algorithm].public_key().public_numbers()
        common = {"kid": self.kids[algorithm], "alg": algorithm, "use": "sig"}
        if algorithm == "ES256":
            return {"kty": "EC", "crv": "P-256", **common,
                    "x": base64url(numbers.x.to_bytes(32, "big")), "y": base64url(numbers.y.to_bytes(32, "big"))}
        return {"kty": "RSA", **common, "n": base64url(numbers.n.to_bytes(256, "big")),
                "e": base64url(numbers.e.to_bytes(3, "big"))}


def _claims(iat=0, nbf=0, exp=LIFETIME):
    """Times are seconds from now."""
    now = int(time.time())
    return {"iss": ISSUER, "sub": SUBJECT, "client_id": SUBJECT, "aud": AUDIENCE, "scope": SCOPE,
            "iat": now + iat, "nbf": now + nbf, "exp": now + exp, "jti": secrets.token_hex(16)}


def _sign(key, algorithm, kid, claims, header=None):
    header = {"alg": algorithm, "typ": "at+jwt", "kid": kid} | (header or {})
    signed = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{signed}.{_signature(key, algorithm, signed.encode())}"


def _sign_many(private, algorithm, kid, count):
    key = serialization.load_pem_private_key(private, None)
    return "".join(_sign(key, algorithm, kid, _claims()) + "\n" for _ in range(count))


def _signature(key, algorithm, data):
    if algorithm == "RS256":
        return base64url(key.sign(data, padding.PKCS1v15(), hashes.SHA256()))
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
