"""prove: canaries put wherever a client or an upstream can put text are found nowhere that gilmok writes or sends of itself.

A real gateway with ledger, access log, metrics, traces and its admin side gets prompts, keys, names, broken bodies and lying
upstreams that all hold canaries: secrets and personal data made for this run. Then every file of its state, its logs, its metrics, the
traces that a collector got, the admin API's answers, the errors that clients got and the bodies that the upstream abroad got are searched for
them, plain and in base64, hexadecimal, percent, JSON and UTF-16 spellings. Promised: 0 hits.
"""

import argparse
import base64
import http.server
import json
import pathlib
import random
import socketserver
import sys
import threading
import time
import urllib.parse

import common
import guarded
import subjects
from common import Results

M = subjects.MODEL
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"


def spellings(text):
    raw = text.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), urllib.parse.quote(text, safe="").encode(),
             json.dumps(text)[1:-1].encode(), "".join(f"\\u{ord(c):04x}" for c in text).encode(), text.encode("utf-16-le"), raw[::-1]}
    for shift in range(3):   # wherever it stands in what was encoded
        encoded = base64.b64encode(b"x" * shift + raw)
        found.add(encoded[4 if shift else 0:-4])
    return found


class Collector(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Takes spans."""

    daemon_threads = True

    def __init__(self):
        self.bodies = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(handler):   # noqa: N805
                self.bodies.append(handler.rfile.read(int(handler.headers.get("content-length", 0))))
                handler.send_response(200)
                handler.send_header("content-length", "0")
                handler.end_headers()

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def main():
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer requests")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    prng = random.Random(options.seed)

    def token(count):
        return "".join(prng.choice(LETTERS) for _ in range(count))

    canaries = {
        "prompt key": "sk-proj-" + token(40), "github token": "ghp_" + token(36), "aws key": "AKIA" + "".join(prng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16)),
        "card": "4111111111111111", "rrn": "8203011" + "".join(prng.choice("0123456789") for _ in range(6)), "mail": token(12).lower() + "@canary.example",
        "client key": "gm-" + token(43), "broken": "sk-ant-api03-" + token(48), "upstream echo": "xoxb-123456789012-123456789012-" + token(24),
        "password": "postgres://app:" + token(20) + "@db.internal:5432/x", "user": token(16), "conversation": token(20), "idempotency": "idem-" + token(24),
        "upstream key": "upkey-" + token(32), "admin token": "admin-" + token(32), "header": "glpat-" + token(20),
    }
    rrn = canaries["rrn"]
    canaries["rrn"] = rrn[:6] + "-" + rrn[6:]
    directory = common.temporary_dir()
    echo, broken_echo, collector = guarded.Echo(), guarded.Echo(status=500), Collector()
    gate = guarded.Gate(
        directory, [("abroad", echo.port, "us-cloud", "Somebody (US)"), ("broken", broken_echo.port, "us-cloud", "Somebody (US)")],
        more=f'[telemetry]\notlp_endpoint = "http://127.0.0.1:{collector.server_address[1]}/v1/traces"\n[model.broken]\ntry = ["broken/x"]\n',
        environment={"GILMOK_BENCH_UPSTREAM_KEY": canaries["upstream key"], "GILMOK_BENCH_ADMIN": canaries["admin token"]})
    errors, admin, unsearched = [], [], []

    def ask(body, path="/v1/chat/completions", headers=None):
        status, head, answer = gate.ask(path, body, headers)
        if status >= 300:
            errors.append((f"{status} {path}", head.encode() + answer))

    rounds = 3 if options.quick else 40
    began = time.monotonic()
    for number in range(rounds):
        for name, value in canaries.items():
            if name in ("upstream key", "admin token"):
                continue
            for stream in (False, True):
                ask({"model": M, "stream": stream, "messages": [{"role": "user", "content": f"number {number}: my {name} is {value}, use it"}], "user": canaries["user"]},
                    headers={"x-gilmok-conversation": canaries["conversation"], "idempotency-key": canaries["idempotency"] + f"-{name}-{number}-{stream}"})
                ask({"model": "broken", "stream": stream, "messages": [{"role": "user", "content": f"password: {value}"}]})
            if name not in ("user", "conversation", "idempotency"):   # words that nothing tells from a tag
                ask({"model": M, "messages": [{"role": "user", "content": "plain"}]}, headers={"x-gilmok-tag": value})
            ask({"model": value, "messages": []})                                   # a model of that name
            ask(f'{{"model":"{M}","messages":[{{"role":"user","content":"{value}'.encode())   # cut JSON
            ask({"model": M, "messages": [], value: value, "metadata": {value: value}})
            ask({"model": M, "input": value}, "/v1/embeddings")
            ask({"model": M, "messages": [], "max_tokens": value})                  # a wrong type
            ask({}, "/v1/" + urllib.parse.quote(value))                             # a path
            ask({"model": M, "messages": []}, f"/v1/chat/completions?token={urllib.parse.quote(value)}")
            ask({"model": M, "messages": []}, headers={"x-trace-note": value, "user-agent": value, "x-gilmok-class": value})
            ask({"model": M, "messages": []}, headers={"authorization": f"Bearer {value}"})   # a wrong key
            ask({"model": M, "messages": []}, headers={"traceparent": f"00-{value}-0000000000000001-01", "baggage": f"a={value}"})
        ask({"model": M, "messages": [{"role": "user", "content": "plain"}]}, headers={"x-gilmok-tag": "plain"})
    for path in ("/metrics", "/admin/v1/status", "/admin/v1/config", "/admin/v1/usage", "/admin/v1/spend", "/admin/v1/budgets", "/admin/v1/ledger",
                 "/admin/v1/forecast", "/admin/v1/upstreams", "/admin/v1/models", "/admin/v1/tenants", "/admin/v1/keys", "/admin/v1/guard/rules",
                 "/admin/v1/evidence?from=2020-01-01&to=2100-01-01", "/"):
        status, head, answer = gate.admin(path)
        admin.append((path, str(head).encode() + answer))
        if status != 200:
            unsearched.append(f"{path} answered {status}")
    time.sleep(2.5)   # spans are sent each second
    gate.stop()
    places = {"answers of the admin side": admin, "errors to clients": errors,
              "traces": [("span", body) for body in collector.bodies],
              "bodies to the upstream abroad": [(path, head.encode() + body) for path, head, body in echo.seen + broken_echo.seen]}
    files = {}
    for path in pathlib.Path(directory).rglob("*"):
        if path.is_file() and path.name != "gilmok.toml":
            kind = "access log" if path.name == "access.log" else "log" if path.name == "gilmok.log" else "state: " + path.relative_to(directory).parts[1 if len(path.relative_to(directory).parts) > 1 else 0]
            files.setdefault(kind, []).append((str(path.relative_to(directory)), path.read_bytes()))
    places.update(files)
    # Where nothing was there to be searched, nothing was proved.
    unsearched += [f"nothing in: {place}" for place in (*list(places)[:4], "access log", "log", "state: ledger")
                   if not any(text for _, text in places.get(place, ()))]
    # Random words that are no secret by their form: a client may say them, and read them again in an error about what he said. Nothing of
    # gilmok's own may hold them all the same.
    words = {"user", "conversation", "idempotency"}
    own = {"bodies to the upstream abroad": words | {"upstream key"},   # the key is meant for him
           # What was swapped on its way out comes back to whoever sent it, also in an upstream's error.
           "errors to clients": words | {"card", "mail"}}
    results = Results("canary")
    rows, hits = [], []
    for place, texts in sorted(places.items()):
        found = 0
        for name, value in canaries.items():
            if name in own.get(place, ()):
                continue
            for spelled in spellings(value):
                for where, text in texts:
                    if spelled in text:
                        found += 1
                        hits.append((place, where, name, value, text[max(0, text.find(spelled) - 60):text.find(spelled) + 80]))
        rows.append([place, len(texts), f"{sum(len(t) for _, t in texts):,}", found])
        results.add("guard", place, "hits", "hits", [found])
    common.print_table(["searched", "texts", "bytes", "hits"], rows)
    results.write(options.json)
    kinds = {}
    for hit in hits:
        kinds.setdefault((hit[0], hit[2]), hit)
    for place, where, name, value, around in list(kinds.values())[:25]:
        print(f"broken: {place}: {where}: {name} {value}: {around!r}")
    for why in unsearched:
        print(f"broken: {why}")
    print(f"\n{len(canaries)} canaries, {rounds * len(canaries) * 14:,} requests in {time.monotonic() - began:.0f} s: {len(hits)} hits")
    return 1 if hits or unsearched else 0


if __name__ == "__main__":
    sys.exit(main())
