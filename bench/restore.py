"""prove: every stand-in, cut at every byte in every form of an answer: none leaked, none unrestored.

A request's values are swapped for stand-ins; the answer that comes back holds them. Each stand-in is put into every form that
the OpenAI dialect has for text (content, reasoning, refusal, arguments of tools, transcripts, completions), streamed and whole,
plain and with every byte written as an escape, cut into events at every pair of bytes, one byte an event, three choices
between each other; and the stream's own bytes are cut anywhere. Promised: the client reads the values, and nothing else changes.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import common
from common import PROXY_CORE, TOOLS, Results

COUNTS = ("cases", "leaked", "unrestored", "altered", "failed")


def main():
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one cut in place of two")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    program = TOOLS / "bench_guard_restore"
    if not program.exists():
        sys.exit(f"{program} is not there: build the target bench_load")
    print(common.machine())
    done = subprocess.run(["taskset", "-c", str(PROXY_CORE), str(program), *(["quick"] if arguments.quick else [])],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr.strip() or f"{program} ended with {done.returncode}")
    rows = json.loads(done.stdout)["rows"]
    results = Results("restore")
    total = {key: sum(row[key] for row in rows) for key in COUNTS}
    for row in rows:
        for key in COUNTS:
            results.add("guard", row["form"], key, "cases", [row[key]])
    for key in COUNTS:
        results.add("guard", "all", key, "cases", [total[key]])
    common.print_table(["form", "cases", "leaked", "unrestored", "otherwise altered", "refused"],
                       [[row["form"]] + [f"{row[key]:,}" for key in COUNTS] for row in rows + [{"form": "all", **total}]])
    results.write(arguments.json)
    wrong = total["leaked"] + total["unrestored"] + total["altered"] + total["failed"]
    print(f"\n{total['cases']:,} cases: {total['leaked']:,} leaked, {total['unrestored']:,} unrestored")
    if wrong:
        print("broken: an answer did not come back as it was meant")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
