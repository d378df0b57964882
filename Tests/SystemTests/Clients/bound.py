"""Gets sender-constrained tokens with foreign parts: the PyPI client `spiffe`, `cryptography`, PyJWT and
Python's own TLS. Prints what each token is bound to, and how what is not good is refused.

Arguments: the Workload API's socket, the issuer, the token endpoint over mutual TLS, the server's SPIFFE
ID, an audience, a folder for files of its own.
"""

import hashlib
import base64
import http.client
import json
import os
import ssl
import sys
import time
import urllib.parse
import uuid

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from spiffe import WorkloadApiClient

socket_path, issuer, mutual, server_id, audience, folder = sys.argv[1:7]


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


with WorkloadApiClient(socket_path="unix://" + socket_path) as client:
    context = client.fetch_x509_context()
    svid = context.default_svid
    roots = context.x509_bundle_set.get_bundle_for_trust_domain(svid.spiffe_id.trust_domain).x509_authorities
    subject_token = client.fetch_jwt_svid({issuer}).token

key = ec.generate_private_key(ec.SECP256R1())
numbers = key.public_key().public_numbers()
jwk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}
jkt = b64(hashlib.sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest())


def proof(url, nonce=None, **changes):
    claims = {"htm": "POST", "htu": url, "iat": int(time.time()), "jti": str(uuid.uuid4()), **changes}
    if nonce:
        claims["nonce"] = nonce
    return jwt.encode(claims, key, algorithm="ES256", headers={"typ": "dpop+jwt", "jwk": jwk})


def pem(*certificates):
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


def tls():
    chain, roots_file = os.path.join(folder, "svid.pem"), os.path.join(folder, "roots.pem")
    with open(os.open(chain, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
        file.write(pem(*svid.cert_chain))
        file.write(svid.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    with open(roots_file, "wb") as file:
        file.write(pem(*roots))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # Who the server is, its SPIFFE ID says.
    context.load_verify_locations(roots_file)
    context.load_cert_chain(chain)
    return context


def post(url, fields=()):
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=10, context=tls())
        connection.connect()
        server = x509.load_der_x509_certificate(connection.sock.getpeercert(binary_form=True))
        names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.UniformResourceIdentifier) == [server_id]
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    form = urllib.parse.urlencode({
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "subject_token": subject_token,
        "scope": "orders:read"}).encode()
    connection.putrequest("POST", parts.path)
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(form)))
    for name, value in fields:
        connection.putheader(name, value)
    connection.endheaders(form)
    response = connection.getresponse()
    reply = json.loads(response.read())
    connection.close()
    return response.status, reply, response.headers.get("DPoP-Nonce")


def say(name, answer):
    status, reply, _ = answer
    if status != 200:
        return print(name, status, reply["error"])
    cnf = jwt.decode(reply["access_token"], options={"verify_signature": False}).get("cnf", {})
    leaf = b64(hashlib.sha256(svid.leaf.public_bytes(serialization.Encoding.DER)).digest())
    print(name, reply["token_type"], sorted(cnf), cnf.get("jkt", jkt) == jkt, cnf.get("x5t#S256", leaf) == leaf)


plain = issuer + "/oauth2/token"
say("bearer", post(plain))
nonce = post(plain, [("DPoP", proof(plain))])
print("nonce", nonce[0], nonce[1].get("error"), bool(nonce[2]))
once = proof(plain, nonce[2])
say("dpop", post(plain, [("DPoP", once)]))
say("again", post(plain, [("DPoP", once)]))
say("two", post(plain, [("DPoP", proof(plain, nonce[2])), ("DPoP", proof(plain, nonce[2]))]))
say("elsewhere", post(plain, [("DPoP", proof(mutual, nonce[2]))]))
say("tls", post(mutual))
say("both", post(mutual, [("DPoP", proof(mutual, nonce[2]))]))
