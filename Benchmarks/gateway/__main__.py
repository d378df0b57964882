"""Compares the gateway with HAProxy and NGINX, each in turn on one core, load generator and upstream on the other.

    python -m gateway [--quick] [--rounds N] [--seconds S] [--case NAME ...] [--output FILE]
"""
import argparse, dataclasses, itertools, os, pathlib, shutil, sys, tempfile

from processes import ROOT, Upstream, end_cleanly

from . import report
from .cases import CASES, REUSED_TOKENS, VoidRound, idle_memory, measure
from .certificate import ServerCertificate
from .load import HOST, LoadFailure
from .ours import Gatehouse
from .proxies import HAProxy, NGINX
from .tokens import Issuer
from .verdicts import check

ATTEMPTS = 3
# Requests a second for which tokens are made; a run that is faster ends early.
TOKEN_RATE = 30_000


@dataclasses.dataclass
class TokenFiles:
    warm_up: pathlib.Path | None
    measured: pathlib.Path | None


class Setting:
    """What all measurements of one run share."""

    def __init__(self, folder, upstream, arguments):
        self.upstream, self.seconds = upstream, arguments.seconds
        self.proxy_core, self.load_core = arguments.proxy_core, arguments.load_core
        self.certificate = ServerCertificate(folder, HOST)
        self.issuer = Issuer(folder)
        self._files = {}

    def tokens_for(self, case):
        """The tokens of a case; those of the warm-up are not among those of the measurement."""
        if not case.pool:
            return TokenFiles(None, None)
        if (case.pool, case.reused) not in self._files:
            name = f"{case.pool}-{'reused' if case.reused else 'distinct'}"
            count = REUSED_TOKENS if case.reused else int(TOKEN_RATE * self.seconds) + 1000
            measured = self.issuer.pool(case.pool, count, name)
            warm_up = measured if case.reused else self.issuer.pool(case.pool, TOKEN_RATE, f"{name}-warm-up")
            self._files[case.pool, case.reused] = TokenFiles(warm_up, measured)
        return self._files[case.pool, case.reused]


def attempt(work, kind, setting, voids, feature="plain"):
    """One measurement with a fresh process; a void one is repeated."""
    for remaining in reversed(range(ATTEMPTS)):
        try:
            with kind(setting, feature) as proxy:
                return work(proxy)
        except (VoidRound, LoadFailure) as reason:
            voids.append(f"{kind.name}: {reason}")
            if not remaining:
                return None


def run_case(case, kinds, rounds, setting):
    """The samples of each proxy, round by round; the order of the proxies changes with each round."""
    setting.tokens_for(case)
    able = [kind for kind in kinds if case.feature in kind.features]
    orders = list(itertools.permutations(able))
    samples, voids, checked = {kind.name: [] for kind in able}, [], {}
    for kind in able:
        checked[kind.name] = attempt(lambda proxy: check(case, proxy, setting), kind, setting, voids, case.feature)
    if None in checked.values():
        return {}, voids, checked
    for number in range(rounds):
        if sys.stderr.isatty():
            print(f"\r{case.name}: round {number + 1} of {rounds} \r", end="", file=sys.stderr, flush=True)
        taken = {kind.name: attempt(lambda proxy: measure(case, proxy, setting), kind, setting, voids, case.feature)
                 for kind in orders[number % len(orders)]}
        if None in taken.values():
            return {}, voids, checked
        for name, sample in taken.items():
            samples[name].append(sample)
    return samples, voids, checked


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="3 rounds of 2 s: for trying, not for numbers")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES] + ["memory"])
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / ".build/bench-gateway.json")
    parser.add_argument("--proxy-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 3, 2
    if not {arguments.proxy_core, arguments.load_core} <= os.sched_getaffinity(0):
        sys.exit("two cores are needed: one for the proxy, one for load generator and upstream")
    kinds = [HAProxy, NGINX, Gatehouse]
    wanted = arguments.case or [case.name for case in CASES] + ["memory"]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gh-bench-gateway-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with Upstream(arguments.load_core) as upstream:
            setting = Setting(folder, upstream, arguments)
            results = report.Results(arguments, [kind(setting).version() for kind in kinds])
            results.print_head()
            for case in CASES:
                if case.name in wanted:
                    results.add(case, *run_case(case, kinds, arguments.rounds, setting))
            if "memory" in wanted:
                voids = []
                results.add_memory({kind.name: attempt(idle_memory, kind, setting, voids) for kind in kinds}, voids)
            results.write()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    end_cleanly()
    main()
