"""bench: gilmok against nginx, HAProxy, Portkey and LiteLLM: CPU, throughput and latency, paired in one interleaved run.

The proxy runs alone on one core, the mock upstream and the load generator on another. CPU time of the proxy (all its
threads, from /proc/PID/task/*/schedstat) for each request is the main figure: it survives a noisy host, wall time does not.
Every round measures every subject once, so a ratio compares neighbours in time; reported is the median of the rounds.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time

import common
import subjects
from common import LOAD_CORE, PROXY_CORE, TOOLS, Results, Skip, quartiles

CLOSED = [subjects.Direct, subjects.Gilmok, subjects.GilmokPath, subjects.Nginx, subjects.Haproxy, subjects.Haproxy64, subjects.Portkey, subjects.Litellm]
STREAM = [subjects.Direct, subjects.Gilmok, subjects.GilmokPath, subjects.Nginx, subjects.HaproxyNoDelay]
SIZES = {"1 KB": 1024, "4 KB": 4096, "30 KB": 30720}

# What is promised, as ratios of one round: (case, metric, ours, peer, limit): ours ÷ peer ≤ limit, or peer ÷ ours ≥ limit. `gilmok` has
# everything on, `gilmok-path` what the peers have.
AT_MOST = [
    ("1 KB x 64", "cpu", "gilmok", "nginx", 0.80), ("4 KB x 64", "cpu", "gilmok", "nginx", 0.90), ("30 KB x 64", "cpu", "gilmok", "nginx", 1.00),
    ("1 KB x 64", "cpu", "gilmok-path", "nginx", 0.70), ("4 KB x 64", "cpu", "gilmok-path", "nginx", 0.70),
    ("30 KB x 64", "cpu", "gilmok-path", "nginx", 0.90), ("1 KB x 64", "cpu", "gilmok-path", "haproxy-64k", 0.70),
    ("4 KB x 64", "cpu", "gilmok-path", "haproxy-64k", 0.70), ("30 KB x 64", "cpu", "gilmok-path", "haproxy-64k", 0.90),
    ("SSE x 1000", "cpu", "gilmok-path", "haproxy-nd", 0.85), ("SSE x 9500", "cpu", "gilmok-path", "haproxy-nd", 0.85),
    ("SSE x 10000", "cpu", "gilmok-path", "haproxy-nd", 0.85), ("SSE x 1000", "added_p50", "gilmok-path", "haproxy-nd", 0.65),
]
AT_LEAST = [("1 KB x 64", "cpu", "gilmok", "portkey", 50), ("4 KB x 64", "cpu", "gilmok", "portkey", 50), ("30 KB x 64", "cpu", "gilmok", "portkey", 50)]
KB_PER_STREAM_MAX = 4.0


class Bench:
    def __init__(self, options):
        self.options = options
        self.files_max = common.raise_file_limit()
        self.directory = common.temporary_dir()
        self.streams_max = min(10_000, (self.files_max - 1_000) // 2)   # a proxy holds two sockets for each stream
        self.windows = {}     # (case, subject) → list of one dict for each round, None where it was not measured
        self.skipped = {}

    # One run of the load generator; the process tree is read anew, peers fork as they like.
    def window(self, subject, connections, warm_s, measure_s, more):
        argv = ["taskset", "-c", str(LOAD_CORE), str(TOOLS / "load_generator"), "--port", str(subject.port),
                "--connections", str(connections), "--key", subject.key, "--warm", str(warm_s), "--measure", str(measure_s)]
        for header in subject.headers():
            argv += ["--header", header]
        for pid in subject.pids():
            argv += ["--pid", str(pid)]
        done = subprocess.run(argv + more, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise Skip(f"the load generator failed: {done.stderr.strip()}")
        seen = json.loads(done.stdout)
        seen["finished"] = seen["chunks"] if "--sse" in more else seen["answers"]
        seen["rate"] = seen["finished"] / seen["seconds"]
        seen["cpu"] = seen["cpu_ns"] / 1000 / seen["finished"] if seen["finished"] and seen["cpu_ns"] else None
        return seen

    def start(self, kind, upstream_port):
        subject = kind(self.directory, upstream_port, self.streams_max)
        try:
            subject.start()
            check_answer(subject)
            return subject
        except Skip as why:
            subject.stop()
            if subject.name not in self.skipped:
                self.skipped[subject.name] = str(why)
                print(f"skipped: {subject.name}: {why}", file=sys.stderr, flush=True)
            return None

    def keep(self, case, subject, seen):
        self.windows.setdefault((case, subject.name), []).append(seen)

    def closed_loop(self, cells, rounds, times):
        mock, upstream_port = common.start_printing_port([TOOLS / "load_mock_upstream"], LOAD_CORE, self.directory / "mock.log")
        running = []
        for kind in CLOSED:
            subject = self.start(kind, upstream_port)
            if subject:
                rest(subject)
                running.append(subject)
        for number in range(rounds):
            for size, connections in cells:
                for subject in running[number % len(running):] + running[:number % len(running)]:
                    if subject.is_slow and (connections > 64 or number >= times["rounds_slow"]):
                        continue
                    case = f"{size} x {connections}"
                    wake(subject)
                    warm_s, measure_s = times["slow"] if subject.is_slow else times["fast"]
                    seen = self.window(subject, connections, warm_s, measure_s, ["--bytes", str(SIZES[size])])
                    rest(subject)
                    self.keep(case, subject, {**seen, "round": number})
            progress(f"closed loop: round {number + 1} of {rounds}")
        for subject in running:
            subject.stop()
        mock.stop()

    # A fresh process for each cell: memory that an earlier cell left behind would hide what a stream costs.
    def streams(self, count, interval_ms, rounds, warm_s, measure_s):
        case = f"SSE x {count}"
        for number in range(rounds):
            mock, upstream_port = common.start_printing_port(
                [TOOLS / "load_mock_upstream", "--interval-ms", interval_ms], LOAD_CORE, self.directory / "mock.log")
            for kind in STREAM[number % len(STREAM):] + STREAM[:number % len(STREAM)]:
                subject = self.start(kind, upstream_port)
                if not subject:
                    continue
                seen = self.window(subject, count, warm_s, measure_s, ["--sse", "1", "--open-per-second", "8000"])
                seen["kb"] = (seen["rss_kb"] - seen["rss_before_kb"]) / max(seen["streams"], 1) if subject.pids() else None
                subject.stop()
                if seen["streams"] < count:
                    print(f"{subject.name}: {seen['streams']} of {count} streams opened", file=sys.stderr)
                self.keep(case, subject, {**seen, "round": number})
            mock.stop()
            progress(f"{case}: round {number + 1} of {rounds}")


def progress(text):
    print(f"  {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


# Interpreted peers keep timers running; while others are measured on the same core they are stopped.
def rest(subject):
    if subject.is_slow:
        subject.process.signal(signal.SIGSTOP)


def wake(subject):
    if subject.is_slow:
        subject.process.signal(signal.SIGCONT)


def check_answer(subject):
    """What the mock upstream says must come through whole; a proxy that answers errors is fast for nothing."""
    status, _, body = subject.ask()
    try:
        answer = json.loads(body)
        text, tokens = answer["choices"][0]["message"]["content"], answer["usage"]["prompt_tokens"]
    except (ValueError, KeyError, IndexError):
        raise Skip(f"answered {status} {body[:200]!r}") from None
    if status != 200 or tokens != 219 or not text.startswith("The shipment left Busan"):
        raise Skip(f"answered {status} {body[:200]!r}")


def paired(bench, case, metric, subject, peer):
    """Ratios subject ÷ peer of the rounds in which both were measured. For added_* the direct way is taken off first."""
    rounds = {name: {w["round"]: w for w in bench.windows.get((case, name), [])} for name in (subject, peer, "direct")}
    ratios = []
    for number in sorted(set(rounds[subject]) & set(rounds[peer])):
        mine, theirs = (value_of(rounds[name][number], metric, rounds["direct"].get(number)) for name in (subject, peer))
        if mine is not None and theirs is not None and theirs > 0:
            ratios.append(mine / theirs)
    return ratios


def value_of(window, metric, direct):
    if not metric.startswith("added_"):
        return window.get(metric)
    if direct is None:
        return None
    key = metric.removeprefix("added_") + "_us"
    return window[key] - direct[key]


def number_text(value, digits=1):
    return "-" if value is None else f"{value:,.{digits}f}"


def median_of(values):
    values = [v for v in values if v is not None]
    return quartiles(values)[1] if values else None


METRICS = [("cpu", "cpu_per_{thing}", "us"), ("rate", "{thing}s_per_second", "1/s"), ("p50_us", "latency_p50", "us"),
           ("p99_us", "latency_p99", "us"), ("added_p50", "added_latency_p50", "us"), ("added_p99", "added_latency_p99", "us"),
           ("kb", "rss_per_stream", "KB"), ("errors", "errors", "count")]


def report(bench, results):
    cases = list(dict.fromkeys(case for case, _ in bench.windows))
    for case in cases:
        thing = "chunk" if case.startswith("SSE") else "request"
        direct = {w["round"]: w for w in bench.windows.get((case, "direct"), [])}
        rows = []
        for subject in [name for c, name in bench.windows if c == case]:
            windows = bench.windows[(case, subject)]
            values = {key: [value_of(w, key, direct.get(w["round"])) for w in windows] for key, _, _ in METRICS}
            for key, name, unit in METRICS:
                results.add(subject, case, name.format(thing=thing), unit, values[key])
            cpu = [v for v in values["cpu"] if v is not None]
            ratio = paired(bench, case, "cpu", subject, "nginx") if subject != "direct" else []
            spread = f"{quartiles(ratio)[1]:.2f} ({quartiles(ratio)[0]:.2f}-{quartiles(ratio)[2]:.2f})" if ratio else "-"
            rows.append([subject, number_text(min(cpu, default=None)), number_text(median_of(cpu)), number_text(max(cpu, default=None)), spread,
                         number_text(median_of(values["rate"]), 0), number_text(median_of(values["added_p50"]), 0),
                         number_text(median_of(values["added_p99"]), 0), number_text(median_of(values["kb"])), sum(values["errors"]), len(windows)])
        print(f"\n{case}: CPU-us per {thing}, added latency in us")
        common.print_table(["", "min", "median", "max", "x nginx (quartiles)", f"{thing}s/s", "+p50", "+p99", "KB/stream", "errors", "n"], rows)


def verdict(bench, results):
    rows = []
    for case, metric, ours, peer, limit in AT_MOST:
        ratios = paired(bench, case, metric, ours, peer)
        if ratios:
            low, middle, high = quartiles(ratios)
            results.add(ours, case, f"{metric}_ratio_to_{peer}", "x", ratios)
            rows.append([f"{case} {metric} {ours} / {peer}", f"<= {limit:.2f}", f"{middle:.2f}", f"{low:.2f}-{high:.2f}", "met" if middle <= limit else "MISSED"])
    for case, metric, ours, peer, limit in AT_LEAST:
        ratios = paired(bench, case, metric, peer, ours)
        if ratios:
            low, middle, high = quartiles(ratios)
            results.add(ours, case, f"{metric}_{peer}_over_{ours}", "x", ratios)
            rows.append([f"{case} {metric} {peer} / {ours}", f">= {limit}", f"{middle:.1f}", f"{low:.1f}-{high:.1f}", "met" if middle >= limit else "MISSED"])
    for ours in ("gilmok", "gilmok-path"):
        for case in dict.fromkeys(c for c, name in bench.windows if c.startswith("SSE") and name == ours):
            sizes = [w["kb"] for w in bench.windows[(case, ours)]]
            low, middle, high = quartiles(sizes)
            rows.append([f"{case} {ours} KB per stream", f"<= {KB_PER_STREAM_MAX}", f"{middle:.1f}", f"{low:.1f}-{high:.1f}",
                         "met" if middle <= KB_PER_STREAM_MAX else "MISSED"])
    if rows:
        print("\nTargets (medians of paired rounds)")
        common.print_table(["", "target", "median", "quartiles", "verdict"], rows)


def fetch_peers():
    """Portkey and LiteLLM from their packages into bench/peers/, which git ignores."""
    portkey = subjects.PEERS / "portkey"
    portkey.mkdir(parents=True, exist_ok=True)
    (portkey / "package.json").write_text('{"private": true}\n')
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "@portkey-ai/gateway@1.15.2"], cwd=portkey, check=True)
    litellm = subjects.PEERS / "litellm"
    if not (litellm / "bin/pip").exists():
        subprocess.run([sys.executable, "-m", "venv", str(litellm)], check=True)
    subprocess.run([str(litellm / "bin/pip"), "install", "--quiet", "litellm[proxy]>=1.84.0"], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0].removeprefix("bench: "))
    parser.add_argument("--quick", action="store_true", help="under a minute: fewer sizes, rounds and streams")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", choices=["json", "sse"], help="one half of it")
    parser.add_argument("--fetch-peers", action="store_true", help="install Portkey and LiteLLM first")
    options = parser.parse_args()
    if options.fetch_peers:
        fetch_peers()
    if not (TOOLS / "load_generator").exists():
        sys.exit(f"no {TOOLS}/load_generator: build the target bench_load first")
    bench = Bench(options)
    print(f"{common.machine()}; proxy on core {PROXY_CORE}, upstream and load on core {LOAD_CORE}")
    began = time.monotonic()
    if options.only != "sse":
        if options.quick:
            bench.closed_loop([("1 KB", 64), ("30 KB", 64)], 3, {"fast": (0.15, 0.4), "slow": (0.5, 1.0), "rounds_slow": 1})
        else:
            cells = [(size, connections) for connections in (64, 512) for size in SIZES]
            bench.closed_loop(cells, options.rounds, {"fast": (0.25, 0.6), "slow": (1, 2), "rounds_slow": 3})
    if options.only != "json":
        if options.quick:
            bench.streams(1000, 100, 2, 0.3, 1.0)
        else:
            bench.streams(1000, 100, 5, 1.0, 2.0)
            bench.streams(bench.streams_max, 250, 5, 1.5, 3.0)   # 38,000 to 40,000 chunks a second: what the load core can still send
    results = Results("proxy")
    report(bench, results)
    verdict(bench, results)
    for name, why in bench.skipped.items():
        print(f"skipped: {name}: {why}")
    print(f"{time.monotonic() - began:.0f} s")
    results.write(options.json)


if __name__ == "__main__":
    main()
