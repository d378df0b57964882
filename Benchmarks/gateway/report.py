"""The table that people read, and the JSON file that scripts do."""
import json, pathlib, platform, subprocess, time

from processes import ROOT
from . import summary
from .load import CONNECTIONS


class Results:
    def __init__(self, arguments, versions):
        self.arguments = arguments
        self.document = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "revision": _revision(),
            "machine": _machine(), "versions": versions, "rounds": arguments.rounds, "seconds": arguments.seconds,
            "quick": arguments.quick, "connections": CONNECTIONS,
            "pinning": {"proxy": arguments.proxy_core, "loadAndUpstream": arguments.load_core},
            "cases": [], "idleMemory": None}

    def print_head(self):
        document = self.document
        print("CPU microseconds a request (user and system time of the proxy's processes / requests), and the ratio")
        print("HAProxy / ours of paired rounds: above 1, ours takes less. Lower bound: 95%, bootstrap over the rounds.")
        for line in document["versions"]:
            print(f"  {line}")
        print(f"  {document['machine']}; revision {document['revision']}")
        print(f"  proxy on core {self.arguments.proxy_core}, wrk or h2load and nginx as upstream on core "
              f"{self.arguments.load_core}; {self.arguments.rounds} rounds of {self.arguments.seconds} s\n", flush=True)

    def add(self, case, samples, voids, checked):
        entry = {"case": case.name, "title": case.title, "note": case.note, "aim": case.aim, "void": voids,
                 "checked": checked,
                 "proxies": {name: _proxy(taken) for name, taken in samples.items()}}
        for name in ("haproxy", "nginx"):
            if samples.get(name) and samples.get("gatehouse"):
                entry[f"{name}/gatehouse"] = summary.compare(samples[name], samples["gatehouse"])
        self.document["cases"].append(entry)
        self._print(entry)

    def _print(self, entry):
        print(f"{entry['case']}: {entry['title']}" + (f" ({entry['note']})" if entry["note"] else ""))
        for name, proxy in entry["proxies"].items():
            print(f"  {name:10} {proxy['cpu']:7.1f} us (user {proxy['user']:.1f})  {proxy['rate']:8.0f}/s  "
                  f"p50 {proxy['p50'] / 1000:6.2f} ms  p99 {proxy['p99'] / 1000:6.2f} ms  "
                  f"{entry['checked'][name]}".rstrip())
        for name in ("haproxy", "nginx"):
            if ratio := entry.get(f"{name}/gatehouse"):
                aim = f", aim {entry['aim']}" if entry["aim"] and name == "haproxy" else ""
                print(f"  {name}/ours  median {ratio['median']:.2f}, lower bound {ratio['lower95']:.2f}{aim}")
        for reason in entry["void"]:
            print(f"  void: {reason}")
        if not entry["proxies"]:
            print("  not measured")
        elif "gatehouse" not in entry["proxies"]:
            print("  ours does not offer this here")
        print(flush=True)

    def add_memory(self, taken, voids):
        self.document["idleMemory"] = {
            "connections": 1000, "void": voids,
            "proxies": {name: {"before": pair[0], "connected": pair[1]} for name, pair in taken.items() if pair}}
        print("memory: resident MiB with 1,000 idle keep-alive plaintext connections, each after one request")
        for name, pair in taken.items():
            if pair:
                print(f"  {name:10} {pair[1]:6.1f} (before: {pair[0]:.1f})")
        for reason in voids:
            print(f"  void: {reason}")
        print(flush=True)

    def write(self):
        self.arguments.output.parent.mkdir(parents=True, exist_ok=True)
        self.arguments.output.write_text(json.dumps(self.document, indent=1) + "\n")
        print(f"every round: {self.arguments.output}")


def _proxy(samples):
    medians = {field: summary.median([getattr(sample, field) for sample in samples])
               for field in ("cpu", "user", "rate", "p50", "p99")}
    return {**medians, "rounds": [vars(sample) for sample in samples]}


def _revision():
    result = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return result.stdout.strip() or "unknown"


def _machine():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    cores = sum(line.startswith("processor") for line in lines)
    return f"{cores} x {model}, Linux {platform.release()}"
