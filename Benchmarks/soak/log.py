"""What the gateway's log says about the requests."""
import collections, json, pathlib

from .client import MODULUS, digest
from .kinds import ALLOWED, REFUSED

# Their clients break off; whether an event comes is not certain.
UNCERTAIN_OPERATIONS = {"abandoned", "vanished"}
# Their load generator does not tell request ids; they are only counted.
COUNTED_OPERATION = "h2"


class Recorded:
    """Counts and sums over every event of a log."""

    def __init__(self, folder):
        self.events = collections.Counter()
        self.counts = {ALLOWED: 0, REFUSED: 0}
        self.identifiers = {ALLOWED: 0, REFUSED: 0}
        self.anonymous = self.suppressed = self.uncertain = self.unrecorded = self.h2 = 0
        for path in sorted((pathlib.Path(folder) / "segment").rglob("*")):
            if path.is_file():
                with open(path, "rb") as lines:
                    for line in lines:
                        self._add(json.loads(line.split(b" ", 2)[2]))

    def _add(self, event):
        kind = event["type"]
        self.events[kind] += 1
        if kind == "limit.exceeded":
            number = int(event["subject"]["change"].split()[0])
            if event["subject"]["kind"] == "unauthenticated-requests":
                self.suppressed += number
            else:
                self.unrecorded += number
        elif kind in ("request.allowed", "request.refused"):
            self._add_request(event, ALLOWED if kind == "request.allowed" else REFUSED)

    def _add_request(self, event, account):
        request = event["request"]
        if request.get("operation") in UNCERTAIN_OPERATIONS:
            self.uncertain += 1
        elif event["actor"]["kind"] == "anonymous" or event["decision"].get("stage") == "credential":
            self.anonymous += 1
        elif request.get("operation") == COUNTED_OPERATION and account == ALLOWED:
            self.h2 += 1
        else:
            self.counts[account] += 1
            identifier = digest(request["requestId"].encode())
            self.identifiers[account] = (self.identifiers[account] + identifier) % MODULUS
