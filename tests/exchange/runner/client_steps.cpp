// What a client in a script does and sees.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "runner.hpp"

namespace gilmok::exchange {

namespace {

constexpr Duration default_patience = std::chrono::seconds(1);

struct Request {
    std::string method = "POST";
    std::string target;
    std::string body;
    bool has_body = false;
    std::string headers;
    std::string version = "1.1";
    bool is_chunked = false;
    bool expects_continue = false;
    std::string length;   // instead of the true one
    std::size_t piece_bytes = 0;
    Duration gap = std::chrono::milliseconds(1);
};

struct Shape {
    std::string_view word;
    std::string_view path;
    std::string_view input;   // members of the body behind the model
};
constexpr std::array<Shape, 4> shapes{{
    {"chat", "/v1/chat/completions", R"("messages":[{"role":"user","content":"PAD"}])"},
    {"completions", "/v1/completions", R"("prompt":"PAD")"},
    {"embeddings", "/v1/embeddings", R"("input":"PAD")"},
    {"rerank", "/v1/rerank", R"("query":"PAD","documents":["a","b"])"},
}};

std::string make_body(const Shape& shape, const Step& step) {
    std::string model = "m", extra, pad = "hi";
    bool is_stream = false, wants_usage = false;
    for (const Word& word : step.words) {
        if (word.name == "model") model = word.text;
        if (word.name == "pad") pad.assign(parse_u64(word.text).value_or(2), 'p');
        if (word.name == "with") extra = word.text;
        if (word.name.empty() && word.text == "stream") is_stream = true;
        if (word.name.empty() && word.text == "usage") wants_usage = true;
    }
    std::string input(shape.input);
    input.replace(input.find("PAD"), 3, pad);
    std::string body = R"({"model":")" + model + R"(",)" + input;
    if (is_stream) body += R"(,"stream":true)";
    if (wants_usage) body += R"(,"stream_options":{"include_usage":true})";
    if (extra.size() > 2) body += "," + extra.substr(1, extra.size() - 2);
    return body + "}";
}

std::string chunked(std::string_view body) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    while (!body.empty()) {
        const std::size_t size = std::min<std::size_t>(body.size(), 11);   // small and odd, so that chunks are many
        out += digits[size];
        out += "\r\n";
        out += body.substr(0, size);
        out += "\r\n";
        body.remove_prefix(size);
    }
    return out + "0\r\n\r\n";
}

// Reads the words of a `send` that is not raw.
std::optional<std::string> read_request(const Step& step, Request& request) {
    bool has_key = true;
    std::string key(default_key);
    std::size_t at = 2;
    const std::string& first = step.words[1].text;
    const auto shape =
        std::find_if(shapes.begin(), shapes.end(), [&](const Shape& each) { return each.word == first; });
    if (shape != shapes.end()) {
        request.target = shape->path;
        request.body = make_body(*shape, step);
        request.has_body = true;
    } else {
        if (step.words.size() < 3) return "needs a method and a path";
        request.method = first;
        request.target = step.words[2].text;
        at = 3;
    }
    for (std::size_t i = at; i < step.words.size(); ++i) {
        const Word& word = step.words[i];
        if (word.name == "body")
            request.body = word.text, request.has_body = true;
        else if (word.name == "header")
            request.headers += word.text + "\r\n";
        else if (word.name == "key")
            key = word.text;
        else if (word.name == "length")
            request.length = word.text;
        else if (word.name == "version")
            request.version = word.text;
        else if (word.name == "pieces")
            request.piece_bytes = parse_u64(word.text).value_or(1);
        else if (word.name == "every")
            request.gap = std::chrono::milliseconds(parse_duration_ms(word.text));
        else if (word.text == "nokey" && word.name.empty())
            has_key = false;
        else if (word.text == "chunked" && word.name.empty())
            request.is_chunked = true;
        else if (word.text == "expect100" && word.name.empty())
            request.expects_continue = true;
        else if (word.text == "close" && word.name.empty())
            request.headers += "connection: close\r\n";
        else if (shape != shapes.end() && (word.name == "model" || word.name == "pad" || word.name == "with" ||
                                           word.text == "stream" || word.text == "usage"))
            continue;
        else
            return "unknown word \"" + (word.name.empty() ? word.text : word.name) + "\"";
    }
    if (has_key) request.headers += "authorization: Bearer " + key + "\r\n";
    return std::nullopt;
}

std::string head_of(const Request& request) {
    std::string head = request.method + " " + request.target + " HTTP/" + request.version +
                       "\r\nhost: gilmok.test\r\n" + request.headers;
    if (request.has_body) head += "content-type: application/json\r\n";
    if (request.expects_continue) head += "expect: 100-continue\r\n";
    if (request.is_chunked)
        head += "transfer-encoding: chunked\r\n";
    else if (!request.length.empty())
        head += "content-length: " + request.length + "\r\n";
    else if (request.has_body)
        head += "content-length: " + std::to_string(request.body.size()) + "\r\n";
    return head + "\r\n";
}

std::string state_of(Message* answer, Endpoint& endpoint) {
    std::string out = endpoint.has_failed()  ? "the connection was reset"
                      : endpoint.has_ended() ? "the connection was closed"
                                             : "the connection is open";
    if (answer == nullptr) return out + ", no answer was begun";
    out += ", the answer is " + answer->start_line();
    if (!answer->complaint().empty()) out += " (" + answer->complaint() + ")";
    return out + ", its body so far " + shortened(answer->body());
}

}   // namespace

Endpoint& Runner::connect(Client& client) {
    if (client.endpoint == nullptr || !client.endpoint->is_open()) {
        auto socket = world_.network().connect(door_address());
        client = {};
        client.endpoint = std::make_unique<Endpoint>(world_, std::move(*socket), Message::Kind::response);
    }
    return *client.endpoint;
}

Message* Runner::answer_of(Client& client) {
    if (client.endpoint == nullptr || client.answers_taken == 0 ||
        client.endpoint->messages().size() < client.answers_taken)
        return nullptr;
    return &client.endpoint->messages()[client.answers_taken - 1];
}

Runner::Outcome Runner::client_step(const Step& step) {
    Client& client = clients_[step.name];
    const std::string& verb = step.words[0].text;
    if (verb == "expect") return client_expect(client, step);
    Endpoint& endpoint = connect(client);
    if (verb == "send") return client_send(client, step);
    if (verb == "close") endpoint.leave(Endpoint::Leave::close);
    if (verb == "shutdown") endpoint.leave(Endpoint::Leave::shutdown);
    if (verb == "reset") endpoint.leave(Endpoint::Leave::reset);
    if (verb == "pause") endpoint.pause();
    if (verb == "resume") endpoint.resume();
    return std::nullopt;
}

Runner::Outcome Runner::client_send(Client& client, const Step& step) {
    if (step.words.size() < 2) return "needs to know what to send";
    Endpoint& endpoint = *client.endpoint;
    const std::string& what = step.words[1].text;
    Request request;
    std::string bytes;
    if (what == "body") {
        bytes = std::exchange(client.held_body, {});
        for (const Word& word : step.words)
            if (word.name == "pieces") request.piece_bytes = parse_u64(word.text).value_or(1);
    } else if (what == "raw") {
        if (step.words.size() < 3) return "needs a text";
        for (std::size_t i = repeats_of(step); i > 0; --i) bytes += step.words[2].text;
        for (const Word& word : step.words) {
            if (word.name == "pieces") request.piece_bytes = parse_u64(word.text).value_or(1);
            if (word.name == "every") request.gap = std::chrono::milliseconds(parse_duration_ms(word.text));
        }
        if (bytes.starts_with("HEAD ")) endpoint.expect_answer(true);
    } else {
        if (auto problem = read_request(step, request)) return problem;
        const std::string body = request.is_chunked ? chunked(request.body) : request.body;
        bytes = head_of(request);
        if (request.expects_continue)
            client.held_body = body;
        else
            bytes += body;
        endpoint.expect_answer(request.method == "HEAD");
    }
    endpoint.send(std::move(bytes), request.piece_bytes, request.piece_bytes == 0 ? Duration{} : request.gap);
    return std::nullopt;
}

Runner::Outcome Runner::client_expect(Client& client, const Step& step) {
    const std::string& what = step.words[1].text;
    if (client.endpoint == nullptr) return "the client has not connected";
    Endpoint& endpoint = *client.endpoint;
    const Duration patience = patience_of(step, default_patience);
    if (what == "no") return client_expect_no(client, step);
    if (what == "status") return expect_status(client, step, patience);
    if (what == "closed")
        return wait_for([&] { return endpoint.has_ended(); }, patience)
                   ? std::nullopt
                   : Outcome(state_of(answer_of(client), endpoint));
    if (what == "reset")
        return wait_for([&] { return endpoint.has_failed(); }, patience)
                   ? std::nullopt
                   : Outcome(state_of(answer_of(client), endpoint));
    if (what == "open") {
        settle();
        return endpoint.is_open() && !endpoint.is_left_by_peer() ? std::nullopt
                                                                 : Outcome(state_of(answer_of(client), endpoint));
    }
    Message* answer = answer_of(client);
    if (answer == nullptr) return "no answer was taken yet; `expect status` takes the next one";
    if (what == "header") return compare_header(step, 2, *answer);
    if (what == "event" || what == "comment") return expect_event(client, step, patience);
    if (what == "end" || what == "cut") return expect_end(client, what == "end", patience);
    // body and json look at the whole answer, but a text may already be seen before its end.
    const auto judge = [&]() -> Outcome {
        if (what == "json") return compare_json(step, 2, answer->body());
        if (step.words.size() > 2 && step.words[2].text == "empty")
            return answer->body().empty() ? std::nullopt : Outcome("the body was " + shortened(answer->body()));
        if (step.words.size() > 3 && step.words[2].text == "bytes")
            return std::to_string(answer->body().size()) == step.words[3].text
                       ? std::nullopt
                       : Outcome("the body had " + std::to_string(answer->body().size()) + " bytes");
        return compare(step, 2, "the body", answer->body());
    };
    const bool is_over_early = step.words.size() > 2 && step.words[2].text == "contains";
    (void)wait_for([&] { return answer->state() != Message::State::body || (is_over_early && !judge()); }, patience);
    return judge();
}

Runner::Outcome Runner::client_expect_no(Client& client, const Step& step) {
    if (step.words.size() < 3) return "needs to know what shall not be";
    const std::string& what = step.words[2].text;
    settle();
    Endpoint& endpoint = *client.endpoint;
    if (what == "answer") {
        if (endpoint.messages().size() > client.answers_taken)
            return "there is one: " + endpoint.messages()[client.answers_taken].start_line();
        return std::nullopt;
    }
    Message* answer = answer_of(client);
    if (answer == nullptr) return "no answer was taken yet; `expect status` takes the next one";
    if (what == "header" && step.words.size() > 3)
        return answer->values(step.words[3].text).empty()
                   ? std::nullopt
                   : Outcome("it is there: " + answer->values(step.words[3].text)[0]);
    if (what != "event") return "knows no answer, no header NAME and no event";
    std::size_t at = client.event_at;
    EventBlock block;
    while (next_event(answer->body(), at, block))
        if (!block.is_comment) return "there is one: " + shortened(block.data);
    return std::nullopt;
}

Runner::Outcome Runner::expect_status(Client& client, const Step& step, Duration patience) {
    if (step.words.size() < 3) return "needs a number";
    Endpoint& endpoint = *client.endpoint;
    const auto is_there = [&] {
        return endpoint.messages().size() > client.answers_taken &&
               endpoint.messages()[client.answers_taken].has_head();
    };
    (void)wait_for([&] { return is_there() || endpoint.is_left_by_peer(); }, patience);
    if (!is_there()) return state_of(nullptr, endpoint);
    ++client.answers_taken;
    client.event_at = 0;
    Message* answer = answer_of(client);
    if (std::to_string(answer->status()) == step.words[2].text) return std::nullopt;
    settle();
    return state_of(answer, endpoint);
}

Runner::Outcome Runner::expect_event(Client& client, const Step& step, Duration patience) {
    const bool wants_comment = step.words[1].text == "comment";
    Message* answer = answer_of(client);
    EventBlock block;
    bool is_found = false;
    const auto look = [&] {
        while (!is_found && next_event(answer->body(), client.event_at, block))
            is_found = block.is_comment == wants_comment;
        return is_found || answer->state() != Message::State::body;
    };
    (void)wait_for(look, patience);
    if (!is_found) return "there was none; " + state_of(answer, *client.endpoint);
    if (wants_comment || step.words.size() < 3) return std::nullopt;
    const std::string& how = step.words[2].text;
    if (how == "done") return block.data == "[DONE]" ? std::nullopt : Outcome("the event was " + shortened(block.data));
    if (how == "json") return compare_json(step, 3, block.data);
    if (how != "error") return compare(step, 2, "the event", block.data);
    const std::string code = json_at(block.data, "error.code");
    for (const Word& word : step.words)
        if (word.name == "code" && code != "\"" + word.text + "\"") return "the event was " + shortened(block.data);
    return json_at(block.data, "error").empty() ? Outcome("the event was " + shortened(block.data)) : std::nullopt;
}

Runner::Outcome Runner::expect_end(Client& client, bool is_proper, Duration patience) {
    Message* answer = answer_of(client);
    Endpoint& endpoint = *client.endpoint;
    const auto is_over = [&] { return answer->state() != Message::State::body || endpoint.has_failed(); };
    (void)wait_for(is_over, patience);
    const bool ended_well = answer->state() == Message::State::done;
    if (is_over() && ended_well == is_proper) return std::nullopt;
    return state_of(answer, endpoint);
}

}   // namespace gilmok::exchange
