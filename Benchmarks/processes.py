"""What benchmarks start, and what they read about a running process."""
import http.client, os, pathlib, pwd, shutil, signal, socket, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The kernel names executables by their real paths.
BIN = pathlib.Path(os.environ.get("GATEHOUSE_BIN", ROOT / ".build/release")).resolve()
GATEHOUSE, GATEWAY, LOAD = BIN / "gatehouse", BIN / "gatehouse-gateway", BIN / "gatehouse-load"


def program(name, package=None):
    """The path of an installed program; ends the benchmark where there is none."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if not path:
        sys.exit(f"{name} is missing: apt-get install {package or name}")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(core, command):
    """The command, held to one core; `None` holds it to none."""
    return [program("taskset", "util-linux"), "-c", str(core), *command] if core is not None else list(command)


def await_port(port, process, name, seconds=20):
    """Returns once somebody listens; ends the benchmark when the process does not live to do it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"{name} ended with {process.returncode} before it listened")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"{name} does not listen on port {port} after {seconds} s")


def descendants(pid):
    """The process and what it started, as the kernel lists them."""
    found, queue = [], [pid]
    while queue:
        current = queue.pop()
        found.append(current)
        for path in pathlib.Path(f"/proc/{current}/task").glob("*/children"):
            try:
                queue += [int(child) for child in path.read_text().split()]
            except OSError:
                pass
    return found


def resident(pid):
    """Resident memory of a process in MiB."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS"))) / 1024


def allocated(pid):
    """Resident memory of a process in MiB that belongs to no file: what it has asked for. Code comes and goes with
    what is called, and is shared."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("RssAnon"))) / 1024


def cpu_seconds(pid):
    """User time and system time of a process; the kernel rounds them to its tick, mostly 10 ms."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return tuple(int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in fields[11:13])


def nginx_user():
    """The line that keeps nginx's worker the user who started it; only root may and must say so."""
    return f"user {pwd.getpwuid(0).pw_name};\n" if os.getuid() == 0 else ""


def end_cleanly():
    """Lets a SIGTERM end the benchmark as an error does, so that what it started ends with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))


def stop(process, seconds=30):
    """Asks the process to end, and kills it if it does not."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Upstream:
    """nginx with one worker, a small answer, and connections that stay open."""

    BODY = "x" * 64

    def __init__(self, core=None, body=BODY):
        self.core, self.body = core, body

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gh-nginx-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.port = free_port()
        (self.folder / "nginx.conf").write_text(
            f"worker_processes 1; pid {self.folder}/pid; error_log /dev/null;\n"
            f"{nginx_user()}events {{ worker_connections 4096; }}\n"
            "http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;\n"
            f"  client_body_temp_path {self.folder}/body; client_max_body_size 64m;\n"
            f"  server {{ listen 127.0.0.1:{self.port} backlog=4096; default_type text/plain;\n"
            f"    location / {{ return 200 '{self.body}'; }}\n"
            # Whole: it answers only once it has the whole body. The others answer to the head already.
            f"    location /whole {{ proxy_pass http://127.0.0.1:{self.port}/echo; proxy_temp_path {self.folder}/proxy; }}\n"
            f"    location /large {{ root {self.folder}; }} }} }}\n")
        (self.folder / "large").write_text(self.body * 1024)
        command = [program("nginx", "nginx-light"), "-c", self.folder / "nginx.conf", "-g", "daemon off;"]
        self.process = subprocess.Popen(pinned(self.core, command), stderr=subprocess.DEVNULL)
        await_port(self.port, self.process, "nginx")
        return self

    def __exit__(self, *_):
        stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


class Dev:
    """A running `gatehouse dev` in a temporary folder, with these files applied."""

    def __init__(self, files):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gh-bench-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.manifests = self.folder / "m"
        self.manifests.mkdir()
        for name, text in files.items():
            (self.manifests / name).write_text(text)

    def __enter__(self):
        self.errors = open(self.folder / "dev.log", "w")
        self.process = subprocess.Popen(
            [GATEHOUSE, "dev", "--state", self.folder / "s", "-f", self.manifests],
            stdout=subprocess.DEVNULL, stderr=self.errors)
        path = self.folder / "s/dev.env"
        while not path.exists():
            if self.process.poll() is not None:
                sys.exit(f"gatehouse dev did not start: {(self.folder / 'dev.log').read_text().strip()}")
            time.sleep(0.02)
        self.values = dict(line.split("=", 1) for line in path.read_text().splitlines())
        self.trust_domain = self.values["GATEHOUSE_TRUST_DOMAIN"]
        self.environment = {**os.environ, **self.values}
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self):
        if self.process.poll() is None:
            stop(self.process)

    def cli(self, *arguments):
        result = subprocess.run([GATEHOUSE, *arguments], env=self.environment, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"gatehouse {arguments[0]}: {result.stderr}")
        return result.stdout.strip()

    def token(self, audience, scopes, workload):
        """An access token for the workload with this path below `/bench/`, which must match the command's own process."""
        scopes = [argument for scope in scopes for argument in ("--scope", scope)]
        return self.cli("token", "--audience", audience, *scopes, "--spiffe-id", self.spiffe_id(workload))

    def spiffe_id(self, workload):
        return f"spiffe://{self.trust_domain}/bench/{workload}"

    def gateway(self):
        """The process id of the gateway."""
        for line in subprocess.run(["ps", "-eo", "pid,ppid,comm"], capture_output=True, text=True).stdout.splitlines()[1:]:
            pid, parent, name = line.split(None, 2)
            if int(parent) == self.process.pid and name.startswith("gatehouse-gatew"):
                return int(pid)
        sys.exit("no gateway process")

    def address(self):
        host, port = self.values["GATEHOUSE_GATEWAY_URL"][7:].split(":")
        return host, int(port)


def workload(name, executable):
    return f"""apiVersion: gatehouse.dev/v1
kind: Workload
metadata: {{name: {name}}}
spec:
  path: /bench/{name}
  owner: bench
  purpose: measuring
  environment: bench
  evidence: [{{attestor: unix, match: {{path: "{executable}"}}}}]
"""


def status(address, token, path="/", host="bench.example"):
    """The status of one GET over a connection of its own."""
    connection = http.client.HTTPConnection(*address, timeout=5)
    connection.request("GET", path, headers={"Host": host, "Authorization": f"Bearer {token}"})
    code = connection.getresponse().status
    connection.close()
    return code
