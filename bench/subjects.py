"""gilmok and its peers, each configured as bench/README.md tells: one core, keep-alive both ways, no access log but ours.

A subject knows how to start itself before the mock upstream and what a client must send to it.
"""

import os
import shutil
import stat

from common import GILMOK, PROXY_CORE, ROOT, Process, Skip, free_port, post, wait_for_answer, wait_for_port

PEERS = ROOT / "bench" / "peers"
KEY = "gk-bench-0123456789abcdefghijklmnopqrstuvwxyz"
MODEL = "bench-model"


class Subject:
    name = ""
    is_slow = False          # two orders of magnitude: longer windows, fewer rounds, 64 connections only
    start_wait_s = 10
    key = KEY

    def __init__(self, directory, upstream_port, streams_max):
        self.directory = directory / f"{self.name}-{free_port()}"
        self.directory.mkdir()
        self.upstream_port = upstream_port
        self.streams_max = streams_max
        self.port = free_port()
        self.process = None

    def headers(self):
        return []            # besides the ordinary ones and the key

    def launch(self):
        raise NotImplementedError

    def start(self):
        self.process = self.launch()
        wait_for_port(self.process, self.port, self.start_wait_s)
        wait_for_answer(self.process, self.answers, self.start_wait_s)

    def ask(self):
        headers = dict(h.split(": ", 1) for h in self.headers())
        body = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]}
        return post(self.port, "/v1/chat/completions", body, {"authorization": f"Bearer {self.key}", **headers})

    def answers(self):
        return self.ask()[0] == 200

    def pids(self):
        return self.process.tree()

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path

    def spawn(self, argv, env=None):
        return Process(argv, core=PROXY_CORE, env=env, log=self.directory / "log", cwd=self.directory)


class Gilmok(Subject):
    """What a user runs: key check, metering, an access log line for each request, metrics, and as it comes with guard, ledger
    and, on the tenant, a budget with prices to fill it."""

    name = "gilmok"
    place = "kr-onprem"
    of_tenant = 'budget_month = "900000000000 KRW"'
    more = f"""
[[price]]
provider = "mock"
sku = "{MODEL}"
input_fresh = "2.5 USD"
cache_read = "0.25 USD"
output_text = "15 USD"

[[fx]]
from = "USD"
to = "KRW"
rate = "1391.27"
date = "2026-01-01"
"""

    def launch(self):
        if not os.access(GILMOK, os.X_OK):
            raise Skip(f"no {GILMOK}: build it first")
        config = self.write("gilmok.toml", f"""
[server]
listen = ["127.0.0.1:{self.port}"]
admin = "127.0.0.1:{free_port()}"
shards = 1
state_dir = "{self.directory}/state"

[upstream.mock]
kind = "openai"
url = "http://127.0.0.1:{self.upstream_port}/v1"
key = "env:GILMOK_BENCH_UPSTREAM_KEY"
place = "{self.place}"
connections_max = {self.streams_max + 1000}
pool_idle_max = 1024

[model.{MODEL}]
try = ["mock/{MODEL}"]

[tenant.bench]
{self.of_tenant}

[[key]]
name = "bench"
tenant = "bench"
secret = "env:GILMOK_BENCH_KEY"

[log]
access = "{self.directory}/access.log"
{self.more}""")
        (self.directory / "state").mkdir(mode=stat.S_IRWXU)
        return self.spawn([GILMOK, "serve", "-c", config], {"GILMOK_BENCH_KEY": KEY, "GILMOK_BENCH_UPSTREAM_KEY": "upstream-key"})


class GilmokPath(Gilmok):
    """The path alone, as the peers have it: nothing is looked for, nothing is booked."""

    name = "gilmok-path"
    of_tenant = ""
    more = "[guard]\non = false\n[ledger]\non = false\n"


class Nginx(Subject):
    name = "nginx"

    def launch(self):
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not program:
            raise Skip("nginx is not installed (apt-get install nginx-light)")
        # More worker_connections than sockets in use, or nginx begins to close its keep-alive connections.
        config = self.write("nginx.conf", f"""
{"user root;" if os.geteuid() == 0 else ""}
daemon off;
worker_processes 1;
pid {self.directory}/pid;
error_log stderr crit;
events {{ worker_connections 60000; multi_accept on; }}
http {{
    access_log off;
    client_body_temp_path {self.directory}/body;
    proxy_temp_path {self.directory}/proxy;
    fastcgi_temp_path {self.directory}/fastcgi;
    uwsgi_temp_path {self.directory}/uwsgi;
    scgi_temp_path {self.directory}/scgi;
    client_body_buffer_size 64k;
    client_max_body_size 32m;
    tcp_nodelay on;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    upstream mock {{ server 127.0.0.1:{self.upstream_port}; keepalive 1024; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{self.port} backlog=16384;
        location / {{
            proxy_pass http://mock;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Authorization "Bearer upstream-key";
            proxy_set_header X-Request-Id $request_id;
            proxy_read_timeout 600s;
            proxy_buffering on;
        }}
    }}
}}
""")
        return self.spawn([program, "-e", "stderr", "-c", config, "-p", self.directory])


class Haproxy(Subject):
    name = "haproxy"
    global_lines = ""
    default_lines = ""

    def launch(self):
        program = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not program:
            raise Skip("haproxy is not installed (apt-get install haproxy)")
        config = self.write("haproxy.cfg", f"""
global
    nbthread 1
    maxconn {self.streams_max + 300}
    {self.global_lines}
defaults
    mode http
    timeout connect 5s
    timeout client 600s
    timeout server 600s
    timeout http-keep-alive 600s
    http-reuse always
    {self.default_lines}
frontend clients
    bind 127.0.0.1:{self.port} backlog 16384
    http-request set-header Authorization "Bearer upstream-key"
    http-request set-header X-Request-Id %[uuid()]
    default_backend mock
backend mock
    server mock 127.0.0.1:{self.upstream_port} pool-max-conn -1
""")
        return self.spawn([program, "-db", "-f", config])


class Haproxy64(Haproxy):
    """Room for a 30 KB body in one buffer: the honest setting for large requests."""

    name = "haproxy-64k"
    global_lines = "tune.bufsize 65536"


class HaproxyNoDelay(Haproxy):
    """Without http-no-delay HAProxy corks streams: half the CPU, and 100 ms late."""

    name = "haproxy-nd"
    default_lines = "option http-no-delay"


class Portkey(Subject):
    name = "portkey"
    is_slow = True

    def headers(self):
        return ["x-portkey-provider: openai", f"x-portkey-custom-host: http://127.0.0.1:{self.upstream_port}/v1"]

    def launch(self):
        server = PEERS / "portkey/node_modules/@portkey-ai/gateway/build/start-server.js"
        if not server.exists() or not shutil.which("node"):
            raise Skip("not fetched (scripts/bench proxy --fetch-peers)")
        return self.spawn(["node", "--require", ROOT / "bench/loopback.cjs", server, f"--port={self.port}", "--headless"],
                          {"NODE_ENV": "production"})


class Litellm(Subject):
    name = "litellm"
    is_slow = True
    start_wait_s = 60
    key = "sk-" + KEY

    def launch(self):
        program = PEERS / "litellm/bin/litellm"
        if not program.exists():
            raise Skip("not fetched (scripts/bench proxy --fetch-peers)")
        config = self.write("litellm.yaml", f"""
model_list:
  - model_name: {MODEL}
    litellm_params:
      model: openai/{MODEL}
      api_base: http://127.0.0.1:{self.upstream_port}/v1
      api_key: upstream-key
general_settings:
  master_key: {self.key}
litellm_settings:
  telemetry: false
""")
        return self.spawn([program, "--config", config, "--host", "127.0.0.1", "--port", self.port, "--num_workers", 1],
                          {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "NO_DOCS": "True"})


class Direct(Subject):
    """No proxy at all: the latency that the upstream and the generator have by themselves."""

    name = "direct"

    def start(self):
        self.port = self.upstream_port

    def pids(self):
        return []
