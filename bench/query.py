"""bench: questions about usage over 100,000,000 attempts in SQLite: p50, p95 and the slowest, by kind.

A year of attempts of 200 tenants, 1,000 keys, 20 models and 12 upstreams is written by the product's own fold, in batches and
without a journal, then asked as `gilmok usage` asks: 23 kinds of question, each over 20 random periods, in turn. The aim is a
p95 under 50 ms over all of them. Wall time on a shared machine drifts, so the CPU time of each answer stands beside it.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import common
from common import TOOLS, Results

SEED = 20261121
ROWS = 100_000_000
ROWS_QUICK = 1_000_000
ROUNDS = 20
BYTES_AN_ATTEMPT = 195         # with its index; measured
BYTES_A_ROLL_ROW = 88
ROLL_ROWS = 7_600_000          # for a million attempts; they grow more slowly than attempts do
BYTES_SPARE = 2 << 30
P95_MS_AIM = 50


def quantile(values, share):
    """The smallest value that at least `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)]


def check_room(directory, rows):
    taken = rows * BYTES_AN_ATTEMPT + BYTES_A_ROLL_ROW * ROLL_ROWS * (rows / 1e6) ** 0.6
    needed = taken + BYTES_SPARE
    free = shutil.disk_usage(directory).free
    print(f"{rows:,} attempts take about {taken / 1e9:.1f} GB in {directory}; {free / 1e9:.1f} GB are free", flush=True)
    if free < needed:
        sys.exit(f"free {(needed - free) / 1e9:.1f} GB more, or ask for less with --rows, or name another disk with --dir")


def tool(*argv):
    """Runs ledger_query and gives its lines of JSON."""
    program = TOOLS / "ledger_query"
    if not program.exists():
        sys.exit(f"{program} is not there: build the target bench_load")
    done = subprocess.run([str(program), *map(str, argv)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(1)
    return [json.loads(line) for line in done.stdout.splitlines()]


def fill(path, rows, results):
    told = tool("fill", path, rows, SEED)[0]
    print(f"written in {told['seconds']:.0f} s ({rows / told['seconds']:,.0f} attempts/s), {told['bytes'] / 1e9:.2f} GB, "
          f"{told['bytes'] / rows:.0f} bytes each\n", flush=True)
    results.add("sqlite", f"{rows} attempts", "written", "attempts/s", [rows / told["seconds"]])
    results.add("sqlite", f"{rows} attempts", "size", "bytes/attempt", [told["bytes"] / rows])


def ask(path, rows, rounds, results):
    """Prints the answers' times by kind. The p95 over all."""
    table, wall, cpu = [], [], []
    for told in tool("ask", path, SEED, rounds):
        table.append([told["kind"], told["rows"]] + [f"{quantile(told['wall_ms'], share):.1f}" for share in (0.5, 0.95, 1)] +
                     [f"{quantile(told['cpu_ms'], 0.95):.1f}"])
        results.add("sqlite", told["kind"], "answer", "ms", told["wall_ms"])
        results.add("sqlite", told["kind"], "answer, p95", "ms", [quantile(told["wall_ms"], 0.95)])
        wall += told["wall_ms"]
        cpu += told["cpu_ms"]
    table.append(["all", ""] + [f"{quantile(wall, share):.1f}" for share in (0.5, 0.95, 1)] + [f"{quantile(cpu, 0.95):.1f}"])
    common.print_table([f"{rows:,} attempts", "rows", "p50 ms", "p95 ms", "max ms", "p95 CPU ms"], table)
    results.add("sqlite", "all", "answer, p95", "ms", [quantile(wall, 0.95)])
    results.add("sqlite", "all", "CPU of an answer, p95", "ms", [quantile(cpu, 0.95)])
    return quantile(wall, 0.95)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{ROWS_QUICK:,} attempts")
    parser.add_argument("--rows", type=int, help=f"instead of {ROWS:,}")
    parser.add_argument("--dir", type=pathlib.Path, help="where the tables are written; a temporary directory without it")
    parser.add_argument("--keep", action="store_true", help="leave the tables there; a later run with the same --dir asks them again")
    parser.add_argument("--json", help="write the figures here")
    arguments = parser.parse_args()
    rows = arguments.rows or (ROWS_QUICK if arguments.quick else ROWS)
    directory = arguments.dir or pathlib.Path(tempfile.mkdtemp(prefix="gilmok-query-", dir=os.environ.get("TMPDIR")))
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"tables-{rows}.sqlite"
    results = Results("query")
    print(f"{common.machine()}\n")
    try:
        if not path.exists():
            check_room(directory, rows)
            fill(path, rows, results)
        p95_ms = ask(path, rows, ROUNDS, results)
    finally:
        if not arguments.keep:
            for name in directory.glob(f"{path.name}*"):
                name.unlink()
            if not arguments.dir:
                directory.rmdir()
    print(f"\np95 over all: {p95_ms:.1f} ms (aim: under {P95_MS_AIM} at {ROWS:,})")
    results.write(arguments.json)


if __name__ == "__main__":
    main()
