"""That a proxy checks what it is measured for: without this, the fastest would be the one that looks at nothing."""
import http.client, socket, ssl

from .cases import VoidRound


def check(case, proxy, setting):
    """Asks the proxy with good and bad tokens, and over TLS for its version and suite."""
    if case.pool:
        for name, token in setting.issuer.samples(case.pool).items():
            wanted = 200 if name == "good" else 401
            if (status := _status(proxy, case, token)) != wanted:
                raise VoidRound(f"a token of kind `{name}` was answered with {status} instead of {wanted}")
        return "refuses what is forged, expired, another's or not signed"
    if case.feature == "tls":
        return " ".join(_tls(proxy.ports["tls"], proxy.host("tls")))
    return ""


def _status(proxy, case, token):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.ports[case.feature], timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": proxy.host(case.feature), "Authorization": f"Bearer {token}"})
        return connection.getresponse().status
    finally:
        connection.close()


def _tls(port, host):
    context = ssl.create_default_context()
    # The certificate is the benchmark's own; what matters is what is negotiated.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=host) as connection:
            version, suite = connection.version(), connection.cipher()[0]
    if version != "TLSv1.3":
        raise VoidRound(f"{version} instead of TLS 1.3")
    return version, suite
