"""What the benches and proofs share: processes on their own cores, /proc readings, medians, the table and the JSON.

Standard library only. Every process is started here and ended here by its own id.
"""

import atexit
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("GILMOK_BUILD", ROOT / "build" / "release")).resolve()
GILMOK = BUILD / "gilmok"
TOOLS = BUILD / "bench"
CORES = sorted(os.sched_getaffinity(0))
PROXY_CORE = CORES[0]
LOAD_CORE = CORES[1 % len(CORES)]
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? ([-+.eE0-9]+)$")


class Skip(Exception):
    """A subject that cannot run here; the text says why."""


def raise_file_limit():
    """Soft limit of open files to the hard one; children inherit it. Returns it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


_running = []


class Process:
    """One child with its output in a file. Pinned to `core` when given."""

    def __init__(self, argv, core=None, env=None, log=None, cwd=None):
        self.log = pathlib.Path(log) if log else None
        out = open(self.log, "wb") if self.log else subprocess.DEVNULL
        pin = ["taskset", "-c", str(core)] if core is not None else []
        self.child = subprocess.Popen(pin + [str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                      env={**os.environ, **(env or {})}, cwd=cwd, start_new_session=True)
        self.pid = self.child.pid
        _running.append(self)

    def is_running(self):
        return self.child.poll() is None

    def tree(self):
        """The process and all its descendants."""
        pids, todo = [], [self.pid]
        while todo:
            pid = todo.pop()
            pids.append(pid)
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    todo += [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
            except OSError:
                pass
        return pids

    def signal(self, number):
        if self.is_running():
            os.killpg(self.pid, number)   # start_new_session: the group is this child's own

    def stop(self, wait_s=5):
        if self in _running:
            _running.remove(self)
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            self.child.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.child.wait()

    def tail(self, lines=5):
        if not self.log:
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@atexit.register
def _stop_all():
    for process in list(_running):
        process.stop(1)


def temporary_dir():
    path = pathlib.Path(tempfile.mkdtemp(prefix="gilmok-bench-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def start_printing_port(argv, core, log):
    """Starts a load program that prints its port on the first line."""
    process = Process(argv, core=core, log=log)
    for _ in range(200):
        text = process.log.read_text()
        if text.endswith("\n"):
            return process, int(text.split()[0])
        if not process.is_running():
            break
        time.sleep(0.02)
    raise RuntimeError(f"{argv[0]} did not start: {process.tail()}")


def wait_for_port(process, port, wait_s):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        if not process.is_running():
            raise Skip(f"ended at start: {process.tail(3)}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Skip(f"did not listen within {wait_s} s: {process.tail(3)}")


def post(port, path, body, headers, timeout_s=10):
    """One POST on a fresh connection: status, headers, body bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("POST", path, json.dumps(body), {"content-type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def get(port, path, headers=None, timeout_s=10):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def wait_for_answer(process, ask, wait_s):
    """Calls ask() until it returns true; for programs that listen before they can answer."""
    end = time.monotonic() + wait_s
    while time.monotonic() < end and process.is_running():
        try:
            if ask():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise Skip(f"no answer within {wait_s} s: {process.tail(3)}")


class Served:
    """One `gilmok serve` in a directory of its own: its ports, its state, its log, and what its admin listener tells."""

    def __init__(self, directory):
        self.directory, self.state = pathlib.Path(directory), pathlib.Path(directory) / "state"
        self.port, self.admin_port = free_port(), free_port()
        self.config, self.access_log = self.directory / "gilmok.toml", self.directory / "access.log"
        self.process = None
        self.state.mkdir(mode=0o700, parents=True)

    def configure(self, text, shards=1, server=""):
        """[server], with the lines of `server` besides, and then `text`."""
        self.config.write_text(f"""[server]
listen = ["127.0.0.1:{self.port}"]
admin = "127.0.0.1:{self.admin_port}"
shards = {shards}
state_dir = "{self.state}"
{server}
{text}""")

    def launch(self, env, core=None):
        self.process = Process([GILMOK, "serve", "-c", self.config], core=core, env=env, log=self.directory / "gilmok.log",
                               cwd=self.directory)
        return self.process

    def start(self, env, core=None):
        self.launch(env, core)
        wait_for_port(self.process, self.port, 10)

    def stop(self):
        self.process.stop()

    def admin(self, path):
        """The answer of the admin listener, asked with the token that the gateway made, if it made one."""
        token = self.state / "admin.token"
        headers = {"authorization": f"Bearer {token.read_text().strip()}"} if token.exists() else {}
        return get(self.admin_port, path, headers)

    def metrics(self):
        """name → list of (labels as text, value), of those names that are told at all."""
        status, _, body = self.admin("/metrics")
        if status != 200:
            raise RuntimeError(f"/metrics answered {status} {body[:200]!r}")
        found = {}
        for line in body.decode().splitlines():
            if match := SAMPLE.match(line):
                found.setdefault(match[1], []).append((match[2] or "", float(match[3])))
        return found

    def total(self, name, label=""):
        """A name that is not told is an error: a gauge that was renamed would be zero, which is what proofs hope for."""
        return int(sum(value for labels, value in self.metrics()[name] if label in labels))


class Proof:
    """The claims of a proof, each kept or broken, with what was seen."""

    def __init__(self):
        self.broken, self.rows = [], []

    def expect(self, claim, holds, seen):
        self.rows.append([claim, str(seen), "kept" if holds else "BROKEN"])
        if not holds:
            self.broken.append(claim)


class Results:
    """Rows of the JSON: {"bench","subject","case","metric","unit","min","median","max"}."""

    def __init__(self, bench):
        self.bench = bench
        self.rows = []

    def add(self, subject, case, metric, unit, values):
        values = [v for v in values if v is not None]
        if values:
            self.rows.append({"bench": self.bench, "subject": subject, "case": case, "metric": metric, "unit": unit,
                              "min": round(min(values), 4), "median": round(statistics.median(values), 4),
                              "max": round(max(values), 4)})

    def write(self, path):
        if path:
            pathlib.Path(path).write_text(json.dumps(self.rows, indent=1, ensure_ascii=False) + "\n")


def quartiles(values):
    """(first quartile, median, third quartile) of at least one value."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    first, middle, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, middle, third


def print_table(head, rows):
    """First column to the left, the others to the right."""
    table = [head] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    for number, row in enumerate(table):
        print("  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    sys.stdout.flush()


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "CPU")
    return f"{model}, {len(CORES)} cores, kernel {os.uname().release}"
