"""HTTP/2 beside everything else, with a load generator that was written elsewhere."""
import dataclasses, re, subprocess

from processes import program
from .manifests import HOST

CONNECTIONS, STREAMS = 4, 10


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
