#include "relay/answer.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace gilmok::relay {

using wire::http1::Framing;

namespace {

constexpr std::string_view date = "date: Sat, 21 Nov 2026 00:00:00 GMT\r\n";
const std::string event_first =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}],\"usage\":null}\n\n";
const std::string event_last =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n";
const std::string event_usage =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\n";
const std::string event_done = "data: [DONE]\n\n";
const std::string stream = event_first + event_last + event_usage + event_done;
const std::string stream_shown =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n" +
    event_done;
constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

std::string chunk(std::string_view bytes) {
    std::string out;
    wire::http1::append_chunk_size(out, bytes.size());
    return out + std::string(bytes) + "\r\n";
}

AnswerOptions options_of(bool hides_usage = true) {
    AnswerOptions options;
    options.endpoint = model::Endpoint::chat;
    options.hide_usage = hides_usage;
    options.request_id = "req_test";
    return options;
}

// What the client got, taken apart again.
struct Seen {
    unsigned status = 0;
    std::string headers, body;
    bool is_whole = false, is_garbage = false;
    Framing framing = Framing::none;
};

Seen seen_of(std::string_view bytes, bool has_closed = false) {
    Seen seen;
    const wire::http1::Limits limits;
    wire::http1::HeadParser parser(limits);
    wire::http1::ResponseHead head;
    const auto parsed = parser.parse_response(bytes, false, head);
    REQUIRE((parsed && *parsed == wire::http1::HeadParser::State::done));
    seen.status = head.status;
    seen.headers = bytes.substr(0, parser.bytes_consumed());
    seen.framing = head.framing;
    bytes.remove_prefix(parser.bytes_consumed());
    wire::http1::BodyReader reader(head.framing, head.content_length, limits);
    while (!bytes.empty() && !reader.is_done()) {
        const auto step = reader.feed(bytes);
        if (!step) {
            seen.is_garbage = true;
            return seen;
        }
        seen.body += step->payload;
        bytes.remove_prefix(step->consumed);
    }
    seen.is_garbage = !bytes.empty();
    seen.is_whole = reader.is_done() || (has_closed && reader.close_is_end());
    return seen;
}

struct Relay {
    explicit Relay(const AnswerOptions& options) : answer(options) {}
    Answer answer;
    std::string out, scratch;
    Error error{.code = Code::none};

    // Head and body bytes as the upstream sends them; the body in pieces of at most `step`.
    void run(std::string_view upstream, std::size_t step, std::size_t first = 0) {
        const wire::http1::Limits limits;
        wire::http1::HeadParser parser(limits);
        wire::http1::ResponseHead head;
        const auto parsed = parser.parse_response(upstream, false, head);
        REQUIRE((parsed && *parsed == wire::http1::HeadParser::State::done));
        answer.begin(head, date, out);
        upstream.remove_prefix(parser.bytes_consumed());
        std::size_t bytes = first;
        do {
            const auto fed = answer.feed(upstream.substr(0, bytes), scratch, out);
            if (!fed) {
                error = fed.error();
                return;
            }
            upstream.remove_prefix(std::min(bytes, upstream.size()));
            bytes = std::max<std::size_t>(1, step);
        } while (!upstream.empty());
        if (answer.is_upstream_done()) finish();
    }
    void close() {
        const auto closed = answer.upstream_closed();
        if (closed)
            finish();
        else
            error = closed.error();
    }
    void finish() {
        if (const auto finished = answer.finish(out); !finished) error = finished.error();
    }
    // As the gateway does with an error.
    bool cut() { return answer.cut_off(error, {}, out); }
};

}   // namespace

TEST_CASE(
    "a stream is the same for the client wherever the network cut it, and the usage that he did not ask for is "
    "hidden") {
    const std::string upstream = std::string(stream_head) + chunk(event_first) + chunk(event_last.substr(0, 20)) +
                                 chunk(event_last.substr(20) + event_usage) + chunk(event_done) + "0\r\n\r\n";
    const std::size_t body_bytes = upstream.size() - stream_head.size();
    for (std::size_t first = 0; first <= body_bytes; ++first)
        for (const std::size_t step : {std::size_t{1}, std::size_t{11}, std::size_t{100'000}}) {
            CAPTURE(first);
            CAPTURE(step);
            Relay relay(options_of());
            relay.run(upstream, step, first);
            REQUIRE(relay.error.code == Code::none);
            REQUIRE(relay.answer.is_upstream_done());
            const Seen seen = seen_of(relay.out);
            REQUIRE(seen.is_whole);
            REQUIRE(!seen.is_garbage);
            REQUIRE(seen.body == stream_shown);
            REQUIRE(dialect::openai::read_counts(relay.answer.raw_usage()).input == 5);
            REQUIRE(dialect::openai::read_counts(relay.answer.raw_usage()).output == 2);
            REQUIRE(relay.answer.events_passed() == 3);
            REQUIRE(relay.answer.is_whole_stream());
            REQUIRE(relay.answer.keeps_client_connection());
        }
}

TEST_CASE("usage that the client asked for is passed as it came") {
    Relay relay(options_of(false));
    relay.run(std::string(stream_head) + chunk(stream) + "0\r\n\r\n", 9);
    CHECK(seen_of(relay.out).body == stream);
    CHECK(dialect::openai::read_counts(relay.answer.raw_usage()).total == 7);
}

TEST_CASE("a stream cut short ends with an error event and never with a bare [DONE]") {
    for (const bool ends_in_order : {true, false})
        for (const std::string& cut :
             {std::string(), event_first, event_first + "data: {\"choi", event_first + event_last.substr(0, 30)}) {
            CAPTURE(ends_in_order);
            CAPTURE(cut);
            Relay relay(options_of());
            relay.run(std::string(stream_head) + (cut.empty() ? "" : chunk(cut)) + (ends_in_order ? "0\r\n\r\n" : ""),
                      5);
            if (!ends_in_order) relay.close();
            REQUIRE(relay.error.code == Code::upstream_closed);
            CHECK(relay.cut());
            const Seen seen = seen_of(relay.out);
            CHECK(seen.is_whole);
            CHECK(seen.body.find("[DONE]") == std::string::npos);
            CHECK(seen.body.find("data: {\"error\":") != std::string::npos);
            CHECK(seen.body.find("{\"choi\n") == std::string::npos);   // no part of an event
            CHECK(relay.answer.keeps_client_connection());
        }
}

TEST_CASE("a stream with its last finish_reason may end without [DONE]") {
    Relay relay(options_of());
    relay.run(std::string(stream_head) + chunk(event_first + event_last) + "0\r\n\r\n", 1'000);
    CHECK(relay.error.code == Code::none);
    CHECK(seen_of(relay.out).is_whole);
    CHECK(seen_of(relay.out).body.find("[DONE]") == std::string::npos);   // none is made up
}

TEST_CASE("after [DONE] the answer is whole, whatever follows or does not") {
    Relay relay(options_of());
    relay.run(std::string(stream_head) + chunk(stream + event_first + "data: rest"), 1'000);
    CHECK(relay.answer.is_whole_stream());
    relay.close();
    CHECK(relay.error.code == Code::none);
    CHECK(seen_of(relay.out).is_whole);
    CHECK(seen_of(relay.out).body == stream_shown);
}

TEST_CASE("an error event is passed on, nothing follows it, and no second one is made") {
    for (const std::string& error_event : {std::string("data: {\"error\":{\"message\":\"out of memory\"}}\n\n"),
                                           std::string("event: error\ndata: {}\n\n")}) {
        CAPTURE(error_event);
        Relay relay(options_of());
        relay.run(std::string(stream_head) + chunk(event_first + error_event + event_last + event_done) + "0\r\n\r\n",
                  1'000);
        REQUIRE(relay.error.code == Code::upstream_error_event);
        CHECK(relay.cut());
        const Seen seen = seen_of(relay.out);
        CHECK(seen.is_whole);
        CHECK(seen.body.ends_with(error_event));
        CHECK(seen.body.find("[DONE]") == std::string::npos);
    }
}

TEST_CASE("an event above event_bytes_max is an error, and none of it is passed") {
    AnswerOptions options = options_of();
    options.event_bytes_max = 1'000;
    Relay relay(options);
    relay.run(std::string(stream_head) + chunk(event_first + "data: " + std::string(2'000, 'x') + "\n\n"), 50);
    CHECK(relay.error.code == Code::upstream_too_large);
    CHECK(relay.cut());
    CHECK(seen_of(relay.out).body.find("xxx") == std::string::npos);
}

TEST_CASE("an answer of a known length keeps it, byte for byte, and its usage is read in any cut") {
    const std::string json = R"({"id":"x","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}})";
    const std::string upstream =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(json.size()) +
        "\r\n\r\n" + json;
    for (const std::size_t step : {std::size_t{1}, std::size_t{10}, json.size()})
        for (const std::size_t first : {std::size_t{0}, std::size_t{5}, json.size()}) {
            CAPTURE(step);
            CAPTURE(first);
            Relay relay(options_of());
            relay.run(upstream, step, first);
            const Seen seen = seen_of(relay.out);
            CHECK(seen.framing == Framing::length);
            CHECK(seen.is_whole);
            CHECK(seen.body == json);
            CHECK(dialect::openai::read_counts(relay.answer.raw_usage()).input == 3);
            CHECK(dialect::openai::read_counts(relay.answer.raw_usage()).output == 4);
            CHECK(!relay.answer.has_surplus());
        }
}

TEST_CASE("an answer that ends with the connection is chunked for the client, and its usage is read") {
    Relay relay(options_of());
    relay.run("HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{\"usage\":{\"prompt_tokens\":3}}", 4);
    CHECK(!relay.answer.is_upstream_done());
    relay.close();
    const Seen seen = seen_of(relay.out);
    CHECK(seen.framing == Framing::chunked);
    CHECK(seen.is_whole);
    CHECK(seen.body == "{\"usage\":{\"prompt_tokens\":3}}");
    CHECK(dialect::openai::read_counts(relay.answer.raw_usage()).input == 3);
}

TEST_CASE("an answer of known length or of plain chunks that breaks off can only be reset") {
    for (const char* head : {"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":",
                             "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n"}) {
        CAPTURE(head);
        Relay relay(options_of());
        relay.run(head, 3);
        relay.close();
        REQUIRE(relay.error.code == Code::upstream_closed);
        CHECK(!relay.cut());
        CHECK(!seen_of(relay.out).is_whole);
        CHECK(!relay.answer.keeps_client_connection());
    }
}

TEST_CASE("a client of HTTP/1.0 gets no chunks, and the end of the connection ends the answer") {
    AnswerOptions options = options_of();
    options.client_version_minor = 0;
    Relay relay(options);
    relay.run(std::string(stream_head) + chunk(stream) + "0\r\n\r\n", 7);
    const Seen seen = seen_of(relay.out, true);
    CHECK(seen.framing == Framing::close);
    CHECK(seen.body == stream_shown);
    CHECK(seen.headers.find("connection: close\r\n") != std::string::npos);
    CHECK(!relay.answer.keeps_client_connection());

    Relay cut(options);
    cut.run(std::string(stream_head) + chunk(event_first), 100);
    cut.close();
    CHECK(cut.cut());   // the error event tells him; there is no better way
    CHECK(seen_of(cut.out, true).body.find("{\"error\":") != std::string::npos);

    options.keep_alive = true;
    Relay kept(options);
    kept.run("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", 100);
    CHECK(kept.answer.keeps_client_connection());
    CHECK(seen_of(kept.out).headers.find("connection: keep-alive\r\n") != std::string::npos);
}

TEST_CASE("broken chunks of an upstream are its protocol error") {
    Relay relay(options_of());
    relay.run(std::string(stream_head) + chunk(event_first) + "nonsense\r\n", 100);
    CHECK(relay.error.code == Code::upstream_protocol);
    CHECK(relay.error.fault == Fault::upstream);
    CHECK(relay.cut());
}

TEST_CASE("an answer above answer_bytes_max is cut; a stream has no such limit") {
    AnswerOptions options = options_of();
    options.answer_bytes_max = 100;
    Relay relay(options);
    relay.run("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunk(std::string(101, 'x')), 1'000);
    CHECK(relay.error.code == Code::upstream_too_large);
    Relay streamed(options);
    streamed.run(std::string(stream_head) + chunk(stream) + "0\r\n\r\n", 1'000);
    CHECK(streamed.error.code == Code::none);
}

TEST_CASE("headers of the connection, of the upstream's origin and of its measuring stay behind") {
    Relay relay(options_of());
    relay.run(
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nset-cookie: a=b\r\nconnection: keep-alive, x-private\r\nx-private: "
        "1\r\nkeep-alive: timeout=5\r\n"
        "server: engine\r\ndate: Mon, 01 Jan 2024 00:00:00 GMT\r\nx-request-id: theirs\r\nendpoint-load-metrics: TEXT "
        "a=1\r\n"
        "strict-transport-security: max-age=1\r\nalt-svc: h3\r\nx-ratelimit-remaining-requests: 9\r\nretry-after: "
        "3\r\n\r\n",
        10);
    const std::string headers = seen_of(relay.out).headers;
    for (const char* gone : {"set-cookie", "x-private", "timeout=5", "server:", "2024", "theirs", "endpoint-load",
                             "strict-transport", "alt-svc"}) {
        CAPTURE(gone);
        CHECK(headers.find(gone) == std::string::npos);
    }
    CHECK(headers.find("x-request-id: req_test\r\n") != std::string::npos);
    CHECK(headers.find("x-ratelimit-remaining-requests: 9\r\n") != std::string::npos);
    CHECK(headers.find("retry-after: 3\r\n") != std::string::npos);
    CHECK(headers.find("content-length: 0\r\n") != std::string::npos);
}

TEST_CASE("bytes behind the end of the upstream's answer are never the client's") {
    Relay relay(options_of());
    relay.run("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", 100, 100);
    CHECK(relay.answer.has_surplus());
    CHECK(seen_of(relay.out).body == "ok");
    CHECK(!seen_of(relay.out).is_garbage);
}

TEST_CASE("keep-alive comments stand between events only") {
    Relay relay(options_of());
    relay.run(std::string(stream_head) + chunk(event_first + event_last.substr(0, 25)), 1'000);
    relay.answer.append_keepalive(relay.out);
    REQUIRE(relay.answer.feed(chunk(event_last.substr(25) + event_done) + "0\r\n\r\n", relay.scratch, relay.out));
    relay.finish();
    const Seen seen = seen_of(relay.out);
    CHECK(seen.is_whole);
    const std::size_t second = stream_shown.find("data: ", 10);
    CHECK(seen.body == stream_shown.substr(0, second) + ": keep-alive\n\n" + stream_shown.substr(second));
}

TEST_CASE("answers without a body have none") {
    for (const char* head : {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n"}) {
        CAPTURE(head);
        Relay relay(options_of());
        relay.run(head, 10);
        CHECK(relay.answer.is_upstream_done());
        const Seen seen = seen_of(relay.out);
        CHECK(seen.is_whole);
        CHECK(seen.headers.find("content-length") == std::string::npos);
        CHECK(seen.headers.find("transfer-encoding") == std::string::npos);
    }
}

namespace {

// Makes capitals of everything, holds the last event back until the next one, and refuses what says so.
struct Shouting final : Rewriter {
    Result<bool> event(std::string_view raw, std::string_view data, std::string& out) override {
        if (refuses(raw)) return refused();
        datas.emplace_back(data);
        out += held;
        held = data == "[DONE]" ? std::string() : shout(raw);
        if (data == "[DONE]") out += raw;
        return true;
    }
    Result<bool> end(std::string& out) override {
        out += held;
        held.clear();
        ++ends;
        return true;
    }
    Result<bool> body(std::string_view json, std::string& out,
                      std::optional<dialect::openai::AnswerFacts>& facts) override {
        if (tells_facts) facts = dialect::openai::AnswerFacts{.usage_text = "{}", .model = "told"};
        return text(json, out);
    }
    Result<bool> text(std::string_view text, std::string& out) override {
        if (refuses(text)) return refused();
        if (text.find("leave me") != std::string_view::npos) return false;
        out += shout(text) + "!";
        return true;
    }
    static bool refuses(std::string_view text) { return text.find("refuse me") != std::string_view::npos; }
    static tl::unexpected<Error> refused() {
        return fail(Code::guard_answer_blocked, Fault::gateway, Retry::never, "no");
    }
    static std::string shout(std::string_view text) {
        std::string out(text);
        for (char& c : out)
            if (c >= 'x' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        return out;
    }
    std::vector<std::string> datas;
    std::string held;
    int ends = 0;
    bool tells_facts = false;
};

AnswerOptions options_with(Rewriter& rewriter, bool hides_usage = false) {
    AnswerOptions options = options_of(hides_usage);
    options.rewriter = &rewriter;
    return options;
}

const std::string json_head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-kept: 1\r\ncontent-length: ";

}   // namespace

TEST_CASE("a rewriter sees every event that the client would get, and what it makes is what he gets") {
    const std::string text =
        "data: "
        "{\"choices\":[{\"delta\":{\"content\":\"xyz\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5}}"
        "\n\n";
    for (const std::size_t step : {std::size_t{1}, std::size_t{1'000}}) {
        Shouting shouting;
        Relay relay(options_with(shouting, true));
        relay.run(std::string(stream_head) + chunk(text + event_usage + event_done) + "0\r\n\r\n", step);
        REQUIRE(relay.error.code == Code::none);
        const Seen seen = seen_of(relay.out);
        CHECK(seen.is_whole);
        CHECK(seen.body ==
              "data: {\"choices\":[{\"delta\":{\"content\":\"XYZ\"},\"finish_reason\":\"stop\"}]}\n\n" + event_done);
        // Neither the usage that is hidden nor the event that is nothing else gets there.
        CHECK(shouting.datas == std::vector<std::string>{
                                    R"({"choices":[{"delta":{"content":"xyz"},"finish_reason":"stop"}]})", "[DONE]"});
        CHECK(relay.answer.raw_usage().find("\"total_tokens\":7") != std::string_view::npos);
    }
}

TEST_CASE("what a rewriter holds comes out at the end, also of a stream that was cut") {
    const std::string last = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n";
    Shouting whole;
    Relay relay(options_with(whole));
    relay.run(std::string(stream_head) + chunk(last) + "0\r\n\r\n", 1'000);
    CHECK(seen_of(relay.out).body == Shouting::shout(last));
    CHECK(whole.ends == 1);

    Shouting broken;
    Relay cut(options_with(broken));
    cut.run(std::string(stream_head) + chunk(event_first), 1'000);
    cut.close();
    CHECK(cut.cut());
    CHECK(seen_of(cut.out).body.starts_with(Shouting::shout(event_first) + "data: {\"error\":"));
}

TEST_CASE("an event that the rewriter refuses ends the stream with an error, and nothing held follows") {
    Shouting shouting;
    Relay relay(options_with(shouting));
    relay.run(
        std::string(stream_head) + chunk(event_first + "data: refuse me\n\n" + event_last + event_done) + "0\r\n\r\n",
        1'000);
    REQUIRE(relay.error.code == Code::guard_answer_blocked);
    CHECK(relay.cut());
    const Seen seen = seen_of(relay.out);
    CHECK(seen.is_whole);
    CHECK(seen.body.starts_with("data: {\"error\":"));
    CHECK(seen.body.find("guard_answer_blocked") != std::string::npos);
    CHECK(shouting.ends == 0);

    // Also where the end itself is refused: a client must not take that for a whole answer.
    struct RefusingEnd final : Rewriter {
        Result<bool> event(std::string_view raw, std::string_view data, std::string& out) override {
            if (data == "[DONE]") return Shouting::refused();
            out += raw;
            return true;
        }
        Result<bool> end(std::string&) override { return Shouting::refused(); }
        Result<bool> body(std::string_view, std::string&, std::optional<dialect::openai::AnswerFacts>&) override {
            return true;
        }
        Result<bool> text(std::string_view, std::string&) override { return true; }
    } refusing;
    for (const std::string& tail : {event_done, std::string()}) {
        Relay last(options_with(refusing));
        last.run(std::string(stream_head) + chunk(event_last + tail) + "0\r\n\r\n", 1'000);
        REQUIRE(last.error.code == Code::guard_answer_blocked);
        CHECK(!last.answer.is_whole_stream());
        CHECK(last.cut());
        CHECK(seen_of(last.out).body.starts_with(event_last + "data: {\"error\":"));
    }
}

TEST_CASE("a JSON answer is rewritten whole, with a length of its own, and its usage is the upstream's") {
    const std::string json = R"({"id":"xyz","usage":{"prompt_tokens":3,"completion_tokens":4}})";
    for (const std::string& upstream : {json_head + std::to_string(json.size()) + "\r\n\r\n" + json,
                                        "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\nx-kept: "
                                        "1\r\ntransfer-encoding: chunked\r\n\r\n" +
                                            chunk(json) + "0\r\n\r\n"})
        for (const std::size_t step : {std::size_t{1}, std::size_t{1'000}}) {
            Shouting shouting;
            Relay relay(options_with(shouting));
            relay.run(upstream, step);
            REQUIRE(relay.error.code == Code::none);
            const Seen seen = seen_of(relay.out);
            CHECK(seen.status == 200);
            CHECK(seen.is_whole);
            CHECK(!seen.is_garbage);
            CHECK(seen.framing == Framing::length);
            CHECK(seen.body == Shouting::shout(json) + "!");
            CHECK(seen.headers.find("x-kept: 1\r\n") != std::string::npos);
            CHECK(relay.answer.raw_usage() == R"({"prompt_tokens":3,"completion_tokens":4})");
            CHECK(relay.answer.keeps_client_connection());
            CHECK(relay.answer.has_passed_content());
        }
}

TEST_CASE("an answer that the rewriter leaves alone is passed as it came; what he has read of it is not read again") {
    const std::string json = R"({"id":"leave me","model":"m","usage":{"prompt_tokens":3}})";
    for (const bool tells_facts : {false, true}) {
        Shouting shouting;
        shouting.tells_facts = tells_facts;
        Relay relay(options_with(shouting));
        relay.run(json_head + std::to_string(json.size()) + "\r\n\r\n" + json, 1'000);
        REQUIRE(relay.error.code == Code::none);
        const Seen seen = seen_of(relay.out);
        CHECK(seen.is_whole);
        CHECK(seen.body == json);
        CHECK(relay.answer.response_model() == (tells_facts ? "told" : "m"));
        CHECK(relay.answer.raw_usage() == (tells_facts ? "{}" : R"({"prompt_tokens":3})"));
    }
}

TEST_CASE("nothing of an answer that is rewritten whole is sent before its end, so that it can still become an error") {
    Shouting shouting;
    const std::string json = R"({"id":"refuse me"})";
    Relay relay(options_with(shouting));
    relay.run(json_head + std::to_string(json.size()) + "\r\n\r\n" + json, 3);
    REQUIRE(relay.error.code == Code::guard_answer_blocked);
    CHECK(relay.out.empty());
    CHECK(relay.cut());
    const Seen seen = seen_of(relay.out);
    CHECK(seen.status == 502);
    CHECK(seen.is_whole);
    CHECK(seen.body.find("guard_answer_blocked") != std::string::npos);
    CHECK(relay.answer.status() == 502);
    CHECK(relay.answer.keeps_client_connection());

    Relay broken(options_with(shouting));
    broken.run(json_head + "100\r\n\r\n{", 100);
    broken.close();
    REQUIRE(broken.error.code == Code::upstream_closed);
    CHECK(broken.cut());
    CHECK(seen_of(broken.out).is_whole);

    AnswerOptions options = options_with(shouting);
    options.answer_bytes_max = 10;
    Relay large(options);
    large.run(json_head + "11\r\n\r\n[1,2,3,4,5]", 3);
    CHECK(large.error.code == Code::upstream_too_large);
}

TEST_CASE("errors and plain texts are rewritten too; sound is not, and an empty answer needs nothing") {
    Shouting shouting;
    Relay error(options_with(shouting));
    error.run("HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\nxyz", 100);
    CHECK(seen_of(error.out).status == 400);
    CHECK(seen_of(error.out).body == "XYZ!");
    Relay text(options_with(shouting));
    text.run("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nxyz", 100);
    CHECK(seen_of(text.out).body == "XYZ!");
    Relay sound(options_with(shouting));
    sound.run("HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 3\r\n\r\nxyz", 100);
    CHECK(seen_of(sound.out).body == "xyz");
    Relay nothing(options_with(shouting));
    nothing.run("HTTP/1.1 204 No Content\r\n\r\n", 100);
    CHECK(seen_of(nothing.out).body.empty());
    CHECK(nothing.error.code == Code::none);
}

TEST_CASE("an encoded answer cannot be rewritten, and none of it is passed") {
    const auto can = [](std::string_view text) {
        const wire::http1::Limits limits;
        wire::http1::HeadParser parser(limits);
        wire::http1::ResponseHead head;
        REQUIRE(parser.parse_response(text, false, head).has_value());
        return Answer::can_rewrite(head);
    };
    CHECK(can("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n"));
    CHECK(can("HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n"));
    for (const char* type : {"application/json", "text/event-stream"}) {
        const std::string upstream = std::string("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: ") + type +
                                     "\r\ncontent-length: 3\r\n\r\nxyz";
        CHECK(!can(upstream));
        Shouting shouting;
        Relay relay(options_with(shouting));
        relay.run(upstream, 100);
        CHECK(relay.error.code == Code::guard_failed);
        relay.cut();
        CHECK(relay.out.find("xyz") == std::string::npos);
    }
}

}   // namespace gilmok::relay
