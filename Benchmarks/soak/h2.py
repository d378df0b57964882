"""HTTP/2 beside everything else, with a load generator that was written elsewhere."""
import dataclasses, re, socket, subprocess

from processes import program
from .manifests import HOST

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
SETTINGS = 4
CONNECTIONS, STREAMS = 4, 10


def is_offered(address):
    """Whether the gateway answers the preface of HTTP/2 with a SETTINGS frame."""
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(PREFACE)
        try:
            answer = connection.recv(9)
        except OSError:
            return False
    return len(answer) >= 4 and answer[3] == SETTINGS


@dataclasses.dataclass
class Requests:
    """So many requests with one token, under way in a process of their own."""

    token: str
    count: int
    # The first digit of the status that all of them must have.
    wanted: str

    def start(self, address):
        host, port = address
        self.process = subprocess.Popen(
            [program("h2load", "nghttp2-client"), "-t1", f"-c{CONNECTIONS}", f"-m{STREAMS}", f"-n{self.count}",
             "-H", f":authority: {HOST}", "-H", f"authorization: Bearer {self.token}", f"http://{host}:{port}/h2"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return self

    def problems(self):
        """Waits for the end; what was not as it had to be."""
        output = self.process.communicate()[0]
        codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output)
        counts = dict(zip("2345", map(int, codes.groups()))) if codes else {}
        if counts.get(self.wanted) != self.count:
            return [f"HTTP/2: {self.count} answers {self.wanted}xx were expected and came as {counts or output[-200:]}"]
        return []
