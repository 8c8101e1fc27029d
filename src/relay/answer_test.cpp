// Answers as the client gets them when nothing rewrites them: framing, usage, ends and cuts, whatever the pieces.
#include <vector>

#include "relay/test_answer.hpp"

namespace gilmok::relay {

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

}   // namespace gilmok::relay
