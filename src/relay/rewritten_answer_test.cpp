// Answers that somebody rewrites on the way, as the guard does: what he makes is what the client gets, and what he refuses is an error.
#include <vector>

#include "relay/test_answer.hpp"

namespace gilmok::relay {

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
