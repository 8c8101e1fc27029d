"""prove: data that must stay stays, whatever fails: no fallback, retry or hedge takes it abroad, and the refusal names the rule.

A real gateway, an engine at home and one abroad as its fallback. Requests of each class, with and without personal data, plain and
streamed, with the engine at home up, refusing, hanging and dead, with hedges, and a Bedrock profile that leads out of the region. Promised: the upstream
abroad never gets what a rule keeps here, in no form; a class S request with a resident registration number is refused with the rule and its line;
and the evidence says the same as the upstream's own count.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import common
import guarded
import subjects
from common import GILMOK, Results, free_port

M = subjects.MODEL
RRN = "900101-1234568"
MAIL = "hong.gildong@example.com"


class Case:
    def __init__(self, name, data_class, text, expect, may_leave):
        self.name, self.data_class, self.text, self.expect, self.may_leave = name, data_class, text, expect, may_leave


CASES = [
    Case("S, resident registration number", "S", f"주민등록번호 {RRN} 조회", "kr/rrn", False),
    Case("O, resident registration number", "O", f"주민등록번호 {RRN} 조회", "kr/rrn", False),
    Case("S, nothing found", "S", "회의록을 요약해 주세요", None, False),
    Case("C, nothing found", "C", "회의록을 요약해 주세요", None, False),
    Case("O, e-mail address", "O", f"{MAIL} 로 답장을 써 주세요", None, True),
    Case("O, nothing found", "O", "하늘은 왜 파란가요?", None, True),
]
# How the engine at home is: its port and the upstream behind it.
HOMES = ("up", "answers 500", "dead")


def main():
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the same: it takes a few seconds")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    rows, broken = [], []
    results = Results("residency")
    for home_state in HOMES:
        directory = common.temporary_dir()
        abroad = guarded.Echo()
        home = guarded.Echo(status=500 if home_state == "answers 500" else 200)
        home_port = free_port() if home_state == "dead" else home.port
        gate = guarded.Gate(
            directory, [("home", home_port, "kr-onprem", "us"), ("abroad", abroad.port, "us-cloud", "Somebody (US)")],
            more=f'[model.hedged]\ntry = ["home/{M}", "abroad/{M}"]\npick = "first"\nhedge_after = "1ms"\n'
                 f'[model.profile]\ntry = ["bedrock/us.anthropic.claude-sonnet-5"]\n'
                 f'[upstream.bedrock]\nurl = "http://127.0.0.1:{abroad.port}/v1"\nscrape_interval = "0ms"\nplace = "kr-cloud"\noperator = "Somebody (US)"\n')
        left_total = 0
        for model in (M, "hedged", "profile"):
            for case in CASES:
                for stream in (False, True):
                    abroad.seen.clear()
                    status, _, answer = gate.ask("/v1/chat/completions", {"model": model, "stream": stream, "messages": [{"role": "user", "content": case.text}]},
                                                 {"x-gilmok-class": case.data_class})
                    time.sleep(0.01 if model != "hedged" else 0.05)   # a hedge that was begun has arrived
                    text = answer.decode(errors="replace")
                    left = len(abroad.seen)
                    left_total += left
                    wrong = []
                    if left and not case.may_leave:
                        wrong.append(f"{left} requests went abroad")
                    if any(RRN in body.decode() or MAIL in body.decode() for _, _, body in abroad.seen):
                        wrong.append("personal data went abroad")
                    if case.expect and (status != 403 or case.expect not in text or ".toml:" not in text):
                        wrong.append(f"the refusal does not name {case.expect} and its line: {status} {text[:200]}")
                    if not case.may_leave and model == "profile" and status == 200:
                        wrong.append("an inference profile was taken for a place at home")
                    if home_state == "up" and case.expect is None and model != "profile" and status != 200:
                        wrong.append(f"not answered at home: {status} {text[:200]}")
                    if case.may_leave and status != 200:
                        wrong.append(f"not answered at all: {status} {text[:200]}")
                    if case.may_leave and MAIL in case.text and MAIL not in guarded.content_of(answer):
                        wrong.append(f"the client's own value did not come back: {text[:200]}")
                    rows.append([home_state, model if model != M else "with fallback", case.name + (", stream" if stream else ""), status, left, "; ".join(wrong) or "kept"])
                    broken += [(rows[-1], w) for w in wrong]
        gate.stop()
        done = subprocess.run([GILMOK, "evidence", "-c", gate.config, "--from", "2020-01-01", "--to", "2100-01-01", "-o", "json"], capture_output=True, text=True,
                              env={**gate.environment, "PATH": "/usr/bin:/bin"}, check=False)
        if done.returncode != 0:
            broken.append((home_state, f"gilmok evidence: {done.stderr[:300]}"))
        else:
            evidence = json.loads(done.stdout)
            (directory / "evidence.json").write_text(done.stdout)
            results.add("gilmok", home_state, "evidence_bytes", "bytes", [len(done.stdout)])
            statement = json.dumps(evidence, ensure_ascii=False)
            if RRN in statement or MAIL in statement:
                broken.append((home_state, "the evidence holds the data itself"))
    common.print_table(["home", "model", "request", "status", "went abroad", ""], rows)
    results.add("gilmok", "all", "requests", "requests", [len(rows)])
    results.add("gilmok", "all", "broken", "requests", [len(broken)])
    results.write(options.json)
    shown = next((r for r in rows if r[0] == "dead" and r[2] == CASES[0].name), None)
    for row, why in broken[:20]:
        print(f"broken: {row}: {why}")
    print(f"\n{len(rows)} requests: {len(broken)} broken; class S with a resident registration number, home dead, fallback abroad: {shown[3]}, went abroad {shown[4]}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
