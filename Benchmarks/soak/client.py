"""One process of clients: many connections, one request after the other on each, every answer looked at."""
import collections, dataclasses, hashlib, heapq, random, select, socket, time

from .kinds import ALLOWED, REFUSED

ANSWER_SECONDS = 30
PAUSE = 0.01
MODULUS = 1 << 128


@dataclasses.dataclass
class Tally:
    """What a process saw. Sums of digests stand for sets of request ids: equal sums, equal sets."""

    statuses: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    wrong: list = dataclasses.field(default_factory=list)
    wrong_count: int = 0
    identifiers: dict = dataclasses.field(default_factory=lambda: {ALLOWED: 0, REFUSED: 0})
    latencies: list = dataclasses.field(default_factory=list)

    def complain(self, text):
        self.wrong_count += 1
        if len(self.wrong) < 20:
            self.wrong.append(text)


class GatewayGone(Exception):
    pass


def digest(identifier):
    return int.from_bytes(hashlib.blake2b(identifier, digest_size=16).digest(), "big")


class Connection:
    """One socket and the request that is under way on it."""

    def __init__(self, swarm, index):
        self.swarm, self.index = swarm, index
        self.socket, self.kind = None, None
        self.lifetime = 0

    def open(self):
        if self.socket:
            self.swarm.poll.unregister(self.socket)
            self.swarm.by_descriptor.pop(self.socket.fileno())
            self.socket.close()
        self.lifetime += 1
        self.socket = socket.socket()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Many sources, so that what is limited per source limits no other.
        self.socket.bind((self.swarm.random.choice(self.swarm.sources), 0))
        self.socket.settimeout(10)
        self.swarm.connect(self.socket)
        self.swarm.by_descriptor[self.socket.fileno()] = self
        self.swarm.poll.register(self.socket, select.EPOLLIN | select.EPOLLRDHUP)

    def send(self, kind, number):
        choice = self.swarm.random.randrange(len(kind.messages))
        self.kind, self.number, self.left, self.buffer = kind, number, kind.answers, b""
        self.body = kind.bodies[choice].replace("%N", number).encode() if kind.bodies else None
        message = kind.messages[choice].replace(b"%N", number.encode())
        self.sent = time.monotonic()
        if kind.manner == "pieces":
            third = len(message) // 3
            self.pieces = [message[third:2 * third], message[2 * third:]]
            message = message[:third]
            self.swarm.later(self, PAUSE)
        else:
            self.pieces = []
        try:
            self.socket.sendall(message)
        except OSError:
            pass  # It was refused while it was being sent; the answer is still to be read.
        if kind.manner == "leave":
            self.swarm.later(self, self.swarm.random.choice((0, 0.001, 0.005)))

    def wake(self):
        """The pause is over."""
        if self.kind.manner == "leave":
            self.swarm.tally.statuses[self.kind.name, 0] += 1
            self.open()
            self.swarm.next(self)
        elif self.pieces:
            try:
                self.socket.sendall(self.pieces.pop(0))
            except OSError:
                pass
            if self.pieces:
                self.swarm.later(self, PAUSE)

    def receive(self):
        try:
            data = self.socket.recv(262_144)
        except OSError:
            data = b""
        if self.kind is None or self.kind.manner == "leave":
            return
        if not data:
            self.fail("the connection ended without an answer")
            return
        self.buffer += data
        while self.left and (answer := parse(self.buffer)):
            status, head, body, length = answer
            self.buffer = self.buffer[length:]
            self.left -= 1
            self.check(status, head, body)
        if not self.left:
            self.complete(b"connection: close" in head)

    def check(self, status, head, body):
        tally, kind = self.swarm.tally, self.kind
        tally.statuses[kind.name, status] += 1
        if status not in kind.expected:
            tally.complain(f"{kind.name}: answered {status}: {body[:200]!r}")
        elif self.body is not None and body != self.body:
            tally.complain(f"{kind.name}: somebody else's answer: {body[:200]!r} instead of {self.body!r}")
        identifier = field(head, b"x-request-id")
        if not identifier:
            tally.complain(f"{kind.name}: an answer without x-request-id")
        elif kind.account in tally.identifiers:
            tally.identifiers[kind.account] = (tally.identifiers[kind.account] + digest(identifier)) % MODULUS
        if kind.name == "read":
            tally.latencies.append(time.monotonic() - self.sent)

    def complete(self, closed):
        if self.buffer:
            self.swarm.tally.complain(f"{self.kind.name}: bytes after the answer: {self.buffer[:100]!r}")
        if self.kind.closes and not closed:
            self.swarm.tally.complain(f"{self.kind.name}: the connection was not closed")
        if closed or self.kind.closes or self.buffer:
            self.open()
        self.swarm.next(self)

    def fail(self, text):
        self.swarm.tally.complain(f"{self.kind.name}: {text}")
        self.swarm.tally.statuses[self.kind.name, 0] += self.left
        self.open()
        self.swarm.next(self)


class Swarm:
    """The connections of one process, until so many requests were answered."""

    def __init__(self, address, kinds, count, connections, seed, progress):
        self.address, self.kinds, self.remaining, self.progress = address, kinds, count, progress
        self.weights = [kind.weight for kind in kinds]
        self.random, self.seed, self.number = random.Random(seed), seed, 0
        self.poll, self.by_descriptor, self.timers = select.epoll(), {}, []
        self.tally = Tally()
        self.sources = [f"127.{seed % 200 + 1}.{third}.{last}" for third in range(4) for last in range(1, 251)]
        self.connections = [Connection(self, index) for index in range(connections)]
        self.choices, self.active = [], 0

    def connect(self, made):
        try:
            made.connect(self.address)
        except OSError as error:
            raise GatewayGone(f"the gateway takes no connection: {error}") from error

    def run(self):
        """What was seen until everything was answered, or until the gateway was gone."""
        try:
            self._run()
        except GatewayGone as error:
            self.tally.complain(str(error))
        return self.tally

    def _run(self):
        for connection in self.connections:
            connection.open()
            self.active += 1
            self.next(connection)
        looked = time.monotonic()
        while self.active:
            for descriptor, _ in self.poll.poll(self.pause()):
                if connection := self.by_descriptor.get(descriptor):
                    connection.receive()
            now = time.monotonic()
            while self.timers and self.timers[0][0] <= now:
                _, _, lifetime, connection = heapq.heappop(self.timers)
                if connection.lifetime == lifetime and connection.kind:
                    connection.wake()
            if now - looked > 1:
                looked = now
                for connection in self.connections:
                    if connection.kind and now - connection.sent > ANSWER_SECONDS:
                        connection.fail(f"no answer in {ANSWER_SECONDS} s")

    def pause(self):
        return max(0, self.timers[0][0] - time.monotonic()) if self.timers else 0.5

    def later(self, connection, seconds):
        self.number += 1
        heapq.heappush(self.timers, (time.monotonic() + seconds, self.number, connection.lifetime, connection))

    def next(self, connection):
        """Sends the connection's next request, if one is left."""
        if self.remaining <= 0:
            connection.kind = None
            self.active -= 1
            return
        if not self.choices:
            self.choices = self.random.choices(self.kinds, self.weights, k=1000)
        kind = self.choices.pop()
        self.remaining -= kind.answers
        self.number += 1
        self.progress.value += kind.answers
        connection.send(kind, f"{self.seed}-{self.number}")


def field(head, name):
    for line in head.split(b"\r\n"):
        before, _, value = line.partition(b":")
        if before == name:
            return value.strip()
    return None


def parse(data):
    """Status, lower-case head, body and length of the first answer; `None` while it is not whole."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = data[:end].lower()
    length = field(head, b"content-length")
    total = end + 4 + int(length or 0)
    if len(data) < total:
        return None
    return int(data[9:12]), head, data[end + 4:total], total
