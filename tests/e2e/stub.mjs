// An upstream that does exactly what a test needs and remembers what it saw. The model's name decides:
//   echo            answers the request body it received, as text
//   endless         streams an event each 20 ms until it is hung up on
//   silent          never answers
//   busy-once       429 with Retry-After for the first request of each user, then answers
//   down            503, always
//   refuse          400 with an upstream's own error body
import http from 'node:http';

const json = (response, status, value, headers = {}) => {
    const text = JSON.stringify(value);
    response.writeHead(status, {'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers});
    response.end(text);
};

const completion = (model, content) => ({
    id: 'chatcmpl-stub', object: 'chat.completion', created: 1741569952, model,
    choices: [{index: 0, message: {role: 'assistant', content, refusal: null}, logprobs: null, finish_reason: 'stop'}],
    usage: {prompt_tokens: 7, completion_tokens: 3, total_tokens: 10},
});

const event = (model, content) => `data: ${JSON.stringify({
    id: 'chatcmpl-stub', object: 'chat.completion.chunk', created: 1741569952, model,
    choices: [{index: 0, delta: {content}, finish_reason: null}],
})}\n\n`;

export class Stub {
    requests = [];       // {path, model, headers, body, text, closedAt}
    users = new Map();

    async start() {
        this.server = http.createServer((request, response) => this.#take(request, response));
        await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
        this.url = `http://127.0.0.1:${this.server.address().port}/v1`;
        return this;
    }

    stop() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    of(model) {
        return this.requests.filter((request) => request.model === model);
    }

    async #take(request, response) {
        const parts = [];
        for await (const part of request) parts.push(part);
        const bytes = Buffer.concat(parts);
        if (request.method !== 'POST') return json(response, 200, {object: 'list', data: []});
        const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
        const body = isJson ? JSON.parse(bytes.toString()) : undefined;
        const seen = {path: request.url, model: body?.model, headers: request.headers, body, text: bytes.toString('latin1')};
        this.requests.push(seen);
        response.on('close', () => { seen.closedAt = performance.now(); });
        if (request.url === '/v1/chat/completions') return this.#chat(seen, response);
        if (request.url === '/v1/rerank')
            return json(response, 200, {model: body.model, results: body.documents.map((_, index) => ({index, relevance_score: 1 / (index + 1)}))});
        if (request.url === '/v1/images/generations') return json(response, 200, {created: 1, data: [{b64_json: 'aW1hZ2U='}]});
        if (request.url === '/v1/audio/speech') {
            response.writeHead(200, {'content-type': 'audio/mpeg'});
            return response.end(Buffer.from([0xff, 0xf3, 0x00, 0x80, 0x0a, 0x0d, 0xfe]));
        }
        if (request.url === '/v1/audio/transcriptions') return json(response, 200, {text: `heard ${bytes.length} bytes`});
        return json(response, 404, {error: {message: 'the stub does not know this path', type: 'invalid_request_error', param: null, code: null}});
    }

    #chat(seen, response) {
        const {model, body} = seen;
        switch (model) {
            case 'echo': return json(response, 200, completion(model, JSON.stringify(body)), {'x-upstream-secret-header': 'kept', 'openai-processing-ms': '12'});
            case 'endless': {
                response.writeHead(200, {'content-type': 'text/event-stream'});
                let count = 0;
                const timer = setInterval(() => response.write(event(model, `word${String.fromCharCode(97 + count++ % 26)} `)), 20);   // digits are held back: they may become a number
                return response.on('close', () => clearInterval(timer));
            }
            case 'silent': return undefined;
            case 'busy-once': {
                const times = (this.users.get(body.user) ?? 0) + 1;
                this.users.set(body.user, times);
                if (times > 1) return json(response, 200, completion(model, 'at last'));
                return json(response, 429, {error: {message: 'slow down', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded'}}, {'retry-after': '0'});
            }
            case 'down': return json(response, 503, {error: {message: 'loading', type: 'server_error', param: null, code: null}});
            case 'refuse': return json(response, 400, {error: {message: 'temperature is too high', type: 'invalid_request_error', param: 'temperature', code: 'bad_value'}});
            default: return json(response, 404, {error: {message: `no model ${model}`, type: 'invalid_request_error', param: 'model', code: 'model_not_found'}});
        }
    }
}
