#!/usr/bin/env python3
"""An OpenID Connect issuer for trying the gateway with: it gives a token to whoever asks.

    issuer.py [--port 9100]

Needs the package `cryptography` (Debian: python3-cryptography). Listens on this machine only.

    GET  /.well-known/openid-configuration   where the keys are
    GET  /keys                               the JSON Web Key Set
    POST /token   sub, audience, scope       an access token as RFC 9068 describes it;
                  jkt                        bound to the key with this thumbprint (RFC 9449)
    POST /rotate                             a new key signs from now on; the old one stays published
    POST /forget                             only the newest key stays published
"""

import argparse
import base64
import http.server
import json
import secrets
import sys
import time
import urllib.parse

try:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils
except ModuleNotFoundError:
    sys.exit("issuer.py needs the package cryptography; on Debian: apt-get install python3-cryptography")


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_hex(4)

    def public(self):
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.id,
            "x": encode(numbers.x.to_bytes(32, "big")),
            "y": encode(numbers.y.to_bytes(32, "big")),
        }

    def token(self, claims):
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self.id}
        text = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
        der = self.private.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = utils.decode_dss_signature(der)
        return text + "." + encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


class Issuer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    keys = [Key()]

    def do_GET(self):
        issuer = self.server.issuer
        if self.path == "/.well-known/openid-configuration":
            self.answer({
                "issuer": issuer, "jwks_uri": issuer + "/keys",
                "token_endpoint": issuer + "/token", "response_types_supported": ["token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
            })
        elif self.path == "/keys":
            self.answer({"keys": [key.public() for key in self.keys]})
        else:
            self.answer({"error": "not_found"}, 404)

    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        if self.path == "/rotate":
            self.keys.append(Key())
            self.answer({"kid": self.keys[-1].id})
        elif self.path == "/forget":
            del self.keys[:-1]
            self.answer({"kid": self.keys[-1].id})
        elif self.path == "/token" and {"sub", "audience"} <= form.keys():
            now = int(time.time())
            life = int(form.get("life", "300"))
            bound = {"cnf": {"jkt": form["jkt"]}} if "jkt" in form else {}
            token = self.keys[-1].token({
                "iss": self.server.issuer, "sub": form["sub"], "client_id": form["sub"],
                "aud": form["audience"], "scope": form.get("scope", ""), "iat": now, "nbf": now,
                "exp": now + life, "jti": secrets.token_hex(16), **bound,
            })
            kind = "DPoP" if bound else "Bearer"
            self.answer({"access_token": token, "token_type": kind, "expires_in": life})
        else:
            self.answer({"error": "invalid_request"}, 400)

    def answer(self, value, status=200):
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=60")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=9100)
    port = arguments.parse_args().port
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Issuer)
    server.issuer = f"http://127.0.0.1:{server.server_port}"
    print(server.issuer, flush=True)
    server.serve_forever()
