#!/usr/bin/env python3
"""What a gateway's checks in shadow would have refused, out of its log.

    would-refuse.py state/log/gateway

One line for each service, operation, principal and reason: how often, and the last request id.
"""

import collections
import json
import pathlib
import sys


def events(folder):
    for path in sorted(pathlib.Path(folder, "segment").rglob("*")):
        if path.is_file():
            for line in path.read_text().splitlines():
                yield json.loads(line.split(" ", 2)[2])


def main(folder):
    found = collections.Counter()
    last = {}
    for event in events(folder):
        request = event.get("request", {})
        decision = event.get("decision", {})
        reasons = [r for r in decision.get("reasons", []) if r.startswith("would-refuse")]
        if decision.get("shadow", {}).get("outcome") == "deny":
            reasons.append("policies in shadow: " + ", ".join(decision["shadow"]["policies"]))
        for reason in reasons:
            key = (
                request.get("service", "-"), request.get("operation") or "-",
                event.get("workload", "nobody"), reason,
            )
            found[key] += 1
            last[key] = request.get("requestId")
    for key, count in found.most_common():
        print(count, *key, last[key], sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
