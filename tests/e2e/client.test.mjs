// Goal: an application that speaks to OpenAI through the official client works through gilmok without a change.
// Method: the real client, the real binary, `gilmok sim` as the engine, and a stub upstream where a test must see the
// request that arrived or needs an upstream that misbehaves on command.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import OpenAI from 'openai';
import {KEY, World, sleep, until} from './world.mjs';

const world = new World();
let client;
before(async () => {
    await world.start();
    client = world.client();
});
after(() => world.stop());

const user = (content) => [{role: 'user', content}];
const tools = [{
    type: 'function',
    function: {
        name: 'get_weather', description: 'Weather of a city',
        parameters: {type: 'object', properties: {city: {type: 'string'}, days: {type: 'integer', minimum: 1, maximum: 7}}, required: ['city', 'days'], additionalProperties: false},
    },
}];
const all = async (stream) => {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
};
const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');

test('a chat is answered, with usage and the public model', async () => {
    const answer = await client.chat.completions.create({model: 'chat', messages: user('echo: hello 안녕')});
    assert.equal(answer.object, 'chat.completion');
    assert.equal(answer.choices[0].message.role, 'assistant');
    assert.equal(answer.choices[0].message.content, 'hello 안녕');
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
});

test('the answer carries a request id, and the access log has it', async () => {
    const {response} = await client.chat.completions.create({model: 'echo', messages: user('hi')}).withResponse();
    const id = response.headers.get('x-request-id');
    assert.ok(id);
    const line = await until(async () => (await world.accessLines()).find((entry) => entry.request_id === id), 3_000, 'its line in the access log');
    assert.equal(line.status, 200);
    assert.equal(line.tenant, 'e2e');
    assert.deepEqual(line.usage, {input: 7, output: 3, total: 10});
});

test('a stream gives the same text as the whole answer', async () => {
    const question = {model: 'chat', messages: user('echo: one two three four five'), seed: 7};
    const whole = await client.chat.completions.create(question);
    const chunks = await all(await client.chat.completions.create({...question, stream: true}));
    assert.equal(textOf(chunks), whole.choices[0].message.content);
    assert.ok(chunks.length > 2);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
});

test('usage comes in a stream when it is asked for, and only then', async () => {
    const question = {model: 'chat', messages: user('echo: count me'), stream: true};
    const {data: stream, response} = await client.chat.completions.create(question).withResponse();
    const quiet = await all(stream);
    assert.ok(quiet.every((chunk) => chunk.usage == null && chunk.choices.length === 1));
    const told = await all(await client.chat.completions.create({...question, stream_options: {include_usage: true}}));
    assert.equal(told.at(-1).choices.length, 0);
    assert.ok(told.at(-1).usage.completion_tokens > 0);
    const id = response.headers.get('x-request-id');
    const counted = await until(async () => (await world.accessLines()).find((line) => line.request_id === id)?.usage, 3_000, 'usage of the quiet stream in the log');
    assert.equal(counted.output, told.at(-1).usage.completion_tokens);
});

test('a tool call comes whole', async () => {
    const answer = await client.chat.completions.create({model: 'chat', messages: user('call get_weather for Seoul'), tools});
    const [call] = answer.choices[0].message.tool_calls;
    assert.equal(answer.choices[0].finish_reason, 'tool_calls');
    assert.equal(call.function.name, 'get_weather');
    const given = JSON.parse(call.function.arguments);
    assert.equal(typeof given.city, 'string');
    assert.ok(Number.isInteger(given.days));
});

test('the arguments of a streamed tool call add up to JSON', async () => {
    const stream = await client.chat.completions.create({model: 'chat', messages: user('call get_weather for Seoul'), tools, tool_choice: 'required', stream: true});
    const chunks = await all(stream);
    const deltas = chunks.flatMap((chunk) => chunk.choices[0]?.delta?.tool_calls ?? []);
    assert.equal(deltas[0].function.name, 'get_weather');
    assert.ok(deltas[0].id);
    const given = JSON.parse(deltas.map((delta) => delta.function?.arguments ?? '').join(''));
    assert.equal(typeof given.city, 'string');
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'tool_calls');
});

test('a structured answer fits its schema', async () => {
    const schema = {type: 'object', properties: {name: {type: 'string'}, tags: {type: 'array', items: {type: 'string'}, minItems: 1}}, required: ['name', 'tags'], additionalProperties: false};
    const answer = await client.chat.completions.parse({
        model: 'chat', messages: user('describe it'), response_format: {type: 'json_schema', json_schema: {name: 'thing', strict: true, schema}},
    });
    const thing = JSON.parse(answer.choices[0].message.content);
    assert.equal(typeof thing.name, 'string');
    assert.ok(thing.tags.length >= 1);
});

test('reasoning comes apart from the answer', async () => {
    const answer = await client.chat.completions.create({model: 'thinker', messages: user('echo: so')});
    const {message} = answer.choices[0];
    assert.ok((message.reasoning_content ?? message.reasoning).length > 0);
    assert.equal(message.content, 'so');
    const chunks = await all(await client.chat.completions.create({model: 'thinker', messages: user('echo: so'), stream: true}));
    assert.ok(chunks.some((chunk) => (chunk.choices[0]?.delta?.reasoning_content ?? chunk.choices[0]?.delta?.reasoning ?? '').length > 0));
    assert.equal(textOf(chunks), 'so');
});

test('log probabilities pass', async () => {
    const answer = await client.chat.completions.create({model: 'chat', messages: user('echo: likely'), logprobs: true, top_logprobs: 2});
    const {content} = answer.choices[0].logprobs;
    assert.ok(content.length > 0);
    assert.ok(content.every((token) => token.logprob <= 0 && token.top_logprobs.length === 2));
});

test('embeddings are the same as numbers and as base64', async () => {
    const question = {model: 'chat', input: ['first', 'second']};
    const numbers = await client.embeddings.create({...question, encoding_format: 'float'});
    const packed = await client.embeddings.create(question);   // the client asks for base64 on its own and unpacks it
    assert.equal(numbers.data.length, 2);
    assert.equal(packed.data[1].index, 1);
    assert.equal(packed.data[0].embedding.length, numbers.data[0].embedding.length);
    numbers.data[0].embedding.forEach((value, i) => assert.ok(Math.abs(value - packed.data[0].embedding[i]) < 1e-6));
    assert.ok(numbers.usage.prompt_tokens > 0);
});

test('completions are answered and streamed', async () => {
    const answer = await client.completions.create({model: 'chat', prompt: 'Once upon a time', max_tokens: 12});
    assert.equal(answer.object, 'text_completion');
    assert.ok(answer.choices[0].text.length > 0);
    const chunks = await all(await client.completions.create({model: 'chat', prompt: 'Once upon a time', max_tokens: 12, stream: true}));
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.text ?? '').join(''), answer.choices[0].text);
});

test('models are listed as the key may use them', async () => {
    const models = await all(await client.models.list());
    const ids = models.map((model) => model.id);
    assert.ok(['chat', 'thinker', 'echo', 'endless'].every((id) => ids.includes(id)), ids.join(' '));
    assert.equal((await client.models.retrieve('chat')).id, 'chat');
    await assert.rejects(client.models.retrieve('nobody'), OpenAI.NotFoundError);
    const narrow = await all(await world.client({apiKey: world.narrowKey}).models.list());
    assert.deepEqual(narrow.map((model) => model.id), ['echo']);
});

test('members that gilmok does not know reach the upstream', async () => {
    const answer = await client.chat.completions.create({
        model: 'echo', messages: user('hi'), top_k: 40, chat_template_kwargs: {enable_thinking: false}, 'x-한국': [1.0, null, {deep: true}], temperature: 0.1,
    });
    const arrived = JSON.parse(answer.choices[0].message.content);
    assert.equal(arrived.top_k, 40);
    assert.deepEqual(arrived.chat_template_kwargs, {enable_thinking: false});
    assert.deepEqual(arrived['x-한국'], [1, null, {deep: true}]);
    assert.equal(arrived.temperature, 0.1);
});

test('the upstream gets its own key and never the client\'s', async () => {
    await client.chat.completions.create({model: 'echo', messages: user('hi')});
    const [request] = world.stub.of('echo').slice(-1);
    assert.equal(request.headers.authorization, 'Bearer upstream-key');
    assert.ok(!JSON.stringify(request.headers).includes(KEY));
});

test('errors are of the client\'s own classes', async (t) => {
    const ask = (model, key = KEY, more = {}) => world.client({apiKey: key}).chat.completions.create({model, messages: user('hi'), ...more});
    await t.test('401 for a wrong key', () => assert.rejects(ask('echo', 'e2e-wrong'), (error) => {
        assert.ok(error instanceof OpenAI.AuthenticationError);
        assert.equal(error.status, 401);
        assert.ok(error.message.length > 5 && error.requestID);
        return true;
    }));
    await t.test('404 for an unknown model', () => assert.rejects(ask('nobody'), (error) => error instanceof OpenAI.NotFoundError && error.message.includes('nobody')));
    await t.test('a model outside the tenant\'s list is refused', () => assert.rejects(ask('chat', world.narrowKey), (error) => [403, 404].includes(error.status)));
    await t.test('400 for a body without a model', () => assert.rejects(ask(undefined), OpenAI.BadRequestError));
    await t.test('400 for messages of the wrong type', () => assert.rejects(ask('chat', KEY, {messages: 7}), OpenAI.BadRequestError));
    await t.test('400 of the upstream comes as the upstream said it', () => assert.rejects(ask('refuse'), (error) => {
        assert.ok(error instanceof OpenAI.BadRequestError);
        assert.equal(error.param, 'temperature');
        assert.equal(error.code, 'bad_value');
        return true;
    }));
    await t.test('429 of the upstream', () => assert.rejects(ask('busy-once', KEY, {user: 'errors'}), OpenAI.RateLimitError));
    await t.test('5xx when the only upstream is down', () => assert.rejects(ask('down'), (error) => error instanceof OpenAI.InternalServerError && error.status >= 500));
    await t.test('504 when the upstream does not begin in time', () => assert.rejects(ask('timid'), (error) => error instanceof OpenAI.InternalServerError && error.status === 504));
    await t.test('404 for an unknown path', () => assert.rejects(client.get('/nowhere'), OpenAI.NotFoundError));
});

test('the client\'s automatic retry succeeds', async () => {
    const answer = await world.client({maxRetries: 2}).chat.completions.create({model: 'busy-once', messages: user('hi'), user: 'retries'});
    assert.equal(answer.choices[0].message.content, 'at last');
    assert.equal(world.stub.of('busy-once').filter((request) => request.body.user === 'retries').length, 2);
});

test('an upstream that is down is replaced by the next before the client notices', async () => {
    const before = world.stub.of('down').length;
    const answer = await client.chat.completions.create({model: 'backed-up', messages: user('hi')});
    assert.equal(JSON.parse(answer.choices[0].message.content).messages[0].content, 'hi');
    assert.equal(world.stub.of('down').length, before + 1);
});

test('a client that runs out of patience is told so, and the upstream is hung up on', async () => {
    await assert.rejects(world.client({timeout: 300}).chat.completions.create({model: 'silent', messages: user('hi')}), OpenAI.APIConnectionTimeoutError);
    await until(() => world.stub.of('silent').at(-1)?.closedAt, 1_000, 'the end of the request upstream');
});

test('an aborted stream is cancelled upstream within 100 ms', async () => {
    const delays = [];
    for (let i = 0; i < 5; ++i) {
        const stream = await client.chat.completions.create({model: 'endless', messages: user('go on')  , stream: true});
        let seen = 0;
        for await (const chunk of stream) {
            assert.equal(chunk.choices[0].delta.content, `word${String.fromCharCode(97 + seen)} `);
            if (++seen === 3) break;   // leaving the loop aborts the request
        }
        const left = performance.now();
        const request = world.stub.of('endless').at(-1);
        await until(() => request.closedAt, 2_000, 'the end of the stream upstream');
        delays.push(request.closedAt - left);
    }
    delays.sort((a, b) => a - b);
    assert.ok(delays[2] <= 100, `median of ${delays.map((delay) => delay.toFixed(1)).join(', ')} ms`);
});

test('other modalities pass through', async (t) => {
    const post = (path, init) => fetch(`${world.url}${path}`, {method: 'POST', ...init, headers: {authorization: `Bearer ${KEY}`, ...init.headers}});
    const asJson = (value) => ({body: JSON.stringify(value), headers: {'content-type': 'application/json'}});
    await t.test('rerank', async () => {
        const answer = await post('/rerank', asJson({model: 'stub-media', query: 'q', documents: ['a', 'b', 'c']}));
        assert.equal(answer.status, 200);
        assert.equal((await answer.json()).results.length, 3);
    });
    await t.test('images', async () => {
        const answer = await post('/images/generations', asJson({model: 'stub-media', prompt: 'a gate'}));
        assert.equal((await answer.json()).data[0].b64_json, 'aW1hZ2U=');
    });
    await t.test('speech, byte for byte', async () => {
        const answer = await post('/audio/speech', asJson({model: 'stub-media', input: 'hi', voice: 'alloy'}));
        assert.equal(answer.headers.get('content-type'), 'audio/mpeg');
        assert.deepEqual([...new Uint8Array(await answer.arrayBuffer())], [0xff, 0xf3, 0x00, 0x80, 0x0a, 0x0d, 0xfe]);
    });
    await t.test('transcriptions, as a form', async () => {
        const form = new FormData();
        form.set('model', 'stub-media');
        form.set('file', new Blob([new Uint8Array(5_000).fill(7)], {type: 'audio/wav'}), 'speech.wav');
        const answer = await post('/audio/transcriptions', {body: form});
        assert.equal(answer.status, 200, await answer.clone().text());
        assert.match((await answer.json()).text, /^heard 5\d\d\d bytes$/);
    });
});

test('a revoked key is refused within a second, on an open stream too', async () => {
    const made = await world.key('create', '--tenant', 'e2e', '--name', 'short-lived');
    const key = made.match(/gm-[A-Za-z0-9_-]{43}/)[0];
    const short = world.client({apiKey: key});
    await until(() => short.chat.completions.create({model: 'echo', messages: user('hi')}).then(() => true, () => false), 2_000, 'the new key at work');
    const stream = await short.chat.completions.create({model: 'endless', messages: user('go on'), stream: true});
    const ended = (async () => {
        try {
            await all(stream);
            return 'ended';
        } catch (error) {
            return error;
        }
    })();
    await sleep(100);
    const began = performance.now();
    await world.key('revoke', 'short-lived');
    const end = await Promise.race([ended, sleep(2_000).then(() => 'still running')]);
    assert.notEqual(end, 'still running');
    assert.notEqual(end, 'ended', 'a cut stream must not look whole');
    await until(() => short.chat.completions.create({model: 'echo', messages: user('hi')}).then(() => false, (error) => error.status === 401), 1_000, '401 for the revoked key');
    assert.ok(performance.now() - began < 2_000);
});

test('thirty clients at once get each their own answer', async () => {
    const answers = await Promise.all(Array.from({length: 30}, (_, i) => client.chat.completions.create({model: 'chat', messages: user(`echo: number ${i}`), stream: i % 2 === 0})));
    for (const [i, answer] of answers.entries()) {
        const text = i % 2 === 0 ? textOf(await all(answer)) : answer.choices[0].message.content;
        assert.equal(text, `number ${i}`);
    }
});
