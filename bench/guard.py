"""bench: how fast the guard reads: MB/s of clean and dense text and ns for a streamed chunk, beside Hyperscan and Presidio.

The product's detector and Hyperscan with 33 regular expressions for kinds of the same sorts read the same generated texts in turn, in one
process, on one core; Microsoft Presidio reads a part of them where its Python package is installed. Figures are CPU time, median of
the rounds with quartiles. Hyperscan here checks no digits and looks for no words, so it does less; aims: 1,000 MB/s of clean Korean, 500 dense.
"""

import argparse
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import common
from common import PROXY_CORE, TOOLS, Results

SEED = 20261122
CASES = ("clean Korean", "clean English", "dense")
AIMS = {"clean Korean": 1000, "dense": 500}
PRESIDIO_CHARACTERS = 20_000


def measure(rounds, size, directory):
    program = TOOLS / "bench_guard_speed"
    if not program.exists():
        sys.exit(f"{program} is not there: build the target bench_load")
    done = subprocess.run(["taskset", "-c", str(PROXY_CORE), str(program), str(SEED), str(rounds), str(size), str(directory)],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(1)
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure_presidio(directory, rounds):
    """Rows of the same shape from Presidio's analyzer, or why there are none."""
    if importlib.util.find_spec("presidio_analyzer") is None:
        return [], "Microsoft Presidio: not installed (pip install presidio-analyzer), so no figure"
    try:
        from presidio_analyzer import AnalyzerEngine   # pylint: disable=import-outside-toplevel
        engine = AnalyzerEngine()
        rows = []
        for case in CASES:
            text = (directory / f"{case}.txt").read_text()[:PRESIDIO_CHARACTERS]
            values = []
            for _ in range(rounds):
                began = time.process_time()
                engine.analyze(text=text, language="en")
                values.append(len(text.encode()) / (time.process_time() - began) / 1e6)
            rows.append({"subject": "presidio", "case": case, "metric": "read", "unit": "MB/s", "values": values})
        return rows, None
    except Exception as error:   # a language model that is not there, of whatever version
        return [], f"Microsoft Presidio: installed, but does not run here: {error}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three rounds on smaller texts")
    parser.add_argument("--json", help="write the figures here")
    arguments = parser.parse_args()
    rounds, size = (3, 60_000) if arguments.quick else (11, 300_000)
    results = Results("guard")
    print(f"{common.machine()}\n")
    with tempfile.TemporaryDirectory() as path:
        directory = pathlib.Path(path)
        rows = measure(rounds, size, directory)
        more, reason = measure_presidio(directory, min(rounds, 3))
        rows += more
    told = {}
    for row in rows:
        results.add(row["subject"], row["case"], row["metric"], row["unit"], row["values"])
        told[row["subject"], row["case"], row["metric"]] = common.quartiles(row["values"])

    def cell(key, digits=0):
        return "{1:,.{d}f} ({0:,.{d}f}-{2:,.{d}f})".format(*told[key], d=digits) if key in told else "-"

    subjects = ["gilmok", "hyperscan"] + (["presidio"] if more else [])
    common.print_table(["MB/s on one core", *subjects, "findings/KB", "aim"],
                       [[case, *(cell((subject, case, "read"), 2 if subject == "presidio" else 0) for subject in subjects),
                         cell(("gilmok", case, "found"), 1), AIMS.get(case, "")] for case in CASES])
    print()
    common.print_table(["ns a streamed chunk", "4 bytes", "16 bytes", "64 bytes"],
                       [[case, *(cell(("gilmok", f"{case}, chunks of {size}", "a chunk")) for size in (4, 16, 64))] for case in CASES])
    if reason:
        print(f"\n{reason}")
    results.write(arguments.json)


if __name__ == "__main__":
    main()
