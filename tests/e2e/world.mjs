// Starts what the tests talk to: the stub upstream, `gilmok sim` and `gilmok serve` in front of both, in a directory of
// their own. GILMOK names the binary. Everything listens on loopback, on ports the system picked.
import {execFile, spawn} from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import OpenAI from 'openai';
import {Stub} from './stub.mjs';

export const GILMOK = process.env.GILMOK;
export const KEY = 'e2e-key-0123456789abcdefghijklmnopqrstuvwxyz';
const NARROW_KEY = 'e2e-narrow-0123456789abcdefghijklmnopqrstu';
const STARTS_WITHIN_MS = 15_000;   // under sanitizers on a busy machine

export const run = promisify(execFile);
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(condition, withinMs, what) {
    const end = performance.now() + withinMs;
    for (;;) {
        const value = await condition();
        if (value) return value;
        if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
        await sleep(5);
    }
}

async function freePort() {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const {port} = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

// A child with its output kept; told when it dies before its time.
class Child {
    constructor(args, env) {
        this.output = '';
        this.stdout = '';
        this.process = spawn(GILMOK, args, {env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe']});
        this.process.stdout.on('data', (data) => { this.stdout += data; this.output += data; });
        this.process.stderr.on('data', (data) => { this.output += data; });
        this.ended = new Promise((resolve) => this.process.on('exit', (code, signal) => resolve({code, signal})));
    }
    get isRunning() { return this.process.exitCode === null && this.process.signalCode === null; }
    async stop() {
        if (this.isRunning) this.process.kill('SIGTERM');
        const end = await Promise.race([this.ended, sleep(5_000).then(() => null)]);
        if (end === null) this.process.kill('SIGKILL');
        return end;
    }
}

const config = ({port, adminPort, directory, stub, sim}) => `
[server]
listen = ["127.0.0.1:${port}"]
admin = "127.0.0.1:${adminPort}"
state_dir = "${directory}/state"
shards = 1

[upstream.stub]
url = "${stub}"
place = "local"
key = "env:E2E_UPSTREAM_KEY"
eject_after = 1000

[upstream.impatient]
url = "${stub}"
place = "local"
connect_timeout = "300ms"
first_byte_timeout = "400ms"
eject_after = 1000

[upstream.sim]
kind = "vllm"
url = "${sim}/v1"
place = "local"

[model.echo]
try = ["stub/echo"]
[model.endless]
try = ["stub/endless"]
[model.silent]
try = ["stub/silent"]
[model.timid]
try = ["impatient/silent"]
[model.busy-once]
try = ["stub/busy-once"]
[model.down]
try = ["stub/down"]
[model.backed-up]
pick = "first"
try = ["stub/down", "impatient/echo"]
[model.refuse]
try = ["stub/refuse"]
[model.stub-media]
try = ["stub/stub-media"]
[model.chat]
try = ["sim/e2e-chat"]
[model.thinker]
try = ["sim/e2e-think"]

[tenant.e2e]
[tenant."e2e/narrow"]
models = ["echo"]

[[key]]
name = "e2e"
tenant = "e2e"
secret = "env:E2E_KEY"
[[key]]
name = "narrow"
tenant = "e2e/narrow"
secret = "env:E2E_NARROW_KEY"

[log]
access = "${directory}/access.log"
`;

export class World {
    async start() {
        this.directory = await fs.mkdtemp(path.join(os.tmpdir(), 'gilmok-e2e-'));
        await fs.mkdir(path.join(this.directory, 'state'), {mode: 0o700});
        this.stub = await new Stub().start();
        this.simUrl = await this.#startSim();
        this.port = await freePort();
        this.adminPort = await freePort();
        this.configPath = path.join(this.directory, 'gilmok.toml');
        await fs.writeFile(this.configPath, config({port: this.port, adminPort: this.adminPort, directory: this.directory, stub: this.stub.url, sim: this.simUrl}));
        this.gateway = new Child(['serve', '-c', this.configPath], {E2E_KEY: KEY, E2E_NARROW_KEY: NARROW_KEY, E2E_UPSTREAM_KEY: 'upstream-key'});
        this.url = `http://127.0.0.1:${this.port}/v1`;
        await until(() => this.#isReady(), STARTS_WITHIN_MS, () => this.gateway.output).catch((error) => {
            throw new Error(`${error.message}\n${this.gateway.output}`);
        });
        return this;
    }

    // The engine answers at once: pace is not what these tests are about.
    async #startSim() {
        this.sim = new Child(['sim', '--listen', '127.0.0.1:0', '--time-scale', '0', '--model', 'e2e-chat,e2e-think'], {});
        return until(() => {
            if (!this.sim.isRunning) throw new Error(`gilmok sim ended: ${this.sim.output}`);
            return this.sim.stdout.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
        }, STARTS_WITHIN_MS, 'the address of gilmok sim');
    }

    async #isReady() {
        if (!this.gateway.isRunning) throw new Error(`gilmok serve ended: ${this.gateway.output}`);
        try {
            return (await fetch(`http://127.0.0.1:${this.port}/readyz`)).ok;
        } catch {
            return false;
        }
    }

    client(options = {}) {
        return new OpenAI({baseURL: this.url, apiKey: KEY, maxRetries: 0, timeout: 20_000, ...options});
    }
    get narrowKey() { return NARROW_KEY; }

    async accessLines() {
        const text = await fs.readFile(path.join(this.directory, 'access.log'), 'utf8').catch(() => '');
        return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    }

    async key(...args) {
        return (await run(GILMOK, ['key', ...args, '-c', this.configPath], {env: {...process.env, E2E_KEY: KEY, E2E_NARROW_KEY: NARROW_KEY, E2E_UPSTREAM_KEY: 'upstream-key'}})).stdout;
    }

    async stop() {
        const end = await this.gateway?.stop();
        await this.sim?.stop();
        await this.stub?.stop();
        await fs.rm(this.directory, {recursive: true, force: true});
        // A sanitizer report or a crash at the end is a failure as well.
        if (end && end.code !== 0) throw new Error(`gilmok serve ended with ${JSON.stringify(end)}\n${this.gateway.output}`);
    }
}
