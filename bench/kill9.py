"""prove: 1,000 kills under load: nothing acknowledged is lost, nothing settled twice, orphans are recovered, ready in 2 s.

Two layers. First the ledger's keeper itself, on real files: threads begin, continue and end attempts as fast as they can and
write down what the journal has taken; the process is killed (SIGKILL) at a random moment, one time in four while it brings
the ledger back, and started again on the same directory. Then `gilmok serve` under the load generator, killed the same way.
Afterwards log, tables, signatures and what was written down must agree.
"""

import argparse
import http.client
import json
import os
import random
import select
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time

import common
from common import LOAD_CORE, TOOLS, Results

DRIVER = TOOLS / "ledger_kill9"
MODEL = "kill9-model"
KEY = "gk-kill9-0123456789abcdefghijklmnopqrstuvwxyz"
READY_S_MAX = 2.0
KILLS_EARLY_SHARE = 0.25
LOAD_S_MAX = 0.08          # how long a life lasts at most, once it is ready
START_S_GUESS = 0.1        # until one was seen to start
KILLS_PER_LEDGER = 100     # then it is checked, and the next one begins


def kill(child):
    child.kill()   # SIGKILL, unless it has ended by itself
    child.wait()


def early_s(rng, ready_s):
    """A moment of the start: anywhere in what the last starts took."""
    return rng.random() * (statistics.median(ready_s[-20:]) if ready_s else START_S_GUESS)


class KeeperRounds:
    """One ledger, killed again and again; then looked at."""

    def __init__(self, directory, lanes, rng):
        self.directory, self.lanes, self.rng = directory, lanes, rng
        self.acks, self.ready_s, self.recovered, self.early, self.ended_by_itself = [], [], 0, 0, []

    def live_and_die(self, number):
        acks = self.directory / f"acks-{number}"
        log = open(self.directory / "driver.log", "ab")
        began = time.monotonic()
        child = subprocess.Popen([str(DRIVER), "run", str(self.directory / "ledger"), str(self.lanes), str(number), str(acks)],
                                 stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            if self.rng.random() < KILLS_EARLY_SHARE:
                self.early += 1
                time.sleep(early_s(self.rng, self.ready_s))
                if child.poll() is not None:
                    self.ended_by_itself.append(number)
            else:
                readable, _, _ = select.select([child.stdout], [], [], 20)
                line = child.stdout.readline() if readable else ""
                if not line.startswith("ready "):
                    self.ended_by_itself.append(number)
                else:
                    self.ready_s.append(time.monotonic() - began)
                    self.recovered += int(line.split()[2])
                    time.sleep(self.rng.random() * LOAD_S_MAX)
                    if child.poll() is not None:
                        self.ended_by_itself.append(number)
        finally:
            kill(child)
            child.stdout.close()
            log.close()
        self.acks.append(acks)

    def check(self):
        done = subprocess.run([str(DRIVER), "check", str(self.directory / "ledger"), str(self.lanes)] + [str(a) for a in self.acks],
                              capture_output=True, text=True, timeout=600)
        if done.returncode != 0 or not done.stdout:
            return None, done.stderr[-500:]
        return json.loads(done.stdout), done.stderr[-500:]


def prove_keeper(proof, results, kills, seed):
    rng = random.Random(seed)
    totals = dict.fromkeys(("records", "attempts", "settled", "recovered", "acknowledged", "lost", "twice", "never", "problems"), 0)
    ready_s, early, failed, disagreeing, told = [], 0, [], 0, ""
    made = 0
    began = time.monotonic()
    while made < kills:
        directory = common.temporary_dir()
        rounds = KeeperRounds(directory, 2, rng)
        for _ in range(min(KILLS_PER_LEDGER, kills - made)):
            rounds.live_and_die(made)
            made += 1
        found, errors = rounds.check()
        ready_s += rounds.ready_s
        early += rounds.early
        log = (directory / "driver.log").read_text(errors="replace")
        failed += [f"life {n}: {log[-200:]}" for n in rounds.ended_by_itself]
        if found is None:
            failed.append(f"check: {errors}")
        else:
            for name in totals:
                totals[name] += found[name]
            disagreeing += not (found["tables_agree"] and found["signed"])
            told = told or errors
        print(f"keeper: {made} of {kills} kills, {totals['records']:,} records, {totals['acknowledged']:,} acknowledged, "
              f"{totals['lost']} lost", flush=True)
        shutil.rmtree(directory, ignore_errors=True)
    ready_s = ready_s or [float("inf")]
    where = "keeper"
    proof.expect(f"{where}: every start succeeded", not failed, f"{made} kills, {early} of them while starting {failed[:1] or ''}")
    proof.expect(f"{where}: no acknowledged record is lost", totals["lost"] == 0 and totals["acknowledged"] > 0,
                 f"{totals['lost']} of {totals['acknowledged']:,}")
    proof.expect(f"{where}: nothing is settled twice", totals["twice"] == 0, f"{totals['twice']} of {totals['attempts']:,} attempts")
    proof.expect(f"{where}: every attempt has ended, orphans as recovered", totals["never"] == 0 and totals["recovered"] > 0,
                 f"{totals['settled']:,} settled, {totals['recovered']:,} recovered, {totals['never']} open")
    proof.expect(f"{where}: `verify` finds nothing", totals["problems"] == 0, f"{totals['problems']} problems {told}")
    proof.expect(f"{where}: tables and checkpoints cover the log and agree with it", disagreeing == 0, f"{totals['records']:,} records")
    worst = max(ready_s)
    proof.expect(f"{where}: ready in under 2 s", worst < READY_S_MAX, f"p50 {statistics.median(ready_s) * 1e3:.0f} ms, max {worst * 1e3:.0f} ms")
    case = f"{made} kills, seed {seed}"
    for name in ("records", "acknowledged", "lost", "twice", "never", "recovered"):
        results.add(where, case, name, "count", [totals[name]])
    results.add(where, case, "ready", "ms", [s * 1e3 for s in ready_s])
    print(f"keeper: {made} kills in {time.monotonic() - began:.0f} s", flush=True)


class Clients:
    """Threads that ask for answers and streams, and write down the request id of what they saw begin and end."""

    def __init__(self, port, path, count):
        self.port, self.path, self.is_over, self.lock = port, path, threading.Event(), threading.Lock()
        self.answered = 0
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        is_stream = number % 2 == 1
        body = json.dumps({"model": MODEL, "stream": is_stream, "messages": [{"role": "user", "content": "How much is it?"}]})
        headers = {"content-type": "application/json", "authorization": f"Bearer {KEY}"}
        connection = None
        while not self.is_over.is_set():
            connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("POST", "/v1/chat/completions", body, headers)
                answer = connection.getresponse()
                if answer.status != 200:
                    answer.read()
                    continue
                request = answer.headers["x-request-id"]
                if is_stream and answer.read(64):
                    self.note(f"{request} begun")
                answer.read()
                self.note(f"{request} answered")
            except (OSError, http.client.HTTPException):   # it was killed, or is not there yet
                connection.close()
                connection = None
                time.sleep(0.03)

    def note(self, line):
        with self.lock:
            self.answered += line.endswith("answered")
            self.path.write(line + "\n")

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        self.path.close()


class GatewayRounds(common.Served):
    """`gilmok serve` with its ledger, killed again and again under load."""

    def __init__(self, directory, upstream_port):
        super().__init__(directory)
        self.configure(f"""
[upstream.mock]
kind = "openai"
url = "http://127.0.0.1:{upstream_port}/v1"

[model.{MODEL}]
try = ["mock/{MODEL}"]

[tenant.proof]

[[key]]
name = "proof"
tenant = "proof"
secret = "env:GILMOK_KILL9_KEY"

[ledger]
checkpoint_interval = "100ms"

[log]
access = "off"
level = "error"
""", shards=2)

    def begin(self):
        """The process and when it was begun."""
        began = time.monotonic()
        return self.launch({"GILMOK_KILL9_KEY": KEY}), began

    def wait_until_ready(self, process, began):
        while time.monotonic() - began < 20 and process.is_running():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return time.monotonic() - began
            except OSError:
                time.sleep(0.003)
        return None


def prove_gateway(proof, results, kills, seed):
    rng = random.Random(seed + 1)
    directory = common.temporary_dir()
    upstream, upstream_port = common.start_printing_port(
        [TOOLS / "load_mock_upstream", "--interval-ms", "4", "--events", "15"], LOAD_CORE, directory / "upstream.log")
    rounds = GatewayRounds(directory, upstream_port)
    clients = Clients(rounds.port, open(directory / "ids", "w", encoding="ascii"), 12)
    ready_s, failed, early = [], [], 0
    began = time.monotonic()
    for number in range(kills):
        process, started = rounds.begin()
        if rng.random() < KILLS_EARLY_SHARE:
            early += 1
            time.sleep(early_s(rng, ready_s))
        else:
            ready = rounds.wait_until_ready(process, started)
            if ready is None:
                failed.append(f"start {number}: {process.tail(3)}")
            else:
                ready_s.append(ready)
                time.sleep(0.05 + rng.random() * 0.25)
        if not process.is_running():
            failed.append(f"life {number} ended by itself: {process.tail(3)}")
        kill(process.child)
    process, started = rounds.begin()
    ready = rounds.wait_until_ready(process, started)
    ready_s.append(ready if ready is not None else float("inf"))
    time.sleep(0.3)
    clients.stop()
    process.stop(20)
    upstream.stop()
    print(f"gateway: {kills} kills in {time.monotonic() - began:.0f} s, {clients.answered:,} answers", flush=True)
    done = subprocess.run([str(DRIVER), "ids", str(directory / "state" / "ledger"), str(directory / "ids")],
                          capture_output=True, text=True, timeout=600)
    where = "gateway"
    proof.expect(f"{where}: every start succeeded", not failed, f"{kills} kills, {early} of them while starting {failed[:1] or ''}")
    found = json.loads(done.stdout) if done.returncode == 0 and done.stdout else None
    if found is None:
        proof.expect(f"{where}: the ledger can be read", False, done.stderr[-300:])
        return
    proof.expect(f"{where}: what a client saw begin or end stands in the ledger", found["lost"] == 0 and clients.answered > 0,
                 f"{found['lost']} of {found['acknowledged']:,}")
    proof.expect(f"{where}: nothing is settled twice", found["twice"] == 0, f"{found['twice']} of {found['attempts']:,} attempts")
    proof.expect(f"{where}: every attempt has ended, orphans as recovered", found["never"] == 0,
                 f"{found['settled']:,} settled or voided, {found['recovered']:,} recovered, {found['never']} open")
    proof.expect(f"{where}: `verify` finds nothing", found["problems"] == 0, f"{found['problems']} problems {done.stderr[-300:]}")
    proof.expect(f"{where}: tables and checkpoints cover the log and agree with it", found["tables_agree"] and found["signed"],
                 f"{found['records']:,} records")
    proof.expect(f"{where}: ready in under 2 s", max(ready_s) < READY_S_MAX,
                 f"p50 {statistics.median(ready_s) * 1e3:.0f} ms, max {max(ready_s) * 1e3:.0f} ms")
    case = f"{kills} kills, seed {seed}"
    for name in ("records", "acknowledged", "lost", "twice", "never", "recovered"):
        results.add(where, case, name, "count", [found[name]])
    results.add(where, case, "ready", "ms", [s * 1e3 for s in ready_s])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0].removeprefix("prove: "))
    parser.add_argument("--quick", action="store_true", help="60 kills, under a minute")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layer", choices=("keeper", "gateway"), help="only this one, with all the kills")
    options = parser.parse_args()
    kills = options.kills or (60 if options.quick else 1_000)
    of_gateway = {"keeper": 0, "gateway": kills}.get(options.layer, max(kills // 10, 1))
    if not os.access(DRIVER, os.X_OK):
        sys.exit(f"no {DRIVER}: build it first")
    proof, results = common.Proof(), Results("kill9")
    if kills > of_gateway:
        prove_keeper(proof, results, kills - of_gateway, options.seed)
    if of_gateway:
        prove_gateway(proof, results, of_gateway, options.seed)
    print()
    common.print_table(["promise", "seen", "verdict"], proof.rows)
    print(f"{kills} kills, seed {options.seed}; again with --seed {options.seed} --kills {kills}")
    results.write(options.json)
    sys.exit(1 if proof.broken else 0)


if __name__ == "__main__":
    main()
