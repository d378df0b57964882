"""Raw gRPC: requests that a well-behaved client cannot make. Prints one line for each.

Arguments: the socket, and what to do.
"""

import os
import socket
import subprocess
import sys
import time

import grpc
import grpc._channel  # Another user may not be able to read it later.

path, action = sys.argv[1:3]
SERVICE = "/SpiffeWorkloadAPI/"
STREAMS = ["FetchX509SVID", "FetchX509Bundles", "FetchJWTBundles"]
CALLS = ["FetchJWTSVID", "ValidateJWTSVID"]
GOOD = (("workload.spiffe.io", "true"),)
# Seconds for an answer: more than a machine takes that runs all other tests meanwhile.
PATIENCE = 240


def say(*words):
    print(*words, flush=True)


def connect(options=()):
    # A pool of its own, so that each channel is a connection of its own.
    return grpc.insecure_channel(
        "unix://" + path, options=[("grpc.use_local_subchannel_pool", 1), *options])


def field(number, payload):
    assert number < 16
    size = len(payload)
    length = b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return bytes([number << 3 | 2]) + length + payload


def read_fields(message):
    """The length-delimited fields of a message, in order."""
    position = 0
    while position < len(message):
        number = message[position] >> 3
        position += 1
        size = shift = 0
        while True:
            byte = message[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield number, message[position:position + size]
        position += size


def call(channel, method, request=b"", metadata=GOOD, timeout=PATIENCE):
    """The status of a call and its first message."""
    try:
        if method in STREAMS:
            stream = channel.unary_stream(SERVICE + method)(
                request, metadata=metadata, timeout=timeout)
            message = next(stream)
            stream.cancel()
            return "OK", message
        message = channel.unary_unary(SERVICE + method)(request, metadata=metadata, timeout=timeout)
        return "OK", message
    except grpc.RpcError as error:
        return error.code().name, error.details()


def headers():
    cases = {
        "none": (),
        "upper case value": (("workload.spiffe.io", "True"),),
        "false": (("workload.spiffe.io", "false"),),
        "empty": (("workload.spiffe.io", ""),),
        "twice": GOOD + GOOD,
        "another name": (("workload-spiffe-io", "true"),),
    }
    with connect() as channel:
        for name, metadata in cases.items():
            answers = {call(channel, method, metadata=metadata)[0] for method in STREAMS + CALLS}
            say(name, ",".join(sorted(answers)))
        say("right", call(channel, "FetchX509SVID")[0])


def forged():
    """Another connection of another user is open, and its number is claimed."""
    other = subprocess.Popen(
        [sys.executable, __file__, path, "held", "41002"], stdout=subprocess.PIPE, text=True)
    say("other", other.stdout.readline().strip())
    with connect() as channel:
        names = set()
        for number in list(range(0, 8)) + [2**63, 2**64 - 1, -1, "x"]:
            metadata = GOOD + (("gatehouse-connection", str(number)),)
            status, message = call(channel, "FetchX509SVID", metadata=metadata)
            names.add(identity(message) if status == "OK" else status)
        say("forged", ",".join(sorted(names)))
        metadata = (("gatehouse-connection", "1"), ("gatehouse-connection", "2")) + GOOD
        status, message = call(channel, "FetchX509SVID", metadata=metadata)
        say("forged twice", identity(message) if status == "OK" else status)
    other.kill()
    other.wait()


def identity(message):
    svid = next(payload for number, payload in read_fields(message) if number == 1)
    return next(payload for number, payload in read_fields(svid) if number == 1).decode()


def requests():
    with connect() as channel:
        audience = field(1, b"orders")
        cases = {
            "no audience": ("FetchJWTSVID", b""),
            "empty audience": ("FetchJWTSVID", field(1, b"")),
            "one empty audience": ("FetchJWTSVID", audience + field(1, b"")),
            "many audiences": ("FetchJWTSVID", audience * 17),
            "long audience": ("FetchJWTSVID", field(1, b"a" * 2049)),
            "malformed id": ("FetchJWTSVID", audience + field(2, b"spiffe://EXAMPLE.org/x")),
            "foreign id": ("FetchJWTSVID", audience + field(2, b"spiffe://example.org/x")),
            "not utf-8": ("FetchJWTSVID", field(1, b"\xff\xfe")),
            "not a message": ("FetchJWTSVID", b"\xff" * 20),
            "huge message": ("FetchJWTSVID", field(1, b"a" * (1 << 20))),
            "validate nothing": ("ValidateJWTSVID", b""),
            "validate without audience": ("ValidateJWTSVID", field(2, b"a.b.c")),
            "validate without token": ("ValidateJWTSVID", audience),
            "validate garbage": ("ValidateJWTSVID", audience + field(2, b"a.b.c")),
            "validate given": ("ValidateJWTSVID", audience + field(2, sys.argv[3].encode())),
            "validate expired": ("ValidateJWTSVID", audience + field(2, sys.argv[4].encode())),
            "unknown method": ("FetchWITSVID", b""),
        }
        for name, (method, request) in cases.items():
            say(name, call(channel, method, request)[0])
        say("after all that", call(channel, "FetchJWTSVID", audience)[0])


def denied():
    with connect() as channel:
        for method in STREAMS:
            status, details = call(channel, method)
            say(method, status, details)
        say("FetchJWTSVID", *call(channel, "FetchJWTSVID", field(1, b"orders")))
        request = field(1, b"orders") + field(2, b"a.b.c")
        say("ValidateJWTSVID", *call(channel, "ValidateJWTSVID", request))


def status():
    with connect() as channel:
        say(call(channel, "FetchX509SVID")[0])


def held():
    """A stream that is held open: prints each message and how it ends."""
    with connect() as channel:
        stream = channel.unary_stream(SERVICE + "FetchX509SVID")(b"", metadata=GOOD)
        try:
            for message in stream:
                identities = [payload for number, payload in read_fields(message) if number == 1]
                say("message", len(identities))
            say("end OK")
        except grpc.RpcError as error:
            say("end", error.code().name)


def many():
    """More streams than a user may hold open, then more connections."""
    channel = connect()
    streams, codes = [], []
    for _ in range(6):
        stream = channel.unary_stream(SERVICE + "FetchX509SVID")(
            b"", metadata=GOOD, timeout=PATIENCE)
        try:
            next(stream)
            streams.append(stream)
            codes.append("OK")
        except grpc.RpcError as error:
            codes.append(error.code().name)
    say("streams", ",".join(codes))
    others = [connect() for _ in range(3)]
    codes = [call(other, "FetchJWTSVID", field(1, b"orders"))[0] for other in others]
    say("connections", ",".join(codes))
    for stream in streams:
        stream.cancel()
    for other in others + [channel]:
        other.close()


def orphan():
    """The process that connected has ended; its child goes on with the connection."""
    say("control", ask_by_hand(connect_by_hand()))
    reading, writing = os.pipe()
    middle = os.fork()
    if middle == 0:
        connection = connect_by_hand()
        parent = os.getpid()
        if os.fork() == 0:
            while os.getppid() == parent:
                time.sleep(0.01)
            os.write(writing, ask_by_hand(connection).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(middle, 0)
    say("orphan", os.read(reading, 64).decode())


def connect_by_hand():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    connection.settimeout(PATIENCE)
    return connection


def ask_by_hand(connection):
    """Asks for X.509-SVIDs in bare HTTP/2, and says whether an answer comes."""
    def frame(kind, flags, stream, payload=b""):
        return (len(payload).to_bytes(3, "big") + bytes([kind, flags])
                + stream.to_bytes(4, "big") + payload)

    fields = [
        (":method", "POST"), (":scheme", "http"), (":path", SERVICE + "FetchX509SVID"),
        (":authority", "localhost"), ("te", "trailers"), ("content-type", "application/grpc"),
    ] + list(GOOD)
    block = b"".join(
        b"\0" + b"".join(bytes([len(text)]) + text.encode() for text in field) for field in fields)
    connection.sendall(
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0) + frame(1, 4, 1, block)
        + frame(0, 1, 1, bytes(5)))
    received = b""
    while True:
        more = connection.recv(65536)
        if not more:
            return "closed"
        received += more
        while len(received) >= 9:
            size = int.from_bytes(received[:3], "big")
            if len(received) < 9 + size:
                break
            kind, flags = received[3], received[4]
            received = received[9 + size:]
            if kind == 0 and size:
                return "answered"
            if kind == 3 or (kind == 1 and flags & 1):
                return "refused"


actions = {
    "headers": headers, "forged": forged, "requests": requests, "denied": denied,
    "status": status, "held": held, "many": many, "orphan": orphan,
}
if len(sys.argv) > 3 and action in ("denied", "status", "held", "many"):
    os.setgroups([])
    os.setgid(int(sys.argv[3]))
    os.setuid(int(sys.argv[3]))
actions[action]()
