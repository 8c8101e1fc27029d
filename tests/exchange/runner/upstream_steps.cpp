// What an upstream in a script does and sees.
#include <algorithm>

#include "base/text.hpp"
#include "runner.hpp"

namespace gilmok::exchange {

namespace {

constexpr Duration default_patience = std::chrono::seconds(1);
constexpr std::string_view completion =
    R"({"id":"chatcmpl-1","object":"chat.completion","created":1795219200,"model":"served",)"
    R"("choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}})";

std::string chunk(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string size;
    for (std::size_t left = bytes.size(); left > 0; left /= 16) size.insert(size.begin(), digits[left % 16]);
    return size + "\r\n" + std::string(bytes) + "\r\n";
}

std::string repeated(const Step& step, std::string_view text) {
    std::string out;
    for (std::size_t i = repeats_of(step); i > 0; --i) out += text;
    return out;
}

}   // namespace

Message* Runner::request_of(Upstream& upstream) {
    if (upstream.current == nullptr || upstream.current->messages().size() <= upstream.request) return nullptr;
    return &upstream.current->messages()[upstream.request];
}

Runner::Outcome Runner::upstream_step(const Step& step) {
    const auto found = upstreams_.find(step.name);
    if (found == upstreams_.end()) return "the config has no upstream " + step.name;
    Upstream& upstream = found->second;
    const std::string& verb = step.words[0].text;
    if (verb == "stop") {
        upstream.server->stop();
        return std::nullopt;
    }
    if (verb == "start") {
        upstream.server->start_listening();
        return std::nullopt;
    }
    if (verb == "expect") return upstream_expect(upstream, step);
    if (upstream.current == nullptr) return "no request was taken yet; `expect POST /v1/…` takes the next one";
    Endpoint& endpoint = *upstream.current;
    const std::string text = step.words.size() > 1 ? step.words[1].text : std::string();
    if (verb == "reply") return upstream_reply(upstream, step);
    if (verb == "answer") {
        endpoint.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " +
                      std::to_string(completion.size()) + "\r\n\r\n" + std::string(completion));
    }
    if (verb == "event") send_body(upstream, repeated(step, "data: " + text + "\n\n"));
    if (verb == "comment") send_body(upstream, ": " + text + "\n\n");
    if (verb == "chunk") send_body(upstream, repeated(step, text));
    if (verb == "done") send_body(upstream, "data: [DONE]\n\n");
    if ((verb == "done" || verb == "end") && upstream.body == Upstream::Body::chunked) endpoint.send("0\r\n\r\n");
    if (verb == "raw") {
        std::size_t pieces = 0;
        for (const Word& word : step.words)
            if (word.name == "pieces") pieces = parse_u64(word.text).value_or(1);
        endpoint.send(repeated(step, text), pieces, pieces == 0 ? Duration{} : Duration(std::chrono::milliseconds(1)));
    }
    if (verb == "close") endpoint.leave(Endpoint::Leave::close);
    if (verb == "shutdown") endpoint.leave(Endpoint::Leave::shutdown);
    if (verb == "reset") {
        // What was said before shall arrive: a reset overtakes what is still queued here, not what is under way.
        (void)wait_for([&] { return endpoint.has_sent_all(); }, default_patience);
        endpoint.leave(Endpoint::Leave::reset);
    }
    if (verb == "pause") endpoint.pause();
    if (verb == "resume") endpoint.resume();
    return std::nullopt;
}

void Runner::send_body(Upstream& upstream, std::string_view bytes) {
    upstream.current->send(upstream.body == Upstream::Body::chunked ? chunk(bytes) : std::string(bytes));
}

Runner::Outcome Runner::upstream_reply(Upstream& upstream, const Step& step) {
    if (step.words.size() < 2 || !parse_u64(step.words[1].text)) return "needs a status";
    std::string headers, body, length, type = "application/json";
    bool has_body = false;
    upstream.body = Upstream::Body::none;
    for (std::size_t i = 2; i < step.words.size(); ++i) {
        const Word& word = step.words[i];
        if (word.name == "header")
            headers += word.text + "\r\n";
        else if (word.name == "json" || word.name == "body")
            body = word.text, has_body = true;
        else if (word.name == "type")
            type = word.text;
        else if (word.name == "length")
            length = word.text;
        else if (word.text == "sse")
            type = "text/event-stream", upstream.body = Upstream::Body::chunked;
        else if (word.text == "chunked")
            upstream.body = Upstream::Body::chunked;
        else if (word.text == "plain")
            upstream.body = Upstream::Body::plain;
        else
            return "unknown word \"" + (word.name.empty() ? word.text : word.name) + "\"";
    }
    std::string head = "HTTP/1.1 " + step.words[1].text + " Scripted\r\ncontent-type: " + type + "\r\n" + headers;
    if (upstream.body == Upstream::Body::chunked) head += "transfer-encoding: chunked\r\n";
    if (upstream.body == Upstream::Body::plain && length.empty()) head += "connection: close\r\n";
    if (!length.empty())
        head += "content-length: " + length + "\r\n";
    else if (upstream.body == Upstream::Body::none)
        head += "content-length: " + std::to_string(body.size()) + "\r\n";
    upstream.current->send(head + "\r\n");
    if (has_body) send_body(upstream, body);
    return std::nullopt;
}

Runner::Outcome Runner::upstream_expect(Upstream& upstream, const Step& step) {
    const std::string& what = step.words[1].text;
    const Duration patience = patience_of(step, default_patience);
    if (what == "GET" || what == "POST" || what == "HEAD") return take_request(upstream, step, false, patience);
    if (what == "head") return take_request(upstream, step, true, patience);
    if (what == "connections") {
        const std::string wanted = step.words.size() > 2 ? step.words[2].text : std::string();
        const auto count = [&] { return std::to_string(upstream.server->connections_open()); };
        return wait_for([&] { return count() == wanted; }, patience) ? std::nullopt : Outcome("there are " + count());
    }
    if (what == "no" && step.words.size() > 2 && step.words[2].text == "request") {
        settle();
        for (auto& each : upstream.server->accepted())
            if (each.endpoint->messages().size() > each.requests_taken)
                return "there is one: " + each.endpoint->messages()[each.requests_taken].start_line();
        return std::nullopt;
    }
    if (upstream.current == nullptr) return "no request was taken yet; `expect POST /v1/…` takes the next one";
    if (what == "cancelled") {
        const bool is_gone = wait_for([&] { return upstream.current->is_left_by_peer(); }, patience);
        return is_gone ? std::nullopt : Outcome("the connection is still open");
    }
    if (what == "blocked") {
        settle();
        return upstream.current->has_sent_all() ? Outcome("all was sent") : std::nullopt;
    }
    Message* request = request_of(upstream);
    if (request == nullptr) return "there is no request";
    if (what == "no") {
        if (step.words.size() < 4 || step.words[2].text != "header") return "knows no request and no header NAME";
        const auto values = request->values(step.words[3].text);
        return values.empty() ? std::nullopt : Outcome("it is there: " + values[0]);
    }
    if (what == "header") return compare_header(step, 2, *request);
    if (what == "json") return compare_json(step, 2, request->body());
    return compare(step, 2, "the body", request->body());
}

Runner::Outcome Runner::take_request(Upstream& upstream, const Step& step, bool head_only, Duration patience) {
    const std::size_t at = head_only ? 2 : 1;
    if (step.words.size() < at + 2) return "needs a method and a path";
    Server::Accepted* found = nullptr;
    const auto look = [&] {
        for (auto& each : upstream.server->accepted()) {
            auto& messages = each.endpoint->messages();
            if (messages.size() <= each.requests_taken) continue;
            const Message& next = messages[each.requests_taken];
            if (next.state() == Message::State::done || next.state() == Message::State::broken ||
                (head_only && next.has_head()))
                found = &each;
        }
        return found != nullptr;
    };
    if (!wait_for(look, patience)) return "no request came";
    upstream.current = found->endpoint.get();
    upstream.request = found->requests_taken++;
    const Message* request = request_of(upstream);
    if (request->state() == Message::State::broken) return "the gateway sent a broken request: " + request->complaint();
    if (request->method() == step.words[at].text && request->target() == step.words[at + 1].text) return std::nullopt;
    return "the request was " + request->start_line();
}

}   // namespace gilmok::exchange
