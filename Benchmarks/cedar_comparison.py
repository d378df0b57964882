"""Compares CedarPolicy with the reference engine (Rust, through cedarpy) on the same files in the same run.

Policies, entities and requests follow from a seed. Whatever their number, a request meets about the
same number of policies whose scopes match it."""
import json, os, pathlib, random, shutil, statistics, subprocess, sys, tempfile, time

SIZES = (10, 1_000, 10_000)
REQUESTS = 2_000
# How often each engine is timed; the reference scans all policies, so its samples are fewer.
REFERENCE_SECONDS = float(os.environ.get("BENCH_SECONDS", "5")) / 2


def uid(type, id):
    return {"type": type, "id": id}


def entity(type, id, parents=(), **attributes):
    return {"uid": uid(type, id), "attrs": attributes, "parents": list(parents)}


def request(principal, action, resource, **context):
    return {"principal": principal, "action": uid("Action", action), "resource": resource, "context": context}


def scopes(size, rng):
    """Policies that differ in their scopes only: two for each user, one for everybody."""
    policies, users = [], max(1, (size - 1) // 2)
    for number in range(users):
        policies.append(f'permit(principal == User::"user-{number}", action == Action::"read", resource);')
        policies.append(f'permit(principal == User::"user-{number}", action == Action::"write", '
                        f'resource == Document::"document-{number}");')
    while len(policies) < size:
        policies.append('forbid(principal, action == Action::"delete", resource);')
    entities = [entity("User", f"user-{number}") for number in range(users)]
    entities += [entity("Document", f"document-{number}") for number in range(users)]
    requests = []
    for _ in range(REQUESTS):
        number = rng.randrange(users)
        document = number if rng.random() < 0.7 else rng.randrange(users)
        requests.append(request(uid("User", f"user-{number}"), rng.choice(["read", "write", "delete"]),
                                uid("Document", f"document-{document}")))
    return policies, entities, requests


def shallow(size, rng):
    """Users in two teams, documents in a folder, policies for a team and a folder."""
    teams, folders = size, max(2, size // 4)
    policies = [f'permit(principal in Team::"team-{number}", action in [Action::"read", Action::"list"], '
                f'resource in Folder::"folder-{number % folders}");' for number in range(size - 1)]
    policies.append('forbid(principal, action == Action::"delete", resource);')
    entities = [entity("Team", f"team-{number}") for number in range(teams)]
    entities += [entity("Folder", f"folder-{number}") for number in range(folders)]
    of_user, of_document = [], []
    for number in range(2_000):
        of_user.append(sorted(rng.sample(range(teams), 2)))
        entities.append(entity("User", f"user-{number}", [uid("Team", f"team-{team}") for team in of_user[-1]]))
        of_document.append(rng.randrange(folders))
        entities.append(entity("Document", f"document-{number}", [uid("Folder", f"folder-{of_document[-1]}")]))
    documents = {}
    for number, folder in enumerate(of_document):
        documents.setdefault(folder, []).append(number)
    requests = []
    for _ in range(REQUESTS):
        user = rng.randrange(2_000)
        folder = rng.choice(of_user[user]) % folders
        document = rng.choice(documents.get(folder, range(2_000)))
        requests.append(request(uid("User", f"user-{user}"), rng.choice(["read", "list", "write", "delete"]),
                                uid("Document", f"document-{document}")))
    return policies, entities, requests


DEPTH = 10


def tree(type, leaves):
    """Ten levels with more and more nodes; gives each node's parent and the nodes of the last level."""
    widths = [max(1, round(leaves ** (level / (DEPTH - 1)))) for level in range(DEPTH)]
    parents, first = {}, 0
    for level, width in enumerate(widths):
        for place in range(width):
            above = first - widths[level - 1] + place * widths[level - 1] // width if level else None
            parents[first + place] = above
        first += width
    entities = [entity(type, f"{type.lower()}-{node}", [] if above is None else [uid(type, f"{type.lower()}-{above}")])
                for node, above in parents.items()]
    return entities, parents, range(first - widths[-1], first)


def deep(size, rng):
    """Groups and folders in trees of depth ten, policies for a group and a folder anywhere in them."""
    groups, above_group, last_groups = tree("Group", max(500, size // 3))
    folders, above_folder, last_folders = tree("Folder", max(500, size // 3))
    entities = groups + folders
    group_of = [rng.choice(last_groups) for _ in range(2_000)]
    folder_of = [rng.choice(last_folders) for _ in range(2_000)]
    entities += [entity("User", f"user-{number}", [uid("Group", f"group-{group}")])
                 for number, group in enumerate(group_of)]
    entities += [entity("Document", f"document-{number}", [uid("Folder", f"folder-{folder}")])
                 for number, folder in enumerate(folder_of)]
    # Each user meets policies at some of its groups; one of the tree's tops has one for everybody.
    nodes = rng.sample(range(1, len(groups)), min(size - 2, len(groups) - 1))
    policies = []
    for number in range(size - 2):
        group = nodes[number % len(nodes)]
        folder = rng.choice([0, rng.randrange(len(folders))])
        policies.append(f'permit(principal in Group::"group-{group}", action in [Action::"read", Action::"list"], '
                        f'resource in Folder::"folder-{folder}");')
    policies.append('permit(principal in Group::"group-0", action == Action::"list", resource in Folder::"folder-0");')
    policies.append('forbid(principal, action == Action::"delete", resource);')
    requests = [request(uid("User", f"user-{rng.randrange(2_000)}"), rng.choice(["read", "list", "delete"]),
                        uid("Document", f"document-{rng.randrange(2_000)}")) for _ in range(REQUESTS)]
    return policies, entities, requests


CONDITION = """when {
  context.mfa && context.port == 443 && context.region == "eu-west-1" && context.hour >= 6 && context.hour < 20 &&
  context.source.isInRange(ip("10.0.0.0/8")) &&
  principal.department == resource.department && principal.level >= resource.classification &&
  principal.tags.contains("employee") && resource.labels.containsAny(["public", "internal"]) &&
  principal.email like "*@example.com" && resource.owner != principal && resource.meta.region == context.region
} unless { (principal has suspended && principal.suspended) || context.risk > 1 * 70 }"""


def attributes(size, rng):
    """A policy for each team with fifteen tests of attributes; users are in two teams."""
    teams = size - 1
    policies = [f'permit(principal in Team::"team-{number}", action == Action::"read", resource is Document) {CONDITION};'
                for number in range(teams)]
    policies.append('forbid(principal, action, resource is Document) when { resource.locked && !context.mfa };')
    entities = [entity("Team", f"team-{number}") for number in range(teams)]
    departments = ["engineering", "finance", "sales", "operations and logistics"]
    for number in range(2_000):
        parents = [uid("Team", f"team-{team}") for team in rng.sample(range(teams), 2)]
        more = {"suspended": rng.random() < 0.1} if rng.random() < 0.3 else {}
        entities.append(entity(
            "User", f"user-{number}", parents, department=departments[number % 2], level=rng.randrange(2, 8),
            tags=["employee", "remote"], email=f"user-{number}@example.com", manager={"__entity": uid("User", "user-0")},
            **more))
        entities.append(entity(
            "Document", f"document-{number}", department=departments[number % 2], classification=rng.randrange(4),
            labels=rng.sample(["public", "internal", "secret", "draft"], 2), locked=rng.random() < 0.1,
            owner={"__entity": uid("User", f"user-{rng.randrange(2_000)}")},
            meta={"region": "eu-west-1", "created": 1_700_000_000 + number}))
    requests = []
    for _ in range(REQUESTS):
        number = rng.randrange(2_000)
        document = (number + 2 * rng.randrange(1_000)) % 2_000
        requests.append(request(
            uid("User", f"user-{number}"), "read", uid("Document", f"document-{document}"), mfa=rng.random() < 0.95,
            port=443, region="eu-west-1", hour=rng.randrange(5, 21), risk=rng.randrange(80),
            source={"__extn": {"fn": "ip", "arg": f"10.1.2.{rng.randrange(256)}"}}))
    return policies, entities, requests


SHAPES = {"scopes": scopes, "shallow": shallow, "deep": deep, "attributes": attributes}


def quoted(reference):
    return f'{reference["type"]}::"{reference["id"]}"'


class Reference:
    """cedarpy with a prepared policy set and prepared entities."""

    def __init__(self, policies, entities, requests):
        import cedarpy
        self.cedarpy = cedarpy
        self.policies = cedarpy.PolicySet.from_str("\n".join(policies))
        self.empty = cedarpy.PolicySet.from_str("")
        self.entities = cedarpy.Entities.from_json_str(json.dumps(entities))
        self.requests = [{**request, **{part: quoted(request[part]) for part in ("principal", "action", "resource")}}
                         for request in requests]

    def decisions(self, count):
        results = self.cedarpy.is_authorized_batch(self.requests[:count], self.policies, self.entities)
        return [result.decision.value.lower() for result in results]

    def times(self, policies):
        """Seconds for one request, each sample from a batch of twenty."""
        samples, end, place = [], time.perf_counter() + REFERENCE_SECONDS, 0
        while time.perf_counter() < end or len(samples) < 5:
            batch = self.requests[place:place + 20]
            start = time.perf_counter()
            self.cedarpy.is_authorized_batch(batch, policies, self.entities)
            samples.append((time.perf_counter() - start) / len(batch))
            place = (place + 20) % (len(self.requests) - 20)
        return samples


def percentile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def compare(name, size, executable):
    policies, entities, requests = SHAPES[name](size, random.Random(f"{name} {size}"))
    assert len(policies) == size, (name, size, len(policies))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cedar-bench-"))
    try:
        # Several files, as one text may not have more than 4 MiB.
        for start in range(0, size, 2_000):
            (folder / f"policies-{start}.cedar").write_text("\n".join(policies[start:start + 2_000]))
        (folder / "entities.json").write_text(json.dumps(entities))
        (folder / "requests.jsonl").write_text("\n".join(map(json.dumps, requests)))
        output = subprocess.run([executable, folder], capture_output=True, text=True)
        if output.returncode != 0:
            sys.exit(f"cedar-bench failed: {output.stdout}{output.stderr}")
        own = json.loads(output.stdout)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    reference = Reference(policies, entities, requests)
    count = min(len(requests), 4_000_000 // size)
    different = [number for number, pair in enumerate(zip(own["decisions"], reference.decisions(count))) if pair[0] != pair[1]]
    if different:
        sys.exit(f"{name} {size}: the engines decide {len(different)} requests differently, such as {requests[different[0]]}")
    times, binding = reference.times(reference.policies), reference.times(reference.empty)
    median, bare = statistics.median(times) * 1e6, statistics.median(binding) * 1e6
    mine = own["median"]
    print(f"{name:<11}{size:>7}{len(entities):>9}{own['satisfied']:>7.1f}{own['allowed']:>8.0%}"
          f"{mine:>9.2f}{own['p99']:>8.2f}{own['decisionMedian']:>10.2f}"
          f"{median:>11.1f}{percentile(times, 0.99) * 1e6:>10.1f}{max(0.0, median - bare):>11.1f}"
          f"{median / mine:>8.0f}{max(0.0, median - bare) / mine:>8.0f}{own['compileMilliseconds']:>9.1f}{count:>8}", flush=True)


def main(executable):
    try:
        import cedarpy
    except ImportError:
        sys.exit("cedarpy is missing: pip install cedarpy")
    if not pathlib.Path(executable).exists():
        sys.exit(f"{executable} is missing: swift build -c release --static-swift-stdlib --product cedar-bench")
    print("cedar: microseconds for one decision. `reference` is cedarpy.is_authorized_batch on a prepared policy set and entities,\n"
          "the Python binding included; `net` is its median minus that of a run without policies. `x` and `x net` compare medians\n"
          "with ours. `satisfied` is satisfied or failing policies for a request; `decided` is our answer without reasons.\n"
          "`checked` decisions were equal.")
    print(f"{'shape':<11}{'policies':>7}{'entities':>9}{'satisf':>7}{'allow':>8}{'ours':>9}{'p99':>8}{'decided':>10}"
          f"{'reference':>11}{'p99':>10}{'net':>11}{'x':>8}{'x net':>8}{'compile':>9}{'checked':>8}")
    wanted = os.environ.get("BENCH_SHAPES", "").split() or SHAPES
    for name in wanted:
        for size in SIZES:
            compare(name, size, executable)


if __name__ == "__main__":
    main(sys.argv[1])
