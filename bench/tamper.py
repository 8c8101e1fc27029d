"""prove: 100,000 alterations of a ledger: every one found by verify, which reads a million rows a second.

Bits flipped, records deleted, inserted, reordered and doubled, logs cut and rolled back, checkpoints changed or replaced by
older ones, hashes changed, segments swapped or missing, everything signed anew with another key; each with three degrees of
care: only the bytes; also the hashes beside them; also checks and sequence numbers, so that nothing but the signatures tells.
Promised: verify finds each of them; where the hashes were left alone its first words name the first wrong record.
"""

import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import sys

import common
from common import PROXY_CORE, TOOLS, Results

SEED = 20261121
ROWS_PER_S_AIM = 1_000_000
RECORDS = 400            # of the ledger that is altered: small, because each alteration is verified whole
RECORDS_PER_FILE = 60
RECORDS_PER_CHECKPOINT = 50
FILE_BYTES = 64 << 20
HARMS_WITH_CARE = {"bit flipped", "record deleted", "record inserted", "records reordered", "record duplicated"}
COUNTS = ("tried", "found", "named", "named_right")


def tool(*argv):
    """Runs ledger_tamper on a core of its own and gives its line of JSON."""
    program = TOOLS / "ledger_tamper"
    if not program.exists():
        sys.exit(f"{program} is not there: build the target bench_load")
    done = subprocess.run(["taskset", "-c", str(PROXY_CORE), str(program), *map(str, argv)], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    return json.loads(done.stdout)


def mutate(directory, count, seed, results):
    """Prints the alterations by kind. True when all were found and named."""
    told = tool("mutate", directory, count, seed, RECORDS_PER_FILE)
    print(f"{count:,} alterations of a ledger of {told['records']:,} records (seed {seed})\n")
    kinds = {}   # one row of the table each: all of a harm to which care makes no difference together
    for row in told["rows"]:
        name = f"{row['harm']}, {row['care']}" if row["harm"] in HARMS_WITH_CARE else row["harm"]
        kinds.setdefault(name, collections.Counter()).update({key: row[key] for key in COUNTS})
    table, is_kept = [], True
    for name, row in kinds.items():
        if row["tried"] == 0:
            continue
        named = f"{row['named_right']:,} of {row['named']:,}" if row["named"] else ""
        table.append([name, f"{row['tried']:,}", f"{row['found']:,}", named])
        results.add("verify", name, "found", "share", [row["found"] / row["tried"]])
        is_kept = is_kept and row["found"] == row["tried"] and row["named_right"] == row["named"]
    tried, found = (sum(row[name] for row in told["rows"]) for name in ("tried", "found"))
    table.append(["all", f"{tried:,}", f"{found:,}", ""])
    common.print_table(["what was done, with care for", "done", "found", "first wrong record named"], table)
    results.add("verify", "all", "found", "share", [found / tried])
    results.add("verify", "all", "done", "alterations", [tried])
    return is_kept


def speed(directory, rows, rounds, results):
    """Prints how fast a whole ledger is verified. True when the aim is met."""
    tool("make", directory, rows, 10_000, FILE_BYTES)
    told = tool("verify", directory, rounds)["rounds"]
    by_cpu = [one["rows"] / one["cpu_s"] for one in told]
    by_wall = [one["rows"] / one["wall_s"] for one in told]
    bytes_per_row = told[0]["bytes"] / told[0]["rows"]
    results.add("verify", "speed", "rows of a second of CPU", "rows/s", by_cpu)
    results.add("verify", "speed", "rows of a second", "rows/s", by_wall)
    first, middle, third = common.quartiles(by_cpu)
    print(f"\nverify, {told[0]['rows']:,} rows of {bytes_per_row:.0f} bytes, {told[0]['checkpoints']} checkpoints, one core: "
          f"{middle:,.0f} rows for each second of CPU (quartiles {first:,.0f} and {third:,.0f} of {rounds} rounds; aim "
          f"{ROWS_PER_S_AIM:,}); {common.quartiles(by_wall)[1]:,.0f} for each second of the clock")
    return middle >= ROWS_PER_S_AIM


def main():
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10,000 alterations, 300,000 rows")
    parser.add_argument("--count", type=int, help="alterations (100,000)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--ledger", type=pathlib.Path,
                        help="the directory of a closed ledger to alter a copy of, in place of one made here (at most a few\n"
                             "thousand records: each alteration is verified whole)")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    count = arguments.count or (10_000 if arguments.quick else 100_000)
    results = Results("tamper")
    directory = common.temporary_dir()
    print(common.machine())
    small = directory / "small"
    if arguments.ledger:
        shutil.copytree(arguments.ledger, small, ignore=shutil.ignore_patterns("key", "journal", "tables*", "reserve"))
    else:
        small.mkdir()
        tool("make", small, RECORDS, RECORDS_PER_CHECKPOINT, FILE_BYTES)
    is_found = mutate(small, count, arguments.seed, results)
    large = directory / "large"
    large.mkdir()
    is_fast = speed(large, 300_000 if arguments.quick else 1_000_000, 5, results)
    results.write(arguments.json)
    if not is_found:
        print("\nbroken: an alteration was not found, or another record was named first")
    if not is_fast:
        print("\nbelow the aim: fewer than a million rows for each second of CPU")
    return 0 if is_found else 1


if __name__ == "__main__":
    sys.exit(main())
