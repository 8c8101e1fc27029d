"""prove: every attempt, token and pico of the ledger agrees with what the upstreams and the clients saw.

A million requests by their plans (load/fault_plan, load/fault_money) through `gilmok serve` with ledger, prices in two currencies and
a budget, to two upstreams that misbehave and lie about usage, one of them reporting in every event; clients leave early. Then
gilmok is ended in order, and an auditor that shares no code with it (reconcile_books.py) computes every row of the ledger again from the upstream's book,
the clients' book and the price strings of the configuration. The gap must be nothing: of requests, tokens, pico.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import time

import common
import reconcile_books
from common import GILMOK, LOAD_CORE, TOOLS, Process, Results

KEYS = {f"GILMOK_REC_KEY_{i}": f"gk-reconcile-{i}-0123456789abcdefghijklmnopqrstuvwxyz" for i in range(4)}
KEY_OF_NOBODY = "gk-reconcile-n-0123456789abcdefghijklmnopqrstuvwxyz"
MODELS = ["rec-large", "rec-small", "rec-reason"]
UPSTREAMS = ["one", "two"]
BUDGET = 900_000_000_000
DISCOUNTS_PPM = {"one": 0, "two": 75_000}

# Prices that divide badly on purpose.
PRICES = [
    {"provider": "vendor", "sku": "rec-large", "per": 1_000_000, "input_fresh": "2.5 USD", "cache_read": "0.1234567 USD",
     "output_text": "15 USD", "output_reasoning": "17.3333333 USD", "requests": "0.007 USD"},
    {"provider": "vendor", "sku": "rec-large", "per": 1_000_000, "above_input_tokens": 128_000, "input_fresh": "5 USD",
     "cache_read": "0.25 USD", "output_text": "22.500001 USD"},
    {"provider": "vendor", "sku": "rec-large", "tier": "flex", "per": 1_000_000, "input_fresh": "1.2345678 USD", "output_text": "7.77 USD"},
    {"provider": "vendor", "sku": "rec-large-2026-*", "per": 1_000_000, "input_fresh": "2.4999999 USD", "cache_read": "0.2 USD",
     "output_text": "14.1 USD"},
    {"provider": "vendor", "sku": "rec-small", "per": 1_000, "input_fresh": "0.3141592653 KRW", "output_text": "1.7 KRW", "requests": "0.7 KRW"},
    {"provider": "vendor", "sku": "rec-small*", "tier": "priority", "per": 1_000, "input_fresh": "0.6 KRW", "output_text": "3.1 KRW"},
    {"provider": "vendor", "sku": "rec-reason", "per": 7, "input_fresh": "0.00001 USD", "cache_read": "0.000003 USD",
     "output_text": "0.00004 USD", "output_reasoning": "0.00005 USD"},
    {"provider": "vendor", "sku": "rec-reason", "per": 7, "above_input_tokens": 50_000, "tier_mode": "excess", "input_fresh": "0.00002 USD",
     "output_text": "0.00008 USD"},
    {"provider": "vendor", "sku": "rec-reason", "per": 7, "above_input_tokens": 200_000, "tier_mode": "excess", "input_fresh": "0.00003 USD",
     "cache_read": "0.000007 USD"},
]
RATES = [{"from": "USD", "to": "KRW", "rate": "1391.2345678"}]


def toml_tables(name, rows):
    return "".join(f"[[{name}]]\n" + "".join(f"{key} = {json.dumps(str(value) if key == 'per' else value)}\n" for key, value in row.items()) + "\n"
                   for row in rows)


class Gateway(common.Served):
    def __init__(self, directory, upstream_ports, hedge_ms):
        super().__init__(directory)
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        upstreams = "".join(f"""
[upstream.{name}]
kind = "{kind}"
url = "http://127.0.0.1:{port}/v1"
price = "vendor"
discount = "{DISCOUNTS_PPM[name] / 10_000}%"
connect_timeout = "1s"
first_byte_timeout = "2s"
idle_timeout = "1s"
pool_idle_timeout = "1s"
connections_max = 4000
scrape_interval = "0ms"
eject_after = 1000
{more}
""" for name, kind, port, more in (("one", "openai", upstream_ports[0], ""),
                                   ("two", "openai", upstream_ports[1], "continuous_usage = true")))
        models = "".join(f"""
[model.{name}]
try = ["one/{name}", "two/{name}"]
output_tokens_max = 4096
hedge_after = "{hedge_ms if name == 'rec-reason' else 0}ms"
""" for name in MODELS)
        tenants = "".join(f'[tenant."org/{team}"]\n' for team in ("red", "blue", "blue/ops"))
        keys = "".join(f'[[key]]\nname = "k{i}"\ntenant = "org/{team}"\nsecret = "env:GILMOK_REC_KEY_{i}"\n'
                       for i, team in enumerate(("red", "red", "blue", "blue/ops")))
        self.configure(f"""
{upstreams}
{models}
[tenant.org]
budget_month = "{BUDGET} KRW"
{tenants}
[tenant."org/nobody"]
models = ["rec-large"]
{keys}
[[key]]
name = "nobody"
tenant = "org/nobody"
secret = "env:GILMOK_REC_KEY_N"
[retry]
ratio = 10.0
per_second_min = 1000

# Every event is judged to the byte; the guard, which holds numbers back for a moment, has proofs of its own.
[guard]
answers = false

[log]
access = "{self.access_log}"
level = "warn"

{toml_tables("price", PRICES)}
{toml_tables("fx", [{**rate, "date": today} for rate in RATES])}
""")
        self.start({**KEYS, "GILMOK_REC_KEY_N": KEY_OF_NOBODY})

    def budget_left(self):
        """What the treasury has left of the root's month, less what is set aside: told to a request that itself sets nothing aside,
        because its model is not its tenant's."""
        status, headers, _ = common.post(self.port, "/v1/chat/completions", {"model": "rec-small", "messages": []},
                                         {"authorization": f"Bearer {KEY_OF_NOBODY}"})
        text = headers.get("x-gilmok-budget-remaining")
        if text is None:
            raise RuntimeError(f"no x-gilmok-budget-remaining, status {status}")
        return reconcile_books.pico(text.split()[0])


def drive(gateway, requests, seed, book):
    argv = ["taskset", "-c", str(LOAD_CORE), str(TOOLS / "load_fault_driver"), "--port", str(gateway.port), "--requests", str(requests),
            "--connections", "200", "--seed", str(seed), "--priced", "1", "--fault-rate", "0.05", "--leave-rate", "0.02", "--lie-rate", "0.06",
            "--patience", "60", "--book", str(book)]
    for key in KEYS.values():
        argv += ["--key", key]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=7200)
    if not done.stdout:
        sys.exit(f"the driver failed: {done.stderr}")
    return json.loads(done.stdout)


def until_idle(gateway, wait_s):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        if not any(gateway.total(name) for name in ("gilmok_exchanges_running", "gilmok_attempts_running", "gilmok_pool_connections_idle")):
            return
        time.sleep(0.2)


class Run:
    """One gateway, one load, one audit."""

    def __init__(self, requests, seed, hedge_ms):
        directory = common.temporary_dir()
        book, client_book = directory / "upstream.book", directory / "client.book"
        upstream = Process([TOOLS / "load_fault_upstream", "--sides", "2", "--book", book], core=LOAD_CORE, log=directory / "upstream.log")
        ports = self.ports_of(upstream)
        gateway = Gateway(directory, ports, hedge_ms)
        self.driven = drive(gateway, requests, seed, client_book)
        until_idle(gateway, 20)
        self.left = gateway.budget_left()
        common.get(ports[0], "/counts")
        began = time.monotonic()
        gateway.process.stop(60)
        self.stop_s = time.monotonic() - began
        upstream.stop()
        self.warnings = [line for line in gateway.process.tail(200).splitlines() if "level\":\"error" in line or "ASAN" in line or "ssert" in line]
        self.audit = reconcile_books.Audit(gateway.state, book, client_book, gateway.access_log,
                                           reconcile_books.Prices(PRICES, RATES, DISCOUNTS_PPM), MODELS, UPSTREAMS)
        began = time.monotonic()
        self.audit.run()
        self.audit_s = time.monotonic() - began
        spent = BUDGET * reconcile_books.PICO - self.left
        if spent != self.audit.sums["cost"]:
            self.audit.gap_pico += abs(spent - self.audit.sums["cost"])
            self.audit.tell("budget", f"the treasury says {spent}, the rows {self.audit.sums['cost']}")
        if len(self.audit.client) != requests:
            self.audit.gap_requests += abs(requests - len(self.audit.client))
            self.audit.tell("the client's book", f"{len(self.audit.client)} of {requests}")

    @staticmethod
    def ports_of(upstream):
        for _ in range(300):
            text = upstream.log.read_text()
            if text.endswith("\n"):
                return [int(port) for port in text.split()]
            time.sleep(0.02)
        raise RuntimeError(f"the upstream did not start: {upstream.tail()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0].removeprefix("prove: "))
    parser.add_argument("--quick", action="store_true", help="60,000 requests")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--requests", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    requests = options.requests or (60_000 if options.quick else 1_000_000)
    if not os.access(GILMOK, os.X_OK):
        sys.exit(f"no {GILMOK}: build it first")
    common.raise_file_limit()
    results, rows, told, gaps, unexpected = Results("reconcile"), [], [], [0, 0, 0], 0
    for name, hedge_ms, seed in (("hedges off", 0, options.seed), ("hedges on", 40, options.seed + 1)):
        run = Run(requests // 2, seed, hedge_ms)
        audit, counts = run.audit, run.audit.counts
        gap = [audit.gap_requests, audit.gap_tokens, audit.gap_pico]
        gaps = [a + b for a, b in zip(gaps, gap)]
        cost = audit.sums["cost"]
        rows.append([name, f"{requests // 2:,}", f"{counts['rows']:,}", f"{counts['seen']:,}", f"{counts['never seen upstream'] + counts['came in part']:,}",
                     f"{counts['provider']:,}", f"{counts['counted']:,}", f"{counts['aborted']:,}", f"{counts['voided']:,}",
                     f"{audit.sums['suspect']:,}", f"{audit.sums['unpriced']:,}", f"{sum(audit.sums[m] for m in reconcile_books.INPUTS + reconcile_books.OUTPUTS):,}",
                     f"{cost // reconcile_books.PICO:,}.{cost % reconcile_books.PICO:012}"] + [f"{g:,}" for g in gap])
        told += [f"{name}: {text}" for text in audit.told + run.warnings]
        told += [f"{name}: {kind}, {count:,} times" for kind, count in audit.kinds.items()]
        unexpected += run.driven["violations"]
        if run.driven["violations"]:
            told += [f"{name}: {run.driven['violations']} answers that the driver did not expect"] + run.driven["told"][:6]
        case = f"{requests // 2} requests, {name}, seed {seed}"
        for metric, unit, value in (("gap_requests", "count", gap[0]), ("gap_tokens", "count", gap[1]), ("gap_pico", "pico", gap[2]),
                                    ("rows", "count", counts["rows"]), ("requests_per_second", "1/s", run.driven["requests"] / run.driven["seconds"])):
            results.add("gilmok", case, metric, unit, [value])
        print(f"{name}: {run.driven['requests']:,} requests in {run.driven['seconds']:.1f} s, stopped in {run.stop_s:.1f} s, audited in {run.audit_s:.1f} s", flush=True)
    common.print_table(["run", "requests", "rows", "seen", "unseen", "provider", "counted", "aborted", "voided", "suspect", "unpriced", "tokens", "KRW",
                        "gap requests", "gap tokens", "gap pico"], rows)
    for text in told:
        print(f"  {text}")
    print(f"gap {gaps[0]:,} requests, {gaps[1]:,} tokens, {gaps[2]:,} pico, {unexpected:,} answers not expected; {requests:,} requests, seed {options.seed}")
    results.write(options.json)
    sys.exit(1 if any(gaps) or unexpected else 0)


if __name__ == "__main__":
    main()
