"""prove: 100,000 requests, 5 % of them with injected faults: one outcome each, nothing leaks, nothing mixes.

A fault upstream stalls, resets, lies, truncates and floods as each request's own plan orders; a client checks every answer
to the byte. Promised: every request has exactly one outcome and exactly one line in the access log; metrics, log, client
and upstream agree; no byte of another request's answer; a truncated stream never ends as if it were whole; clients that
leave are cancelled upstream; afterwards file descriptors and pools are where they began, and memory has stopped growing.
"""

import argparse
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time

import common
from common import GILMOK, LOAD_CORE, PROXY_CORE, TOOLS, Results

KEY = "gk-fault-0123456789abcdefghijklmnopqrstuvwxy"
RSS_GROWTH_KB_MAX = 2_048      # between the middle and the last third
RSS_GROWTH_SHARE_MAX = 0.05


class Gateway(common.Served):
    """gilmok with two upstreams behind one model, both the fault upstream, and timeouts short enough to wait for."""

    def __init__(self, directory, upstream_port, shards):
        super().__init__(directory)
        upstreams = "".join(f"""
[upstream.{name}]
kind = "openai"
url = "http://127.0.0.1:{upstream_port}/v1"
connect_timeout = "500ms"
first_byte_timeout = "2s"
idle_timeout = "2s"
pool_idle_timeout = "1s"
connections_max = 4000
scrape_interval = "0ms"
eject_after = 1000
""" for name in ("one", "two"))
        self.configure(f"""
{upstreams}
[model.fault-model]
try = ["one/fault-model", "two/fault-model"]

[tenant.proof]

[[key]]
name = "proof"
tenant = "proof"
secret = "env:GILMOK_FAULT_KEY"

[retry]
ratio = 10.0
per_second_min = 1000

# Every event is judged to the byte; the guard, which holds numbers back for a moment, has proofs of its own.
[guard]
answers = false

# Each request names another user, whose salt the ledger keeps: memory would grow as it should. The ledger has proofs of its own.
[ledger]
on = false

[log]
access = "{self.access_log}"
level = "warn"
""", shards)
        self.start({"GILMOK_FAULT_KEY": KEY}, PROXY_CORE if shards == 1 else None)

    def files_open(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def rss_kb(self):
        return int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


class Watch(threading.Thread):
    """Memory of the gateway, ten times a second."""

    def __init__(self, gateway):
        super().__init__(daemon=True)
        self.gateway, self.samples_kb, self.files_max, self.is_over = gateway, [], 0, threading.Event()

    def run(self):
        while not self.is_over.wait(0.1):
            try:
                self.samples_kb.append(self.gateway.rss_kb())
                self.files_max = max(self.files_max, self.gateway.files_open())
            except OSError:
                return   # the process is gone; the checks will tell


def drive(gateway, requests, seed, ids=None):
    argv = ["taskset", "-c", str(LOAD_CORE), str(TOOLS / "load_fault_driver"), "--port", str(gateway.port), "--requests", str(requests),
            "--connections", "200", "--seed", str(seed), "--key", KEY] + (["--ids", str(ids)] if ids else [])
    done = subprocess.run(argv, capture_output=True, text=True, timeout=1800)
    if not done.stdout:
        sys.exit(f"the driver failed: {done.stderr}")
    return json.loads(done.stdout)


def until(condition, wait_s):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


def read_log(path):
    """Lines of the access log that are exchanges; a line that is no JSON counts as broken."""
    lines, broken = [], 0
    for text in path.read_text(errors="replace").splitlines():
        try:
            line = json.loads(text)
            if line.get("endpoint") == "chat":
                lines.append(line)
        except ValueError:
            broken += 1
    return lines, broken


def check_log(proof, gateway, warm_requests, driven, ids):
    requests = driven["requests"]
    until(lambda: len(read_log(gateway.access_log)[0]) >= warm_requests + requests, 5)
    lines, broken = read_log(gateway.access_log)
    by_id = collections.Counter(line["request_id"] for line in lines)
    proof.expect("one line of the access log for each request", len(lines) == warm_requests + requests and broken == 0,
                 f"{len(lines)} lines for {warm_requests + requests}, {broken} unreadable")
    proof.expect("no request id twice", all(count == 1 for count in by_id.values()), f"{len(by_id)} ids")
    statuses = {line["request_id"]: line.get("status") for line in lines}
    answers = [text.split() for text in ids.read_text().splitlines()]
    strangers = [a for a in answers if len(a) != 3 or statuses.get(a[0]) != int(a[1])]
    proof.expect("the log has each answer's id and status", not strangers, f"{len(answers)} answers, {len(strangers)} without a line")
    return collections.Counter(line.get("outcome") for line in lines), sum(len(line.get("attempts", [])) for line in lines)


def check_counts(proof, gateway, upstream_port, warm, driven, log_outcomes, log_attempts):
    requests = warm["requests"] + driven["requests"]
    counted = gateway.total("gilmok_exchanges_total", 'endpoint="chat"')
    proof.expect("metrics count each request once", counted == requests, f"{counted} of {requests}")
    differing = {name: (count, gateway.total("gilmok_exchanges_total", f'outcome="{name}"'))
                 for name, count in log_outcomes.items() if gateway.total("gilmok_exchanges_total", f'outcome="{name}"') != count}
    proof.expect("metrics and log agree on every outcome", not differing, dict(log_outcomes) if not differing else differing)
    attempts = gateway.total("gilmok_attempts_total")
    seen = json.loads(common.get(upstream_port, "/counts")[2])
    proof.expect("metrics and log agree on attempts", attempts == log_attempts, f"{attempts} and {log_attempts}")
    # A pooled connection may die under a request: then an attempt was made that no upstream saw. Never the reverse.
    answered = log_outcomes.get("answered", 0)
    proof.expect("the upstream saw every answer asked for, and nothing else", answered <= seen["requests"] <= attempts,
                 f"{answered} answered, {seen['requests']} seen, {attempts} attempts")
    left = sum(run["outcomes"][fault]["left"] for run in (warm, driven) for fault in run["outcomes"])
    gone, refused = log_outcomes.get("client_gone", 0), log_outcomes.get("refused", 0)
    proof.expect("clients that left are logged as gone", left - refused <= gone <= left, f"{gone} of {left}")
    proof.expect("clients that left are cancelled upstream", seen["not_cancelled"] == 0 and seen["cancelled"] == seen["leaving"],
                 f"{seen['cancelled']} of {seen['leaving']}")
    proof.expect("nothing arrived upstream that was not sent", seen["unplanned"] == 0, f"{seen['unplanned']} strange requests")


def check_leaks(proof, gateway, files_before, watch):
    def idle():
        return gateway.total("gilmok_pool_connections_busy") == 0 and gateway.total("gilmok_pool_connections_idle") == 0

    until(lambda: idle() and gateway.files_open() <= files_before, 8)
    busy, kept = gateway.total("gilmok_pool_connections_busy"), gateway.total("gilmok_pool_connections_idle")
    proof.expect("no pooled connection is left", busy == 0 and kept == 0, f"{busy} busy, {kept} idle")
    running = gateway.total("gilmok_exchanges_running") + gateway.total("gilmok_attempts_running")
    proof.expect("nothing is left running", running == 0, running)
    held = gateway.total("gilmok_bodies_bytes")
    proof.expect("no request body is held", held == 0, f"{held} bytes")
    files = gateway.files_open()
    proof.expect("file descriptors are back to the start", files <= files_before, f"{files_before} before, {watch.files_max} at most, {files} after")
    third = max(len(watch.samples_kb) // 3, 1)
    middle, last = (statistics.median(watch.samples_kb[part] or [0]) for part in (slice(third, 2 * third), slice(2 * third, None)))
    limit = max(RSS_GROWTH_KB_MAX, middle * RSS_GROWTH_SHARE_MAX)
    proof.expect("memory is flat", last - middle <= limit, f"{middle / 1024:.1f} MB in the middle third, {last / 1024:.1f} MB in the last")
    return middle, last


def show_outcomes(driven):
    names = ["answered", "error_status", "error_event", "cut_off", "left", "shed"]
    rows = [[fault] + [counts[name] or "" for name in names] for fault, counts in driven["outcomes"].items() if sum(counts.values())]
    common.print_table(["fault"] + names, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0].removeprefix("prove: "))
    parser.add_argument("--quick", action="store_true", help="10,000 requests, under a minute")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--requests", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=int, default=1)
    options = parser.parse_args()
    requests = options.requests or (10_000 if options.quick else 100_000)
    if not os.access(GILMOK, os.X_OK):
        sys.exit(f"no {GILMOK}: build it first")
    common.raise_file_limit()
    directory = common.temporary_dir()
    upstream, upstream_port = common.start_printing_port([TOOLS / "load_fault_upstream"], LOAD_CORE, directory / "upstream.log")
    gateway = Gateway(directory, upstream_port, options.shards)
    proof = common.Proof()

    # Warm first: buffers that are made once are no leak.
    warm = drive(gateway, 1_000, options.seed + 1)
    until(lambda: not any(gateway.total(name) for name in ("gilmok_pool_connections_idle", "gilmok_connections_open")), 5)
    time.sleep(0.3)
    files_before = gateway.files_open()
    watch = Watch(gateway)
    watch.start()
    driven = drive(gateway, requests, options.seed, directory / "ids")
    watch.is_over.set()
    watch.join()

    show_outcomes(driven)
    for text in warm["told"] + driven["told"]:
        print(f"  {text}")
    violations = warm["violations"] + driven["violations"]
    proof.expect("every request has one outcome, and the right one", violations == 0, f"{violations} violations in {requests:,} requests")
    calm = driven["outcomes"]["none"]
    stayed = sum(calm.values()) - calm["left"]
    proof.expect("undisturbed requests are answered, or shed for overload, at most one in ten", calm["answered"] >= 0.9 * stayed,
                 f"{calm['answered']} of {stayed}, {calm['shed']} shed")
    proof.expect("the gateway still runs", gateway.process.is_running(), "yes" if gateway.process.is_running() else gateway.process.tail(8))
    if gateway.process.is_running():
        log_outcomes, log_attempts = check_log(proof, gateway, warm["requests"], driven, directory / "ids")
        check_counts(proof, gateway, upstream_port, warm, driven, log_outcomes, log_attempts)
        middle, last = check_leaks(proof, gateway, files_before, watch)
    print()
    common.print_table(["promise", "seen", "verdict"], proof.rows)
    rate = driven["requests"] / driven["seconds"]
    print(f"{driven['requests']:,} requests in {driven['seconds']:.1f} s, seed {options.seed}; again with --seed {options.seed} --requests {requests}")

    results = Results("faults")
    case = f"{requests} requests, 5 % faults, seed {options.seed}"
    results.add("gilmok", case, "violations", "count", [violations])
    results.add("gilmok", case, "promises_broken", "count", [len(proof.broken)])
    results.add("gilmok", case, "requests_per_second", "1/s", [rate])
    for fault, counts in driven["outcomes"].items():
        for outcome, count in counts.items():
            if count:
                results.add("gilmok", f"{case}: {fault}", outcome, "count", [count])
    if gateway.process.is_running():
        results.add("gilmok", case, "rss_growth", "KB", [last - middle])
    results.write(options.json)
    gateway.process.stop()
    upstream.stop()
    sys.exit(1 if proof.broken else 0)


if __name__ == "__main__":
    main()
