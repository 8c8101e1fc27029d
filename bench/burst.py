"""prove: 1,000 requests at once at a limit of k: never more than k are admitted, exactly k where all cost the same, nothing stays reserved.

Two layers, the same promises. In one process, threads ask the treasury itself: every kind of limit on team, department and
organisation, equal costs, mixed costs while others end, and 100,000 rejects. Over the wire, 1,000 connections ask a running
gateway whose upstream holds every request until all are admitted or refused; afterwards half of the clients leave in the
middle in every second round, and what the limit says is left must be what the access log says was spent.
"""

import argparse
import collections
import decimal
import json
import os
import pathlib
import random
import subprocess
import sys
import time

import common
from common import GILMOK, TOOLS, Results

KINDS = ["budget_month", "tokens_day", "requests_per_minute", "budget_day", "tokens_per_minute", "budget_window", "tokens_month",
         "tokens_window"]
LEVELS = ["{0}/department/team", "{0}/department", "{0}"]
OUTPUT_TOKENS = 100
INPUT_BOUND_GUESS = 476       # of the driver's body; the calibration says what it is
CALIBRATION_LIMIT = 10**12


def run_treasury(proof, results, options):
    began = time.monotonic()
    argv = [TOOLS / "bench_burst_treasury", "--rounds", options.rounds, "--requests", 1000, "--threads", 16, "--seed", options.seed,
            "--rejects", 100_000]
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=1800)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    by_layer = collections.defaultdict(list)
    for line in lines:
        by_layer[line["layer"]].append(line)
    equal, mixed, rejects = by_layer["equal"], by_layer["mixed"], by_layer["rejects"]
    where = "treasury"
    proof.expect(f"{where}: all rounds ran", done.returncode == 0 and len(equal) == len(mixed) == options.rounds and len(rejects) == 8,
                 f"{len(equal)} equal, {len(mixed)} mixed, {len(rejects)} of rejects {done.stderr[-300:]}")
    wrong = [line for line in equal if line["admitted"] != line["k"]]
    proof.expect(f"{where}: admitted equals k", not wrong, f"{len(wrong)} of {len(equal)} rounds differ {wrong[:1] or ''}")
    above = [line for line in equal if line["most"] > line["k"]]
    broken = [line for line in equal + mixed if line["broken"]]
    proof.expect(f"{where}: never above the limit at any instant", not above and not broken, f"{len(above) + len(broken)} rounds")
    left = [line for line in lines if line["left"]]
    proof.expect(f"{where}: nothing left reserved", not left, f"{len(left)} of {len(lines)} rounds {left[:1] or ''}")
    rejected = sum(line["rejected"] for line in rejects)
    again = [line for line in rejects if line["again"] != line["k"] or line["admitted"] != line["k"]]
    proof.expect(f"{where}: rejects leave nothing", not again, f"{rejected:,} rejects, then k again in {len(rejects) - len(again)} of {len(rejects)}")
    results.add(where, "16 threads, 1,000 requests", "rounds_wrong", "count", [len(wrong) + len(above) + len(broken) + len(left)])
    print(f"treasury: {len(lines)} rounds in {time.monotonic() - began:.1f} s", flush=True)


class Round:
    def __init__(self, number, mode, rng):
        self.number, self.mode = number, mode
        self.kind = KINDS[number % len(KINDS)]
        self.organisation = f"round-{number}"
        self.limited = LEVELS[number // len(KINDS) % len(LEVELS)].format(self.organisation)
        self.is_rate = self.kind.endswith("per_minute")
        # A rate gives a sixtieth of k back in each second; small ones can be told exactly.
        self.k = rng.randint(1, 50) if self.is_rate else rng.randint(1, 1000)
        self.slack = rng.random()
        self.key = f"gk-burst-{number:04d}-0123456789abcdefghijklmnopqrst"

    def limit(self, bound):
        if self.kind == "requests_per_minute":
            return self.k
        return self.k * bound + int(self.slack * bound)

    def written(self, bound):
        amount = self.limit(bound)
        value = f'"{amount} KRW"' if self.kind.startswith("budget") else str(amount)
        lines = []
        for path in (self.organisation, f"{self.organisation}/department", f"{self.organisation}/department/team"):
            lines.append(f'[tenant."{path}"]')
            if path == self.limited:
                lines.append(f"{self.kind} = {value}")
                if self.kind.endswith("_window"):
                    lines.append('window = "1h"')
        lines.append(f'[[key]]\nname = "{self.organisation}"\ntenant = "{self.organisation}/department/team"\n'
                     f'secret = "env:BURST_KEY_{self.number}"\n')
        return "\n".join(lines)


class Gateway(common.Served):
    """gilmok before the upstream that holds; a token in and a token out cost 1 KRW each, so that money counts tokens."""

    def __init__(self, directory, rounds, bound):
        super().__init__(directory)
        self.driver = subprocess.Popen([str(TOOLS / "load_burst_driver"), "--port", str(self.port), "--connections", "1000"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        upstream_port = int(self.driver.stdout.readline())
        self.configure(f"""
[upstream.held]
kind = "openai"
url = "http://127.0.0.1:{upstream_port}/v1"
first_byte_timeout = "60s"
connections_max = 4000
pool_idle_max = 4000
scrape_interval = "0ms"

[model.burst]
try = ["held/burst"]

[[price]]
provider = "held"
sku = "burst"
per = "1"
input_fresh = "1 KRW"
cache_read = "1 KRW"
output_text = "1 KRW"

[ledger]
currency = "KRW"

[log]
access = "{self.access_log}"
level = "warn"

""" + "\n".join(one.written(bound) for one in rounds), shards=2)
        self.start({f"BURST_KEY_{one.number}": one.key for one in rounds})

    def ask(self, key, requests, mode, input_bound, seed):
        self.driver.stdin.write(f"{key} {requests} {mode} {OUTPUT_TOKENS} {input_bound} {seed}\n")
        self.driver.stdin.flush()
        answer = self.driver.stdout.readline()
        if not answer:
            sys.exit(f"the driver ended: {self.driver.wait()}; {self.process.tail(5)}")
        return json.loads(answer)

    def costs(self):
        """tenant → [cost of each exchange], of all lines that are there."""
        found = collections.defaultdict(list)
        for line in self.access_log.read_text().splitlines():
            row = json.loads(line)
            if row.get("endpoint") == "chat" and row.get("status") != 429 and row.get("status") != 503:
                found[row["tenant"]].append(decimal.Decimal(row["cost"]) if "cost" in row else None)
        return found

    def lines_dropped(self):
        """Lines of the access log that were given up because the disk or its thread did not follow; they are counted."""
        return self.total("gilmok_access_lines_dropped_total")

    def stop(self):
        self.driver.stdin.close()
        self.driver.wait(10)
        super().stop()


def calibrate(directory, seed):
    """How much the gateway sets aside for the driver's request: what is missing from the limit while it runs."""
    one = Round(1, "hold", random.Random(seed))   # tokens_day
    one.limit = lambda bound: CALIBRATION_LIMIT
    gateway = Gateway(directory / "calibrate", [one], 0)
    answer = gateway.ask(one.key, 1, "hold", INPUT_BOUND_GUESS, seed)
    gateway.stop()
    if answer["answered"] != 1 or not answer["remaining_tokens"]:
        sys.exit(f"the calibration was not answered: {answer}; {gateway.process.tail(5)}")
    missing = CALIBRATION_LIMIT - int(answer["remaining_tokens"])
    if missing == answer["tokens_spent"]:
        sys.exit("the remaining tokens are told after the end; the bound cannot be seen")
    return missing


def run_wire(proof, results, options, directory):
    rng = random.Random(options.seed)
    bound = calibrate(directory, options.seed)
    input_bound = bound - OUTPUT_TOKENS
    equal = [Round(number, "abort" if number % 2 else "hold", rng) for number in range(options.rounds)]
    flow = [Round(options.rounds + number, "flow", rng) for number in range(max(options.rounds // 5, 8))]
    gateway = Gateway(directory / "burst", equal + flow, bound)
    began = time.monotonic()
    wrong, above, odd, shed, left_early, probes = [], [], [], 0, 0, []
    for one in equal + flow:
        seen = gateway.ask(one.key, 1000, one.mode, input_bound, options.seed + one.number)
        shed, left_early = shed + seen["shed"], left_early + seen["left"]
        told = f"{one.organisation} {one.kind} on {one.limited} k={one.k}: {seen}"
        if seen["oddity"] or seen["other"]:
            odd.append(told)
        back = int(one.k * seen["decided_ms"] / 60_000) if one.is_rate else 0
        if one.mode == "flow":
            if one.kind != "requests_per_minute" and not one.is_rate and seen["most_used"] > one.limit(bound):
                above.append(told)
        else:
            if seen["most"] > one.k + back:
                above.append(told)
            if not one.k <= seen["admitted"] <= one.k + back:
                wrong.append(told)
        if one.kind != "requests_per_minute":
            probes.append((one, seen, gateway.ask(one.key, 1, "hold", input_bound, options.seed + one.number + 5000)))
    took_s = time.monotonic() - began
    where = "wire"
    proof.expect(f"{where}: every request was admitted or refused", not odd, f"{len(odd)} odd rounds {odd[:1] or ''}")
    proof.expect(f"{where}: admitted equals k", not wrong, f"{len(wrong)} of {len(equal)} rounds differ {wrong[:1] or ''}")
    proof.expect(f"{where}: never above the limit at any instant", not above, f"{len(above)} of {len(equal) + len(flow)} rounds {above[:1] or ''}")
    check_left(proof, gateway, equal + flow, probes, bound)
    proof.expect(f"{where}: the gateway still runs", gateway.process.is_running(), "yes" if gateway.process.is_running() else gateway.process.tail(8))
    requests = 1000 * (len(equal) + len(flow))
    print(f"wire: {requests:,} requests in {took_s:.1f} s, {left_early:,} clients left in the middle, {shed:,} times shed and asked again", flush=True)
    results.add("gilmok", "1,000 connections, 2 shards", "rounds_wrong", "count", [len(wrong) + len(above) + len(odd)])
    results.add("gilmok", "1,000 connections, 2 shards", "requests_per_second", "1/s", [requests / took_s])
    gateway.stop()


def check_left(proof, gateway, rounds, probes, bound):
    """After each round one more request asked how much is left: the limit, less what the log says was spent, less itself."""
    expected = {f"{one.organisation}/department/team": seen["admitted"] + probe["admitted"] for one, seen, probe in probes}
    end = time.monotonic() + 5
    while time.monotonic() < end:
        costs = gateway.costs()
        if all(len(costs[tenant]) >= count for tenant, count in expected.items()):
            break
        time.sleep(0.1)
    differing, asked, lines, unknown = [], 0, 0, 0
    for one, seen, probe in probes:
        rows = costs[f"{one.organisation}/department/team"]
        lines += len(rows)
        unknown += sum(cost is None for cost in rows)
        if not probe["answered"] or None in rows or len(rows) != seen["admitted"] + probe["admitted"]:
            continue
        asked += 1
        money = one.kind.startswith("budget")
        told = decimal.Decimal(probe["remaining_budget"].split()[0]) if money else int(probe["remaining_tokens"])
        spent_before = sum(rows) - probe["tokens_spent"]
        left = one.limit(bound) - spent_before - bound
        # A rate has got something back since; nothing else may differ by a single token.
        if told < left or (told > left and not one.is_rate):
            differing.append(f"{one.organisation} {one.kind} k={one.k} {one.mode}: {told} told, {left} left")
    dropped = gateway.lines_dropped()
    proof.expect("wire: one settled line for each admitted request", 0 <= sum(expected.values()) - lines <= dropped and unknown == 0,
                 f"{lines:,} lines of {sum(expected.values()):,}, {dropped} dropped, {unknown} without a cost")
    proof.expect("wire: nothing left reserved", not differing and asked > len(probes) // 2,
                 f"{asked} of {len(probes)} rounds asked, {len(differing)} differ {differing[:1] or ''}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0].removeprefix("prove: "))
    parser.add_argument("--quick", action="store_true", help="20 rounds, under a minute")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layer", choices=["treasury", "wire"], help="only this one")
    options = parser.parse_args()
    options.rounds = options.rounds or (20 if options.quick else 200)
    if not os.access(GILMOK, os.X_OK):
        sys.exit(f"no {GILMOK}: build it first")
    common.raise_file_limit()
    proof, results = common.Proof(), Results("burst")
    if options.layer != "wire":
        run_treasury(proof, results, options)
    if options.layer != "treasury":
        run_wire(proof, results, options, pathlib.Path(common.temporary_dir()))
    print()
    common.print_table(["promise", "seen", "verdict"], proof.rows)
    print(f"again with --seed {options.seed} --rounds {options.rounds}")
    results.add("gilmok", f"{options.rounds} rounds", "promises_broken", "count", [len(proof.broken)])
    results.write(options.json)
    sys.exit(1 if proof.broken else 0)


if __name__ == "__main__":
    main()
