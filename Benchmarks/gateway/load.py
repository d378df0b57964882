"""The load generators, and what they counted."""
import dataclasses, json, pathlib, re, subprocess, tempfile

from processes import pinned, program

HOST = "bench.example"
BODY_END = b"x" * 64
CONNECTIONS = 32
H2_CONNECTIONS, H2_STREAMS = 8, 8
SCRIPT = pathlib.Path(__file__).resolve().parent / "requests.lua"


@dataclasses.dataclass
class Count:
    """What one run of a load generator saw. Times in microseconds."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float
    note: str = ""


class LoadFailure(Exception):
    pass


def wrk(port, host, seconds, core, tls=False, tokens=None, repeat=False):
    """HTTP/1.1 with keep-alive. A file of tokens is served in order, and the run ends before it would begin again."""
    command = pinned(core, [program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", SCRIPT,
                            f"{'https' if tls else 'http'}://127.0.0.1:{port}/", "--", host])
    if tokens:
        command += [tokens, "repeat" if repeat else "once"]
    output = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    line = next((line for line in output.stdout.splitlines() if line.startswith("RESULT ")), None)
    if not line:
        raise LoadFailure(f"wrk: {output.stderr.strip() or output.stdout.strip()}")
    result = json.loads(line[7:])
    if result["exhausted"] > 1:
        raise LoadFailure("wrk used a token twice")
    return Count(result["requests"], result["microseconds"] / 1e6, result["refused"] + result["broken"],
                 result["p50"], result["p99"], "ended with its tokens" if result["exhausted"] else "")


def h2load(port, host, seconds, core):
    """HTTP/2 with prior knowledge, several streams on each connection."""
    with tempfile.NamedTemporaryFile(prefix="gh-h2load-") as log:
        command = pinned(core, [
            program("h2load", "nghttp2-client"), "-t1", f"-c{H2_CONNECTIONS}", f"-m{H2_STREAMS}", f"-D{seconds}",
            "--log-file", log.name, "-H", f":authority: {host}", f"http://127.0.0.1:{port}/"])
        output = subprocess.run(command, capture_output=True, text=True).stdout
        times = sorted(int(line.split("\t")[2]) for line in log.read().decode().splitlines())
    codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output)
    requests = re.search(r"requests: .* (\d+) failed, (\d+) errored, (\d+) timeout", output)
    if not codes or not requests or not times:
        raise LoadFailure(f"h2load: {output.strip()[-300:]}")
    good, *other = (int(number) for number in codes.groups())
    failed = sum(other) + sum(int(number) for number in requests.groups())
    return Count(good, seconds, failed, times[len(times) // 2], times[len(times) * 99 // 100])
