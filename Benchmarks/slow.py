"""Slow heads, slow bodies and slow readers (slowhttptest, a thousand connections) against `gatehouse dev`: what a
good client notices, and what the gateway's memory does. Exits 1 when the good client got anything but its answers.
"""
import collections, http.client, multiprocessing, os, re, resource, signal, subprocess, sys, tempfile, threading, time

from processes import GATEHOUSE, Dev, Upstream, end_cleanly, program, resident, workload

CONNECTIONS = int(os.environ.get("CONNECTIONS", "1000"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "20"))
COLOUR = re.compile("\x1b\\[[0-9;]*[A-Za-z]")
AUDIENCE, SCOPE, HOST = "https://slow.example", "slow", "127.0.0.1"

CONTRACT = """openapi: 3.1.0
info: {title: Slow, version: "1"}
paths:
  /small: {get: {operationId: small, security: [{w: [slow]}], responses: {"200": {description: ok}}}}
  /large: {get: {operationId: large, security: [{w: [slow]}], responses: {"200": {description: ok}}}}
  /whole:
    post:
      operationId: whole
      security: [{w: [slow]}]
      requestBody: {content: {application/x-www-form-urlencoded: {}}}
      responses: {"200": {description: ok}}
components:
  securitySchemes:
    w: {type: oauth2, flows: {clientCredentials: {tokenUrl: /t, scopes: {slow: s}}}}
"""

SERVICE = """apiVersion: gatehouse.dev/v1
kind: Service
metadata: {name: slow}
spec:
  owner: bench
  purpose: measuring
  exposure: internal
  audience: %s
  routes: [{host: %s, pathPrefix: /}]
  upstream: http://127.0.0.1:%d
  contract: slow.openapi.yaml
  tokenLifetime: 1h
"""

# What slowhttptest is told. The gateway's own times for head, body and writing end these connections or bear them.
ATTACKS = {
    "slow heads": ["-H", "-i", "5", "-x", "24", "-t", "GET", "-u", "/small"],
    "slow bodies": ["-B", "-i", "5", "-s", "60000", "-x", "10", "-t", "POST", "-u", "/whole"],
    "slow readers": ["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3", "-t", "GET", "-u", "/large"],
}


def good_client(address, token, seconds, results):
    """One request after the other, with a pause of 5 ms; their times in milliseconds, and what else came."""
    times, wrong = [], []
    connection = http.client.HTTPConnection(*address, timeout=10)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        try:
            connection.request("GET", "/small", headers={"Host": HOST, "Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                wrong.append(str(answer.status))
        except (OSError, http.client.HTTPException) as error:
            wrong.append(type(error).__name__)
            connection.close()
        times.append((time.monotonic() - start) * 1000)
        time.sleep(0.005)
    results.put((sorted(times), wrong))


def watched(dev, token, seconds, command=None):
    """What the good client saw and the gateway's largest memory, while the command ran."""
    results, peak, ended = multiprocessing.Queue(), [0.0], threading.Event()

    def watch():
        while not ended.wait(0.1):
            peak[0] = max(peak[0], resident(dev.gateway_pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    attack = command and subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tempfile.gettempdir())
    client = multiprocessing.Process(target=good_client, args=(dev.address(), token, seconds, results))
    client.start()
    times, wrong = results.get()
    client.join()
    output = ""
    if attack:
        # It writes what it has to say only at an end of its own.
        attack.send_signal(signal.SIGINT)
        output = attack.communicate()[0]
    ended.set()
    watcher.join()
    return times, wrong, peak[0], output


def percentile(times, share):
    return times[min(len(times) - 1, int(len(times) * share))]


def line(name, times, wrong, memory):
    print(f"  {name:7} p50 {percentile(times, 0.5):6.1f} ms  p99 {percentile(times, 0.99):6.1f} ms  "
          f"worst {times[-1]:6.1f} ms  {len(times)} requests, "
          f"{dict(collections.Counter(wrong)) or 'all'} {'not ' if wrong else ''}answered with 200; memory {memory:.0f} MB",
          flush=True)


def attack_command(dev, token, options):
    path = options[options.index("-u") + 1]
    host, port = dev.address()
    options = options[:options.index("-u")]
    # It has no option for a field of one's own; what follows a cookie's line is one.
    cookie = f"a=b\r\nAuthorization: Bearer {token}"
    return [program("slowhttptest"), "-c", str(CONNECTIONS), "-r", "500", "-l", str(SECONDS), "-p", "5",
            "-u", f"http://{host}:{port}{path}", "-j", cookie, *options]


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, CONNECTIONS * 2 + 100)), hard))
    failed = False
    with Upstream() as upstream, Dev({
            "cli.yaml": workload("cli", GATEHOUSE), "service.yaml": SERVICE % (AUDIENCE, HOST, upstream.port),
            "slow.openapi.yaml": CONTRACT, "slow.cedar": "permit (principal, action, resource);\n"}) as dev:
        dev.gateway_pid = dev.gateway()
        (upstream.folder / "large").write_bytes(b"x" * (8 << 20))
        token = dev.token(AUDIENCE, [SCOPE], "cli")
        watched(dev, token, 2)
        for name, options in ATTACKS.items():
            print(f"{name}: {CONNECTIONS} connections")
            for moment, seconds, command in (
                    ("before", 5, None), ("during", SECONDS, attack_command(dev, token, options)), ("after", 5, None)):
                times, wrong, memory, output = watched(dev, token, seconds, command)
                line(moment, times, wrong, memory)
                failed = failed or bool(wrong)
                if moment == "during":
                    print("  " + last_state(output))
        print("slow: " + ("the good client was refused or cut off" if failed else "the good client got every answer"))
    sys.exit(1 if failed else 0)


def last_state(output):
    """What slowhttptest last said about its connections."""
    states = {}
    for text in COLOUR.sub("", output).splitlines():
        name, _, value = text.partition(":")
        if name.strip() in ("pending", "connected", "error", "closed", "service available"):
            states[name.strip()] = value.strip()
    return "slowhttptest's connections at the end: " + ", ".join(f"{name} {value}" for name, value in states.items())


if __name__ == "__main__":
    end_cleanly()
    main()
