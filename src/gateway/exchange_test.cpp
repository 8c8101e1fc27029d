// Regressions of the exchange, each named by what must hold. What can be told as a script stands in tests/exchange.
#include <doctest/doctest.h>

#include "gateway/test_gate.hpp"

namespace gilmok::gateway {

using namespace std::chrono_literals;

namespace {

std::string chat_request(std::string_view more_headers = {}) {
    const std::string headers = "host: gate.test\r\ncontent-type: application/json\r\nauthorization: Bearer " +
                                std::string(TestGate::fixed_key) + "\r\n" + std::string(more_headers);
    return TestGate::request("POST", "/v1/chat/completions",
                             R"({"model":"chat","messages":[{"role":"user","content":"hi"}],"stream":true})", headers);
}

std::string get_request(std::string_view path, std::string_view more_headers = {}) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nhost: gate.test\r\nauthorization: Bearer " +
           std::string(TestGate::fixed_key) + "\r\n" + std::string(more_headers) + "\r\n";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string chunk(std::string_view bytes) {
    std::string out;
    wire::http1::append_chunk_size(out, bytes.size());
    return out + std::string(bytes) + "\r\n";
}

}   // namespace

TEST_CASE("an upstream whose name has no address yet is a quick refusal and no wait for ever") {
    TestGate gate(replaced(TestGate::toml(), "http://10.0.0.1:8000", "http://engine.test:8000"));
    REQUIRE(gate.problem == "");
    TestClient client(gate.world, gate.door, chat_request());
    CHECK(gate.run_until([&] { return client.status() != 0; }, 1s));
    CHECK(client.status() >= 500);
    CHECK(has(client.body(), "connect_failed"));
    CHECK(gate.shard->exchanges_running() == 0);
}

TEST_CASE("an answer of our own reaches a client with a small window whole") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    io::sim::Faults faults;
    faults.down.window_bytes = 60;
    gate.world.set_faults(gate.door, faults);
    for (const char* close : {"connection: close\r\n", ""}) {
        CAPTURE(close);
        TestClient client(gate.world, gate.door, get_request("/v1/models", close));
        CHECK(gate.run_until([&] { return has(client.body(), "]}"); }, 2s));
    }
}

TEST_CASE("a connection that was idle through reloads takes its next request") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    io::sim::Faults faults;
    faults.up.stall_at = 0;
    faults.up.stall_for = 3s;
    gate.world.set_faults(gate.door, faults);
    TestClient client(gate.world, gate.door, get_request("/v1/models"));
    gate.world.run_for(1s);
    for (int i = 0; i < 3; ++i) {
        CHECK(gate.control->reload(std::string(TestGate::config_path)) == "");
        gate.world.run_for(100ms);
    }
    CHECK(gate.run_until([&] { return client.status() == 200; }, 5s));
}

TEST_CASE("a refusal is passed on as it is when nobody else is in service") {
    const std::string two =
        replaced(TestGate::toml("[upstream.b]\nurl = \"http://10.0.0.2:8000/v1\"\nscrape_interval = \"0ms\"\n"),
                 "try = [\"a/served\"]", "try = [\"a/served\", \"b/served\"]\npick = \"first\"");
    TestGate gate(two);
    REQUIRE(gate.problem == "");
    gate.control->setup()->upstreams[1]->health.checked(false);
    TestServer engine(gate.world, gate.upstream, [](const std::string&) {
        return std::string("HTTP/1.1 429 Too Many Requests\r\ncontent-length: 6\r\n\r\ntheirs");
    });
    TestClient client(gate.world, gate.door, chat_request());
    CHECK(gate.run_until([&] { return client.body() == "theirs"; }, 2s));
    CHECK(client.status() == 429);
}

TEST_CASE("a connection that breaks after [DONE] leaves a whole answer") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    const std::string events = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\ndata: [DONE]\n\n";
    TestServer engine(gate.world, gate.upstream, [&](const std::string&) {
        return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" +
               chunk(events);
    });
    TestClient client(gate.world, gate.door, chat_request());
    REQUIRE(gate.run_until([&] { return has(client.received, "[DONE]"); }, 2s));
    gate.world.reset_connections(gate.upstream);
    CHECK(gate.run_until([&] { return client.received.ends_with("0\r\n\r\n"); }, 2s));
    CHECK(!has(client.received, "error"));
    CHECK(!client.is_over);   // fit for the next request
    CHECK(has(gate.control->prometheus(), "outcome=\"answered\""));
    CHECK(!has(gate.control->prometheus(), "outcome=\"cut_off\""));
}

TEST_CASE("the second chunked body of a connection is asked for with 100 Continue as the first would be") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    TestServer engine(gate.world, gate.upstream, [](const std::string&) { return http_answer("{}"); });
    const std::string body = chunk(R"({"model":"chat","messages":[]})") + "0\r\n\r\n";
    const std::string head =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: gate.test\r\ncontent-type: application/json\r\nauthorization: "
        "Bearer " +
        std::string(TestGate::fixed_key) + "\r\ntransfer-encoding: chunked\r\n";
    const std::string first = head + "\r\n" + body, second_head = head + "expect: 100-continue\r\n\r\n";
    io::sim::Faults faults;
    faults.up.stall_at = first.size() + second_head.size();
    faults.up.stall_for = 5s;
    gate.world.set_faults(gate.door, faults);
    TestClient client(gate.world, gate.door, first + second_head + body);
    CHECK(gate.run_until([&] { return has(client.received, "HTTP/1.1 100 Continue\r\n\r\n"); }, 3s));
    CHECK(client.status() == 200);
}

}   // namespace gilmok::gateway
