"""The PyPI client `spiffe`, as some user: prints what it was given, one line each.

Arguments: the socket, the uid, what to do, and an audience.
"""

import os
import sys
import threading

import grpc._channel  # noqa: F401  Another user may not be able to read it later.
from spiffe import WorkloadApiClient
from spiffe.errors import PySpiffeError

path, uid, action = sys.argv[1:4]
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(int(uid))
    os.setuid(int(uid))


def say(*words):
    print(*words, flush=True)


def ids(context):
    return ",".join(sorted(str(svid.spiffe_id) for svid in context.x509_svids))


def fetch(client):
    context = client.fetch_x509_context()
    svid = context.default_svid
    (root,) = context.x509_bundle_set.get_bundle_for_trust_domain(
        svid.spiffe_id.trust_domain).x509_authorities
    svid.cert_chain[1].verify_directly_issued_by(root)
    svid.leaf.verify_directly_issued_by(svid.cert_chain[1])
    say("x509", ids(context), "%x" % svid.leaf.serial_number)
    audience = sys.argv[4]
    token = client.fetch_jwt_svid({audience})
    say("jwt", token.spiffe_id, client.validate_jwt_svid(token.token, audience).spiffe_id)


def stream(client):
    """Each update on a line, and the end; a stream that ends is opened again by nobody."""
    done = threading.Event()

    def update(context):
        serials = ",".join("%x" % svid.leaf.serial_number for svid in context.x509_svids)
        say("update", ids(context), serials)

    def fail(error):
        say("refused", "PERMISSION_DENIED" in str(error))
        done.set()

    client.stream_x509_contexts(on_success=update, on_error=fail, retry_connect=False)
    done.wait()


try:
    with WorkloadApiClient(socket_path="unix://" + path) as client:
        {"fetch": fetch, "stream": stream}[action](client)
except PySpiffeError as error:
    say("refused", "PERMISSION_DENIED" in str(error))
