"""The PyPI client `spiffe`, as another user: prints what it was given, one line each.

Arguments: the socket, the uid, and what to do.
"""

import os
import sys
import threading

import grpc._channel  # noqa: F401  Another user may not be able to read it later.
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from spiffe import SpiffeId, TrustDomain, WorkloadApiClient
from spiffe.errors import PySpiffeError

path, uid, action = sys.argv[1:4]
os.setgroups([])
os.setgid(int(uid))
os.setuid(int(uid))


def say(*words):
    print(*words, flush=True)


def public_bytes(key):
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def x509(client):
    context = client.fetch_x509_context()
    for svid in context.x509_svids:
        leaf = svid.leaf
        matches = public_bytes(leaf.public_key()) == public_bytes(svid.private_key.public_key())
        say("svid", svid.spiffe_id, "chain", len(svid.cert_chain), "key", matches)
    bundle = context.x509_bundle_set.get_bundle_for_trust_domain(TrustDomain("example.org"))
    (root,) = bundle.x509_authorities
    svid = context.default_svid
    svid.cert_chain[1].verify_directly_issued_by(root)
    svid.leaf.verify_directly_issued_by(svid.cert_chain[1])
    say("chain verifies")


def bundles(client):
    x509 = client.fetch_x509_bundles().get_bundle_for_trust_domain(TrustDomain("example.org"))
    say("x509 authorities", len(x509.x509_authorities))
    jwt = client.fetch_jwt_bundles().get_bundle_for_trust_domain(TrustDomain("example.org"))
    say("jwt keys", ",".join(sorted(jwt.jwt_authorities)))


def jwt(client):
    svid = client.fetch_jwt_svid({"orders", "billing"})
    say("jwt", svid.spiffe_id, ",".join(sorted(svid.audience)))
    validated = client.validate_jwt_svid(svid.token, "orders")
    say("validated", validated.spiffe_id)
    all_svids = client.fetch_jwt_svids({"orders"})
    say("all", ",".join(sorted(str(svid.spiffe_id) for svid in all_svids)))
    named = client.fetch_jwt_svid({"orders"}, subject=SpiffeId(str(svid.spiffe_id)))
    say("named", named.spiffe_id)
    try:
        client.validate_jwt_svid(svid.token, "somebody-else")
        say("accepted")
    except PySpiffeError:
        say("other audience refused")


def stream(client):
    done = threading.Event()

    def update(context):
        say("update", ",".join(str(svid.spiffe_id) for svid in context.x509_svids))

    def fail(error):
        say("error", error)
        done.set()

    client.stream_x509_contexts(on_success=update, on_error=fail, retry_connect=False)
    done.wait(timeout=60)


actions = {"x509": x509, "bundles": bundles, "jwt": jwt, "stream": stream}
try:
    with WorkloadApiClient(socket_path="unix://" + path) as client:
        actions[action](client)
except PySpiffeError as error:
    say("refused", "StatusCode.PERMISSION_DENIED" in str(error))
