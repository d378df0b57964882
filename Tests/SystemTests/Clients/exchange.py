"""Drives the token endpoint with `authlib`, as any OAuth client would.

Arguments: server URL, gateway URL, the gateway's host name, a JWT-SVID's file, an audience.
Prints the status of the exchange and of a request with the token.
"""

import os
import sys

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # Plain http on loopback, as `dev` speaks it.

from authlib.integrations.base_client.errors import OAuthError  # noqa: E402
from authlib.integrations.requests_client import OAuth2Session  # noqa: E402

server, gateway, host, file, audience = sys.argv[1:6]
with open(file) as opened:
    proof = opened.read().strip()

probe = OAuth2Session()
metadata = probe.request(
    "GET", server + "/.well-known/oauth-authorization-server", withhold_token=True).json()
print("issuer", metadata["issuer"] == server)


def session():
    return OAuth2Session(
        token_endpoint=metadata["token_endpoint"], token_endpoint_auth_method="none")


def exchange(client, subject_token, scope):
    return client.fetch_token(
        metadata["token_endpoint"],
        grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token=subject_token,
        subject_token_type="urn:ietf:params:oauth:token-type:jwt",
        audience=audience, scope=scope)


client = session()
token = exchange(client, proof, "orders:read")
print("token", token["token_type"], token["scope"], token["issued_token_type"].split(":")[-1])
print("request", client.get(gateway + "/orders", headers={"Host": host}).status_code)
for subject_token, scope in [("nonsense", "orders:read"), (proof, "orders:burn")]:
    try:
        exchange(session(), subject_token, scope)
        print("accepted")
    except OAuthError as error:
        print("refused", error.error)
