"""A gateway with its guard on between a client and upstreams that keep every byte they get and say it back. For the proofs."""

import http.client
import http.server
import json
import socketserver
import threading

import common
import subjects
from common import wait_for_answer


class Echo(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """An upstream in this process: keeps every request, answers with the text of the last message (or of the input) it got."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, status=200):
        self.seen = []     # (path with query, headers as text, body bytes)
        self.status = status
        self.chunk = 5     # characters of an event
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass   # a client who leaves is no error of ours


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        server = self.server
        server.seen.append((self.path, str(self.headers), body))
        text = said(body)
        if server.status >= 300:
            return self.say(json.dumps({"error": {"message": f"upstream says: {text}", "type": "x", "code": "x"}}), server.status)
        wants_stream = b'"stream":true' in body.replace(b" ", b"")
        path = self.path.split("?")[0]
        if wants_stream and path.endswith(("/chat/completions", "/completions")):
            return self.stream(text, path.endswith("/chat/completions"))
        usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
        if path.endswith("/chat/completions"):
            answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}], "usage": usage}
        elif path.endswith("/completions"):
            answer = {"choices": [{"index": 0, "text": text, "finish_reason": "stop"}], "usage": usage}
        else:
            answer = {"data": [], "echo": text, "usage": usage}
        self.say(json.dumps(answer), 200)

    def say(self, text, status):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def stream(self, text, is_chat):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

        def event(data):
            raw = f"data: {data}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw))

        step = self.server.chunk
        for at in range(0, max(len(text), 1), step):
            piece = text[at:at + step]
            choice = {"index": 0, "delta": {"content": piece}} if is_chat else {"index": 0, "text": piece}
            event(json.dumps({"choices": [{**choice, "finish_reason": None}]}, ensure_ascii=False))
        event(json.dumps({"choices": [{"index": 0, "delta": {}, "text": "", "finish_reason": "stop"}]}))
        event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")


def said(body):
    """All text of a request, one behind the other."""
    try:
        texts = []
        _texts(json.loads(body), texts)
        return " | ".join(texts)
    except ValueError:
        return body.decode(errors="replace")


def _texts(value, out):
    if isinstance(value, str):
        out.append(value)
    elif isinstance(value, list):
        for each in value:
            _texts(each, out)
    elif isinstance(value, dict):
        for name, each in value.items():
            out.append(name)
            _texts(each, out)


class Gate(common.Served):
    """`gilmok serve` with the given upstreams: [(name, port, place, operator)], in the order in which they are tried."""

    key = subjects.KEY

    def __init__(self, directory, upstreams, more="", tenant="", environment=None):
        super().__init__(directory)
        text = f"""
[tenant.bench]
{tenant}
[[key]]
name = "bench"
tenant = "bench"
secret = "env:GILMOK_BENCH_KEY"
[log]
access = "{self.access_log}"
[model."{subjects.MODEL}"]
try = [{", ".join(f'"{name}/{subjects.MODEL}"' for name, *_ in upstreams)}]
pick = "first"
{more}
"""
        for name, port, place, operator in upstreams:
            text += f"""
[upstream.{name}]
url = "http://127.0.0.1:{port}/v1"
key = "env:GILMOK_BENCH_UPSTREAM_KEY"
scrape_interval = "0ms"
connect_timeout = "300ms"
place = "{place}"
operator = "{operator}"
"""
        self.configure(text, server='admin_token = "env:GILMOK_BENCH_ADMIN"')
        self.environment = {"GILMOK_BENCH_KEY": self.key, "GILMOK_BENCH_UPSTREAM_KEY": "upstream-key-0123456789",
                            "GILMOK_BENCH_ADMIN": "admin-token-0123456789abcdef", **(environment or {})}
        self.start(self.environment)
        wait_for_answer(self.process, lambda: common.get(self.port, "/readyz")[0] == 200, 10)

    def ask(self, path, body, headers=None, timeout_s=20):
        """Bytes of a body, or what JSON is made of. Status, headers as text, bytes of the answer."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request("POST", path, raw, {"authorization": f"Bearer {self.key}", "content-type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, str(answer.headers), answer.read()
        finally:
            connection.close()

    def admin(self, path):
        return common.get(self.admin_port, path, {"authorization": f"Bearer {self.environment['GILMOK_BENCH_ADMIN']}"})


def content_of(answer):
    """What a client reads out of a whole or streamed answer: all text of it, in order."""
    text = answer.decode(errors="replace")
    if not text.startswith("data:") and "\ndata:" not in text:
        return said(answer)
    out = []
    for line in text.splitlines():
        if line.startswith("data: {"):
            for choice in json.loads(line[6:]).get("choices", []):
                out.append(choice.get("text") or choice.get("delta", {}).get("content") or "")
    return "".join(out)
