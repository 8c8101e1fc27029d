"""bench: what the ledger adds to a request, in CPU time, and how many rows a second become durable through SQLite.

gilmok with its ledger, prices and a budget against the same gilmok without, both running, measured in turns on one pinned core
with chats of 1 KB. The busiest thread is the shard's: what is added there is what a request waits for. The others (ledger, control, log) are told
apart. Then rows through the keeper into SQLite in groups, beside plain SQLite with one table, synced at 1, 32 and 128 rows a commit.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import common
import subjects
from common import LOAD_CORE, PROXY_CORE, TOOLS, Process, Results, quartiles

ADDED_NS_MAX = 500
DURABLE_ROWS_MIN = 60_000

class Off(subjects.GilmokPath):
    name = "off"


class On(subjects.Gilmok):
    name = "on"
    of_tenant = ""
    more = subjects.Gilmok.more + "[guard]\non = false\n"


class Limited(subjects.Gilmok):
    """With a budget on the tenant besides: reservations in the treasury."""

    name = "on, budget"
    more = subjects.Gilmok.more + "[guard]\non = false\n"


def threads_ns(pid):
    """Run time of each thread so far, from the scheduler's own account."""
    times = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            times[task] = int(pathlib.Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0])
        except OSError:
            pass
    return times


def window(subject, warm_s, measure_s):
    """CPU-ns for each request: of the busiest thread, and of all others together."""
    argv = ["taskset", "-c", str(LOAD_CORE), str(TOOLS / "load_generator"), "--port", str(subject.port), "--connections", "64",
            "--key", subject.key, "--warm", "0", "--bytes", "1024", "--measure"]

    def run(seconds):
        done = subprocess.run(argv + [str(seconds)], capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            sys.exit(f"the load generator failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    run(warm_s)
    pid = subject.process.pid
    before = threads_ns(pid)
    seen = run(measure_s)
    time.sleep(0.3)   # what stands in the journal is taken into the log
    used = sorted((after - before.get(task, 0) for task, after in threads_ns(pid).items()), reverse=True)
    if seen["errors"] or not seen["answers"]:
        sys.exit(f"{subject.name}: {seen['errors']} errors, {seen['answers']} answers: {subject.process.tail(3)}")
    return used[0] / seen["answers"], sum(used[1:]) / seen["answers"], seen["answers"] / seen["seconds"]


def path(rounds, warm_s, measure_s, results):
    directory = common.temporary_dir()
    mock, port = common.start_printing_port([TOOLS / "load_mock_upstream"], LOAD_CORE, directory / "mock.log")
    running = []
    for kind in (Off, On, Limited):
        subject = kind(directory, port, 1_000)
        subject.start()
        running.append(subject)
    windows = {subject.name: [] for subject in running}
    for number in range(rounds):
        for subject in running[number % 3:] + running[:number % 3]:
            windows[subject.name].append(window(subject, warm_s, measure_s))
        print(f"  {time.strftime('%H:%M:%S')} round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    for subject in running:
        subject.stop()
    mock.stop()
    rows, added = [], {}
    for subject in running:
        mine, base = windows[subject.name], windows["off"]
        shard = [w[0] - b[0] for w, b in zip(mine, base)]
        others = [w[1] - b[1] for w, b in zip(mine, base)]
        added[subject.name] = statistics.median(shard)
        first, middle, third = quartiles(shard)
        rows.append([subject.name, f"{statistics.median(w[0] for w in mine):,.0f}", f"{middle:,.0f} ({first:,.0f} to {third:,.0f})",
                     f"{statistics.median(others):,.0f}", f"{statistics.median(w[2] for w in mine):,.0f}", len(mine)])
        results.add(subject.name, "1 KB x 64", "shard_cpu_per_request", "ns", [w[0] for w in mine])
        results.add(subject.name, "1 KB x 64", "shard_cpu_added", "ns", shard)
        results.add(subject.name, "1 KB x 64", "other_threads_cpu_added", "ns", others)
    common.print_table(["ledger", "shard ns/request", "added on the shard (quartiles)", "added behind it", "requests/s", "n"], rows)
    return added


def micro(program, filter_text, seconds, directory):
    """Google Benchmark's own figures: name → (ns of CPU, items a second)."""
    if not (common.BUILD / program).exists():
        return {}
    done = subprocess.run(["taskset", "-c", str(PROXY_CORE), str(common.BUILD / program), "--benchmark_format=json",
                           f"--benchmark_filter={filter_text}", f"--benchmark_min_time={seconds}"], capture_output=True, text=True,
                          timeout=600, env={**os.environ, "GILMOK_BENCH_DIR": str(directory)})
    if done.returncode != 0:
        sys.exit(f"{program} failed: {done.stderr.strip()}")
    return {run["name"]: (run["cpu_time"], run.get("items_per_second")) for run in json.loads(done.stdout)["benchmarks"]}


def durable(program_args, rows_count):
    done = subprocess.run([str(TOOLS / "bench_ledger_rows"), "--rows", str(rows_count), *program_args], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"bench_ledger_rows failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0].removeprefix("bench: "))
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, under a minute")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--dir", help="where rows are made durable; default: the directory of temporary files")
    options = parser.parse_args()
    results = Results("ledger")
    print(common.machine())
    added = path(options.rounds or (3 if options.quick else 15), *((0.3, 1) if options.quick else (0.5, 3)), results)

    directory = pathlib.Path(tempfile.mkdtemp(prefix="gilmok-ledger-", dir=options.dir))
    figures = micro("journal_bench", "reserve_and_finish", "0.2" if options.quick else "1", directory)
    if figures:
        print()
        common.print_table(["journal", "ns"], [[name, f"{cpu:,.0f}"] for name, (cpu, _) in figures.items()])
        for name, (cpu, _) in figures.items():
            results.add("journal", name, "cpu", "ns", [cpu])

    # All in turns, so that a slow minute of the disk meets each of them.
    rows = 20_000 if options.quick else 300_000
    cases = [("gilmok, groups", []), ("SQLite, 1 row", ["--plain", "1"]), ("SQLite, 32 rows", ["--plain", "32"]), ("SQLite, 128 rows", ["--plain", "128"])]
    rates, cpu = ({name: [] for name, _ in cases} for _ in range(2))
    for _ in range(2 if options.quick else 5):
        for name, arguments in cases:
            few = max(200, rows // 100) if name == "SQLite, 1 row" else rows
            seen = durable(arguments + ["--dir", str(directory)], few)
            rates[name].append(seen["rows_per_second"])
            cpu[name].append(seen["cpu_us_per_row"])
    print()
    common.print_table(["durable rows", "rows/s", "min", "max", "CPU-us/row"],
                       [[name, f"{statistics.median(each):,.0f}", f"{min(each):,.0f}", f"{max(each):,.0f}", f"{statistics.median(cpu[name]):,.2f}"]
                        for name, each in rates.items()])
    for name, each in rates.items():
        results.add(name, "durable", "rows_per_second", "1/s", each)
        results.add(name, "durable", "cpu_per_row", "us", cpu[name])
    directory.rmdir() if not any(directory.iterdir()) else None
    results.write(options.json)
    rate = statistics.median(rates["gilmok, groups"])
    print(f"\nadded on the path: {added['on']:,.0f} ns (aim: under {ADDED_NS_MAX}), with a budget {added['on, budget']:,.0f} ns; "
          f"{rate:,.0f} durable rows/s (aim: {DURABLE_ROWS_MIN:,})")


if __name__ == "__main__":
    main()
