"""Two million good and hostile requests over two key rotations, against `gatehouse dev`.

    COUNT=N Benchmarks/run soak      N: requests in all

Exits 1 when a verdict, a body, an event or the memory was not right.
"""
import collections, multiprocessing, os, statistics, sys, threading, time

from processes import Dev, Upstream, allocated, end_cleanly

from . import h2, manifests, tokens as made
from .client import MODULUS, Swarm
from .kinds import ALLOWED, ANONYMOUS, REFUSED, UNCERTAIN, all_kinds
from .log import Recorded

PHASES = 3
CONNECTIONS = 16
# Of a phase's requests, how many go over HTTP/2 with a good token; a quarter of these again with a forged one.
H2_SHARE = 20
SEED = int(os.environ.get("SEED", "1"))
# How much the memory of the last third may be above that of the second: what the allocator keeps comes and goes by
# some megabytes, and each rotation leaves other things in caches. Within the last third it has to stand still: three
# bytes lost with each request would be seen. Fewer requests than these end while caches, pools and buffers still fill.
GROWTH, CREEP, SETTLED = 1.15, 1.05, 200_000


def share(count, parts, number):
    return count // parts + (1 if number < count % parts else 0)


def swarm(address, kinds, count, seed, progress, results):
    results.put(Swarm(address, kinds, count, CONNECTIONS, seed, progress).run())


class Memory(threading.Thread):
    """Samples the memory of gateway and server twice a second, for each phase."""

    def __init__(self, dev):
        super().__init__(daemon=True)
        self.pids = {"gatehouse-gateway": dev.gateway(), "gatehouse dev": dev.process.pid}
        self.phase, self.ended = None, threading.Event()
        self.samples = {name: collections.defaultdict(list) for name in self.pids}

    def run(self):
        while not self.ended.wait(0.5):
            if (phase := self.phase) is not None:
                for name, pid in self.pids.items():
                    try:
                        self.samples[name][phase].append(allocated(pid))
                    except (OSError, StopIteration):
                        pass  # It is gone, which the clients notice too.

    def median(self, name, phase):
        values = self.samples[name][phase]
        return statistics.median(values) if values else 0

    def parts(self, name, phase):
        """The medians of a phase's second and last quarter."""
        values = self.samples[name][phase]
        quarter = len(values) // 4
        return [statistics.median(part) if part else 0 for part in (values[quarter:2 * quarter], values[3 * quarter:])]


def over_h2(dev, tokens, count):
    """Good and forged requests over HTTP/2, under way."""
    good, forged = max(1, count // H2_SHARE), max(1, count // H2_SHARE // 4)
    runs = [h2.Requests(tokens.second, good, "2").start(dev.address())]
    # Both come from one source. Once the good token is known, what others fail with does not touch it.
    time.sleep(0.5)
    return runs + [h2.Requests(next(made.forged(tokens.second)), forged, "4").start(dev.address())]


def run_phase(dev, kinds, count, phase):
    """Sends so many requests from as many processes as there are cores; what they saw."""
    workers = os.cpu_count() or 1
    results, progress = multiprocessing.Queue(), multiprocessing.Value("Q", lock=False)
    processes = [
        multiprocessing.Process(target=swarm, args=(
            dev.address(), kinds, share(count, workers, number), SEED * 1000 + phase * workers + number, progress, results))
        for number in range(workers)]
    for process in processes:
        process.start()
    tallies = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return tallies


def soak(count):
    problems = []
    with Upstream(body=manifests.ECHO) as upstream, Dev(manifests.files(upstream.port)) as dev:
        memory, tallies, others, old, kinds, took = Memory(dev), [], [], [], [], 0
        memory.start()
        for phase in range(PHASES):
            if phase:
                dev.cli("revoke", "--key", made.header(old[0])["kid"], "--reason", "soak")
            tokens = made.fetch(dev, list(old))
            kinds = all_kinds(tokens)
            start, memory.phase = time.monotonic(), phase
            runs = over_h2(dev, tokens, count // PHASES)
            tallies += run_phase(dev, kinds, share(count, PHASES, phase), phase)
            problems += [problem for run in runs for problem in run.problems()]
            others += runs
            memory.phase = None
            took += time.monotonic() - start
            old = tokens.good()
            rss = ", ".join(f"{name} {memory.median(name, phase):.0f} MB" for name in memory.samples)
            print(f"phase {phase + 1} of {PHASES}: {sum(sum(t.statuses.values()) for t in tallies)} requests in "
                  f"{took:.0f} s; {rss}", flush=True)
        memory.ended.set()
        dev.stop()
        folder = dev.folder / "s/log/gateway"
        print(dev.cli("audit", "verify", "--log", folder))
        problems += report(kinds, tallies, took)
        problems += compare(Recorded(folder), kinds, tallies, others)
        problems += growth(memory, count)
    return problems


def report(kinds, tallies, took):
    statuses = sum((tally.statuses for tally in tallies), collections.Counter())
    total = sum(statuses.values())
    latencies = sorted(value for tally in tallies for value in tally.latencies)
    print(f"{total} requests, {total / took:.0f}/s; reads: p50 {latencies[len(latencies) // 2] * 1000:.1f} ms, "
          f"p99 {latencies[len(latencies) * 99 // 100] * 1000:.1f} ms")
    for kind in kinds:
        seen = {status: number for (name, status), number in sorted(statuses.items()) if name == kind.name}
        print(f"  {kind.name:20} " + ", ".join(f"{status or 'left'}: {number}" for status, number in seen.items()))
    untried = [kind.name for kind in kinds if kind.tires and not statuses[kind.name, 401]]
    if untried:
        return [f"never looked at, because their sources had failed too often: {', '.join(untried)}"]
    wrong = sum(tally.wrong_count for tally in tallies)
    examples = [text for tally in tallies for text in tally.wrong][:40]
    return [f"{wrong} answers were not right, such as"] + examples if wrong else []


def compare(recorded, kinds, tallies, others):
    """Each answer's event, and no other."""
    sent = {wanted: sum(run.count for run in others if run.wanted == wanted) for wanted in "24"}
    account = {kind.name: kind.account for kind in kinds}
    answered, problems = collections.Counter(), []
    for tally in tallies:
        for (name, _), number in tally.statuses.items():
            answered[account[name]] += number
    answered[ANONYMOUS] += sent["4"]
    if sent["2"] != recorded.h2:
        problems.append(f"{sent['2']} requests were allowed over HTTP/2, and {recorded.h2} events say so")
    print(f"HTTP/2: {sent['2']} allowed, {sent['4']} forged")
    for name in (ALLOWED, REFUSED):
        identifiers = sum(tally.identifiers[name] for tally in tallies) % MODULUS
        if answered[name] != recorded.counts[name] or identifiers != recorded.identifiers[name]:
            problems.append(f"{answered[name]} requests were {name}, and {recorded.counts[name]} events say so"
                            + ("" if answered[name] != recorded.counts[name] else ", of other requests"))
    counted = recorded.anonymous + recorded.suppressed
    if answered[ANONYMOUS] != counted:
        problems.append(f"{answered[ANONYMOUS]} requests came without an accepted credential; {recorded.anonymous} have "
                        f"events and {recorded.suppressed} are counted")
    if recorded.uncertain > answered[UNCERTAIN]:
        problems.append(f"{recorded.uncertain} events for {answered[UNCERTAIN]} requests that broke off")
    if recorded.unrecorded:
        problems.append(f"{recorded.unrecorded} events found no room")
    print(f"events: {answered[ALLOWED]} allowed, {answered[REFUSED]} refused, {counted} without an accepted credential "
          f"({recorded.anonymous} one by one), {recorded.uncertain} of {answered[UNCERTAIN]} that broke off")
    return problems


def growth(memory, count):
    """Flat: the median of the last third is about that of the second, and that of its end about that of its middle."""
    problems = []
    for name in memory.samples:
        second, last = memory.median(name, 1), memory.median(name, 2)
        middle, end = memory.parts(name, 2)
        print(f"memory: {name} {second:.1f} MB in the second third, {last:.1f} MB in the last, "
              f"there {middle:.1f} MB in the second quarter and {end:.1f} MB in the fourth")
        grew = last > second * GROWTH or end > middle * CREEP
        if name == "gatehouse-gateway" and count >= SETTLED and grew:
            problems.append(f"the memory of {name} grew: {second:.1f}, {last:.1f}; {middle:.1f}, {end:.1f} MB")
    return problems


if __name__ == "__main__":
    end_cleanly()
    problems = soak(int(os.environ.get("COUNT") or 2_000_000))
    for problem in problems:
        print(problem, file=sys.stderr)
    print("soak: " + ("failed" if problems else "every verdict, answer and event was right"))
    sys.exit(1 if problems else 0)
