"""prove: no endpoint, field, depth or spelling by which data gets past the guard: each is tried with a real gateway and an echo behind it.

A request of every endpoint holds every kind of member that its API knows and some that it does not. One after the other each text, each
name of a member and each number in it is replaced by a value that must not leave, in several spellings, streamed and not; besides,
the query and headers of the client's own. Promised: a resident registration number is refused and reaches no upstream; an e-mail address
reaches the one abroad only as a stand-in, and the client reads his own value in the answer; a key is masked.
"""

import argparse
import copy
import json
import pathlib
import re
import sys

import common
import guarded
import subjects
from common import Results

RRN, MAIL, SECRET = "900101-1234568", "hong.gildong@example.com", "AKIAIOSFODNN7EXAMPLQ"
M = subjects.MODEL
TOOL = {"type": "function", "function": {"name": "find", "description": "finds", "strict": True,
        "parameters": {"type": "object", "title": "Find", "properties": {"who": {"type": "string", "description": "the person", "enum": ["a b"], "default": "c d", "examples": ["e f"]}}, "required": ["who x"]}}}
REQUESTS = {
    "/v1/chat/completions": {
        "model": M, "messages": [
            {"role": "system", "content": "you are kind", "name": "sys name"},
            {"role": "developer", "content": [{"type": "text", "text": "a part"}]},
            {"role": "user", "name": "some name", "content": [{"type": "text", "text": "a question"}, {"type": "image_url", "image_url": {"url": "https://pictures.example/p q.png", "detail": "low d"}}]},
            {"role": "assistant", "content": "an answer", "refusal": "no way", "reasoning_content": "because so",
             "tool_calls": [{"id": "call one", "type": "function", "function": {"name": "find", "arguments": "{\"who\": \"the person\", \"deep\": \"{\\\"x\\\": \\\"deeper\\\"}\"}"}}],
             "function_call": {"name": "old one", "arguments": "{\"a\": \"b c\"}"}, "audio": {"id": "audio id"}},
            {"role": "tool", "tool_call_id": "call one", "content": "{\"result\": \"found it\"}"},
            {"role": "function", "name": "old one", "content": "old result"}, {"role": "user", "content": "and now?"}],
        "tools": [TOOL], "functions": [{"name": "old one", "description": "old text", "parameters": {}}], "tool_choice": {"type": "function", "function": {"name": "find it"}},
        "response_format": {"type": "json_schema", "json_schema": {"name": "shape", "description": "of the answer", "schema": {"type": "object", "description": "inner"}}},
        "metadata": {"ticket": "some ticket"}, "user": "user words", "stop": ["stop here"], "prediction": {"type": "content", "content": "predicted words"},
        "logit_bias": {"50256": -100}, "seed": 12345678901, "safety_identifier": "safe words", "prompt_cache_key": "cache words",
        "web_search_options": {"user_location": {"approximate": {"city": "some city"}}}, "extra_body": {"of": {"tomorrow": ["new words"]}}},
    "/v1/completions": {"model": M, "prompt": ["a prompt", "another one"], "suffix": "the end", "stop": "stop here", "user": "user words", "extra": {"x": "new words"}},
    "/v1/embeddings": {"model": M, "input": ["one text", "two texts"], "user": "user words", "extra": "new words"},
    "/v1/rerank": {"model": M, "query": "a query", "documents": ["one document", {"title": "a title", "text": "two documents"}], "instruct": "new words"},
    "/v1/audio/speech": {"model": M, "input": "say this", "voice": "voice name", "instructions": "say it so"},
    "/v1/images/generations": {"model": M, "prompt": "a picture", "user": "user words", "style": "a style"},
}
# Members that gilmok itself reads: a model of another name is not found, and that is no way out either.
OWN = {"model", "stream"}
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


def escaped(text):
    return "".join(f"\\u{ord(c):04x}" for c in text)


SPELLINGS = {
    "plain": lambda v: json.dumps(v, ensure_ascii=False),
    "escaped": lambda v: '"' + escaped(v) + '"',
    "in a sentence": lambda v: json.dumps(f"번호는 {v}입니다. 확인해 주세요.", ensure_ascii=False),
    "JSON in it": lambda v: json.dumps(json.dumps({"번호": v}, ensure_ascii=False), ensure_ascii=False),
    "JSON in it, escaped": lambda v: json.dumps(json.dumps({"a": v}).replace(v, escaped(v))),
    "behind quotes": lambda v: json.dumps(f'"주민등록번호":"{v}"\n\\', ensure_ascii=False),
}
RRN_SPELLINGS = {
    "full width": lambda v: json.dumps(v.translate(FULL_WIDTH), ensure_ascii=False),
    "zero width": lambda v: json.dumps("\u200b".join(v), ensure_ascii=False),
    "spaced": lambda v: json.dumps("주민번호 " + " ".join(v), ensure_ascii=False),
}


def places(value, path=()):
    """Where something can stand: ("text" | "name" | "number", path)."""
    if isinstance(value, dict):
        for name, each in value.items():
            if not (len(path) == 0 and name in OWN):
                if len(path) > 0:
                    yield "name", path + (name,)
                yield from places(each, path + (name,))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from places(each, path + (index,))
    elif isinstance(value, str):
        yield "text", path
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield "number", path


MARK = "@@HERE@@"


def with_value(request, what, path, raw):
    """The request as text, with `raw` JSON text in that place."""
    changed = copy.deepcopy(request)
    at = changed
    for step in path[:-1]:
        at = at[step]
    if what == "name":
        at[MARK] = at.pop(path[-1])
    else:
        at[path[-1]] = MARK
    return json.dumps(changed, ensure_ascii=False).replace(f'"{MARK}"', raw).encode()


def holds(seen, value):
    """Whether a request shows the value, in any spelling that the next reader would undo."""
    text = "".join([seen[0], seen[1], seen[2].decode(errors="replace")])
    for _ in range(4):
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text.replace("\\\\", "\\"))
    squeezed = re.sub("[\\s\u200b\u2060\ufeff\\\\]", "", text.translate(str.maketrans("０１２３４５６７８９－＠", "0123456789-@")))
    digits = re.sub(r"[^0-9]", "", squeezed)
    return value.lower() in squeezed.lower() or (value == RRN and RRN.replace("-", "") in digits)


def multipart(fields, files):
    out = b""
    for name, value in fields:
        out += f'--XBOUND\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, filename in files:
        out += f'--XBOUND\r\ncontent-disposition: form-data; name="{name}"; filename="{filename}"\r\ncontent-type: audio/wav\r\n\r\nRIFF....WAVE\r\n'.encode()
    return out + b"--XBOUND--\r\n"


class Proof:
    def __init__(self, gate, echo):
        self.gate, self.echo = gate, echo
        self.rows, self.broken = {}, []

    def one(self, endpoint, kind, what, value, body, path=None, headers=None):
        self.echo.seen.clear()
        status, _, answer = self.gate.ask(path or endpoint, body, headers)
        leaked = any(holds(seen, value) for seen in self.echo.seen)
        row = self.rows.setdefault((endpoint, kind), {"cells": 0, "unguarded": 0, "refused": 0, "changed": 0, "unrestored": 0})
        row["cells"] += 1
        row["refused"] += status == 403
        row["changed"] += bool(self.echo.seen)
        wrong = []
        if leaked:
            wrong.append("the upstream saw it")
        if value == RRN and (status != 403 or self.echo.seen):
            wrong.append(f"not refused: {status}")
        if value == SECRET and status not in (200, 403):
            wrong.append(f"status {status}")
        if wrong:
            row["unguarded"] += 1
        if value == MAIL and kind == "text" and self.echo.seen and status == 200 and value not in guarded.content_of(answer):
            row["unrestored"] += 1
            wrong.append("the client did not get his own value back")
        if wrong:
            self.broken.append((endpoint, kind, what, value, wrong, body[:300]))


def main():
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two spellings in place of all")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    directory = common.temporary_dir()
    echo = guarded.Echo()
    gate = guarded.Gate(directory, [("abroad", echo.port, "us-cloud", "Somebody (US)")])
    proof = Proof(gate, echo)
    print(common.machine())
    for endpoint, request in REQUESTS.items():
        streams = (False, True) if "completions" in endpoint else (False,)
        for stream in streams:
            full = {**request, "stream": True} if stream else request
            name = endpoint + (" stream" if stream else "")
            for what, path in places(request):
                spellings = dict(SPELLINGS)
                if options.quick:
                    spellings = {k: SPELLINGS[k] for k in ("plain", "JSON in it, escaped")}
                if what == "name":
                    spellings = {k: v for k, v in spellings.items() if k in ("plain", "escaped")}
                for value in (RRN, MAIL, SECRET):
                    more = RRN_SPELLINGS if value == RRN and what == "text" and not options.quick else {}
                    for spelling, spell in {**spellings, **more}.items():
                        where = f"{'.'.join(map(str, path))} ({spelling})"
                        proof.one(endpoint, what + (", stream" if stream else ""), where, value, with_value(full, what, path, spell(value)))
                if what == "number":
                    proof.one(endpoint, "number", ".".join(map(str, path)), RRN, with_value(full, what, path, "9001011234568"))
    chat = {"model": M, "messages": [{"role": "user", "content": "hi"}]}
    for value in (RRN, MAIL, SECRET):
        for header in ("x-case", "user-agent", "openai-beta", "x-stainless-runtime", "tracestate", "accept"):
            proof.one("/v1/chat/completions", "header", header, value, json.dumps(chat).encode(), headers={header: value})
        proof.one("/v1/chat/completions", "query", "?who=", value, json.dumps(chat).encode(), path=f"/v1/chat/completions?who={value}")
        escaped = "".join(f"%{ord(c):02X}" for c in value)
        proof.one("/v1/chat/completions", "query", "?who= escaped", value, json.dumps(chat).encode(), path=f"/v1/chat/completions?who={escaped}")
        for endpoint in ("/v1/audio/transcriptions", "/v1/audio/translations", "/v1/images/edits", "/v1/images/variations"):
            form = {"content-type": "multipart/form-data; boundary=XBOUND"}
            proof.one(endpoint, "form field", "prompt", value, multipart([("model", M), ("prompt", value)], [("file", "a.wav")]), headers=form)
            proof.one(endpoint, "form field", "another", value, multipart([("model", M), ("tomorrow", f"x {value} y")], [("file", "a.wav")]), headers=form)
            proof.one(endpoint, "file name", "filename", value, multipart([("model", M)], [("file", f"{value}.wav")]), headers=form)
    gate.stop()
    results = Results("coverage")
    table = []
    total = {"cells": 0, "unguarded": 0, "refused": 0, "changed": 0, "unrestored": 0}
    for (endpoint, kind), row in sorted(proof.rows.items()):
        for key, count in row.items():
            total[key] += count
            results.add("guard", f"{endpoint} {kind}", key, "cells", [count])
        table.append([endpoint, kind] + [f"{row[k]:,}" for k in total])
    table.append(["all", ""] + [f"{total[k]:,}" for k in total])
    common.print_table(["endpoint", "where", "cells", "unguarded", "refused", "sent changed or clean", "unrestored"], table)
    results.write(options.json)
    for endpoint, kind, what, value, wrong, body in proof.broken[:20]:
        print(f"broken: {endpoint} {kind} {what}: {value}: {'; '.join(wrong)}\n   {body.decode(errors='replace')}")
    print(f"\n{total['cells']:,} cells: {total['unguarded']:,} unguarded, {total['unrestored']:,} unrestored")
    return 1 if proof.broken else 0


if __name__ == "__main__":
    sys.exit(main())
