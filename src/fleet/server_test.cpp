// Goal: the simulated engine keeps the promises of the API it speaks. Method: real coroutines in the seeded world of
// io/sim; no clock, no kernel.
#include "fleet/server.hpp"

#include <doctest/doctest.h>

#include <list>
#include <string>

#include "fleet/test_place.hpp"
#include "fleet/tokens.hpp"
#include "wire/prometheus.hpp"

using namespace gilmok;
using namespace gilmok::fleet;
using namespace gilmok::fleet::test;
using namespace std::chrono_literals;

TEST_CASE("a chat is answered with text, counts and the mark of simulation") {
    Place place;
    const Response response = place.fetch(chat("hello", "", "x-request-id: abc\r\n"));
    REQUIRE(response.status == 200);
    CHECK(response.is_whole);
    CHECK(response.headers.find("x-gilmok-simulated: true\r\n") != std::string::npos);
    CHECK(response.headers.find("x-request-id: abc\r\n") != std::string::npos);
    const json::Value value = whole(response.body);
    CHECK(text_at(value, "object") == "chat.completion");
    CHECK(text_at(value, "system_fingerprint") == "gilmok-sim");
    CHECK(text_at(value, "choices.0.finish_reason") == "stop");
    const std::string content = text_at(value, "choices.0.message.content");
    CHECK(number_at(value, "usage.completion_tokens") == count_tokens(content));
    CHECK(number_at(value, "usage.prompt_tokens") == count_tokens("<|user|>\nhello\n<|assistant|>\n"));
    CHECK(number_at(value, "usage.total_tokens") ==
          number_at(value, "usage.prompt_tokens") + number_at(value, "usage.completion_tokens"));
    CHECK(number_at(value, "usage.prompt_tokens_details.cached_tokens") == 0);
    REQUIRE(place.server.log().entries().size() == 1);
    const SimEntry& entry = place.server.log().entries().front();
    CHECK(entry.outcome == SimOutcome::answered);
    CHECK(entry.tokens_delivered == count_tokens(content));
    CHECK(entry.request_id == "abc");
}

TEST_CASE("a stream says the same as the whole answer, token by token, and ends with its usage") {
    Place place;
    const std::string content = text_at(whole(place.fetch(chat("안녕하세요")).body), "choices.0.message.content");
    const Response response =
        place.fetch(chat("안녕하세요", R"(,"stream":true,"stream_options":{"include_usage":true})"));
    REQUIRE(response.status == 200);
    CHECK(response.is_whole);
    const auto events = events_of(response.body);
    std::uint64_t tokens = 0;
    CHECK(content_of(events, &tokens) == content);
    CHECK(tokens == count_tokens(content));
    CHECK(text_at(whole(events.front()), "choices.0.delta.role") == "assistant");
    CHECK(events.back() == "[DONE]");
    const std::string& last = events[events.size() - 2];
    CHECK(at(whole(last), "choices").text == "[]");
    CHECK(number_at(whole(last), "usage.completion_tokens") == static_cast<std::int64_t>(tokens));
    CHECK(text_at(whole(events[events.size() - 3]), "choices.0.finish_reason") == "stop");
    for (std::size_t index = 0; index + 2 < events.size(); ++index)
        CHECK(at(whole(events[index]), "usage").text == "null");
}

TEST_CASE("a stream that did not ask for usage shows none") {
    Place place;
    const Response response = place.fetch(chat("hi", ",\"stream\":true"));
    CHECK(response.body.find("usage") == std::string::npos);
    const Response running = place.fetch(
        chat("hi", R"(,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true})"));
    const auto events = events_of(running.body);
    CHECK(number_at(whole(events[3]), "usage.completion_tokens") == 3);
}

TEST_CASE("several choices, tools, reasoning, logprobs and old completions come in both forms") {
    Place place;
    const Response two = place.fetch(chat("hi", ",\"n\":2,\"max_tokens\":4,\"logprobs\":true,\"top_logprobs\":2"));
    const json::Value value = whole(two.body);
    CHECK(text_at(value, "choices.0.message.content") != text_at(value, "choices.1.message.content"));
    CHECK(number_at(value, "usage.completion_tokens") == 8);
    CHECK(text_at(value, "choices.0.finish_reason") == "length");
    CHECK(!at(value, "choices.0.logprobs.content.0.top_logprobs.1.logprob").text.empty());

    const std::string tools =
        R"(,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}}])";
    const Response called = place.fetch(chat("call f", tools));
    CHECK(text_at(whole(called.body), "choices.0.finish_reason") == "tool_calls");
    const std::string arguments = text_at(whole(called.body), "choices.0.message.tool_calls.0.function.arguments");
    std::string streamed;
    for (const std::string& event : events_of(place.fetch(chat("call f", tools + ",\"stream\":true")).body))
        if (event != "[DONE]") streamed += text_at(whole(event), "choices.0.delta.tool_calls.0.function.arguments");
    CHECK(streamed == arguments);
    CHECK(at(whole(arguments), "x").type == json::Type::number);

    const Response thought = place.fetch(
        post("/v1/chat/completions", R"({"model":"sim-think","messages":[{"role":"user","content":"hi"}]})"));
    CHECK(!text_at(whole(thought.body), "choices.0.message.reasoning_content").empty());
    CHECK(number_at(whole(thought.body), "usage.completion_tokens_details.reasoning_tokens") > 0);

    const Response old = place.fetch(
        post("/v1/completions", R"({"model":"sim","prompt":["one","two"],"echo":true,"logprobs":1,"max_tokens":3})"));
    const json::Value completion = whole(old.body);
    CHECK(text_at(completion, "choices.0.text").starts_with("one"));
    CHECK(text_at(completion, "choices.1.text").starts_with("two"));
    CHECK(number_at(completion, "choices.0.logprobs.text_offset.0") == 3);
    CHECK(number_at(completion, "usage.completion_tokens") == 6);
    const Response old_stream =
        place.fetch(post("/v1/completions", R"({"model":"sim","prompt":"one","stream":true,"max_tokens":3})"));
    CHECK(events_of(old_stream.body).size() == 5);
}

TEST_CASE("embeddings come as numbers or base64, ranks in order") {
    Place place;
    const Response plain = place.fetch(post("/v1/embeddings", R"({"model":"sim","input":["a","b"],"dimensions":4})"));
    CHECK(number_at(whole(plain.body), "data.1.index") == 1);
    CHECK(number_at(whole(plain.body), "usage.prompt_tokens") == 2);
    CHECK(at(whole(plain.body), "usage.completion_tokens").text.empty());
    const Response coded =
        place.fetch(post("/v1/embeddings", R"({"model":"sim","input":"a","dimensions":3,"encoding_format":"base64"})"));
    CHECK(text_at(whole(coded.body), "data.0.embedding").size() == 16);
    const Response ranked = place.fetch(
        post("/v1/rerank", R"({"model":"sim","query":"blue river","documents":["market","a blue river"],"top_n":1})"));
    CHECK(number_at(whole(ranked.body), "results.0.index") == 1);
    CHECK(at(whole(ranked.body), "results.1").text ==
          at(whole(ranked.body), "results.0").text);   // there is no second one
}

TEST_CASE("what is wrong is refused with the API's error") {
    SimConfig config = config_of();
    config.api_key = "k";
    config.body_bytes_max = 4'096;
    Place place(config);
    const std::string key = "authorization: Bearer k\r\n";
    CHECK(place.fetch(chat("hi")).status == 401);
    CHECK(place.fetch(post("/v1/chat/completions", "{", key)).status == 400);
    const Response unknown =
        place.fetch(post("/v1/chat/completions", R"({"model":"x","messages":[{"role":"user","content":"a"}]})", key));
    CHECK(unknown.status == 404);
    CHECK(text_at(whole(unknown.body), "error.code") == "model_not_found");
    CHECK(place.fetch(chat("hi", ",\"max_tokens\":40000", key)).status == 400);
    CHECK(place.fetch(post("/v1/nothing", "{}", key)).status == 404);
    CHECK(place.get("/v1/chat/completions").status == 405);
    CHECK(place.fetch(chat(std::string(5'000, 'x'), "", key)).status == 413);
    CHECK(place.fetch("GET / HTTP/1.1\r\nbad header\r\n\r\n").status == 400);
    CHECK(place.fetch(chat("hi", "", key + "x-sim-fault: nonsense\r\n")).status == 400);
    CHECK(place.fetch(chat("hi", "", key)).status == 200);
    CHECK(place.server.log().count(SimOutcome::answered) == 1);
}

TEST_CASE("a connection serves one request after another, pipelined ones too") {
    Place place;
    Client client(place.world,
                  chat("one") + chat("two") + "GET /health HTTP/1.1\r\nhost: s\r\nconnection: close\r\n\r\n");
    place.world.run_until(place.world.now() + 10s, [&] { return client.is_over; });
    CHECK(client.is_over);
    CHECK_FALSE(client.was_reset);
    CHECK(place.server.log().count(SimOutcome::answered) == 2);
    place.world.run_for(1s);
    CHECK(place.server.connections() == 0);
}

TEST_CASE("a client that hangs up frees its blocks at once") {
    for (const bool is_stream : {true, false}) {
        Place place(config_of(1));
        Client client(place.world, chat("hello", std::string(",\"ignore_eos\":true,\"max_tokens\":5000") +
                                                     (is_stream ? ",\"stream\":true" : "")));
        place.world.run_for(2s);
        CHECK(place.server.engine().stats().running == 1);
        CHECK(place.server.engine().stats().blocks_held > 0);
        client.hang_up();
        place.world.run_for(100ms);
        CHECK(place.server.engine().stats().running == 0);
        CHECK(place.server.engine().stats().blocks_held == 0);
        CHECK(place.server.log().count(SimOutcome::client_gone) == 1);
        CHECK(place.server.connections() == 0);
        const SimEntry& entry = place.server.log().entries().front();
        CHECK((is_stream ? entry.tokens_delivered > 50 : entry.tokens_delivered == 0));
    }
}

TEST_CASE("tokens come at the ordered pace, scaled") {
    SimConfig config = config_of(0.5);
    config.engine.fixed_pace = FixedPace{400ms, 100ms};
    Place place(config);
    const Instant before = place.world.now();
    Client client(place.world, chat("hello", ",\"stream\":true,\"ignore_eos\":true,\"max_tokens\":11"));
    place.world.run_until(before + 190ms);
    CHECK(content_of(events_of(client.response().body)).empty());
    place.world.run_until(before + 220ms);
    std::uint64_t tokens = 0;
    content_of(events_of(client.response().body), &tokens);
    CHECK(tokens == 1);
    place.world.run_until(before + 10s, [&] { return client.is_answered(); });
    CHECK(place.world.now() - before > 700ms);
    CHECK(place.world.now() - before < 710ms);
}

TEST_CASE("the second turn of a conversation finds the first in the cache") {
    Place place;
    const std::string longer(2'000, 'a');
    const std::string answer = text_at(whole(place.fetch(chat(longer)).body), "choices.0.message.content");
    const Response second =
        place.fetch(post("/v1/chat/completions", "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":\"" +
                                                     longer + "\"},{\"role\":\"assistant\",\"content\":\"" + answer +
                                                     "\"},{\"role\":\"user\",\"content\":\"more\"}]}"));
    CHECK(number_at(whole(second.body), "usage.prompt_tokens_details.cached_tokens") >= 496);
    CHECK(place.server.log().entries().back().tokens_cached >= 496);
    const Response salted = place.fetch(chat(longer, ",\"cache_salt\":\"other tenant\""));
    CHECK(number_at(whole(salted.body), "usage.prompt_tokens_details.cached_tokens") == 0);
}

TEST_CASE("metrics carry the names of the engine that is played") {
    struct Case {
        EngineStyle style;
        std::string_view running;
    };
    for (const Case& played : {Case{EngineStyle::vllm, "vllm:num_requests_running"},
                               Case{EngineStyle::furiosa, "furiosa_llm_num_requests_running"},
                               Case{EngineStyle::sglang, "sglang:num_running_reqs"},
                               Case{EngineStyle::llama_cpp, "llamacpp:requests_processing"}}) {
        SimConfig config = config_of(1);
        config.style = played.style;
        Place place(config);
        Client busy(place.world, chat("hello", ",\"ignore_eos\":true,\"max_tokens\":4000"));
        place.world.run_for(1s);
        const Response response = place.get("/metrics");
        REQUIRE(response.status == 200);
        struct Find final : wire::prometheus::Samples {
            std::string_view name;
            double value = -1;
            void sample(const wire::prometheus::Sample& sample) override {
                if (sample.name == name) value = sample.value;
            }
        } find;
        find.name = played.running;
        std::size_t bad = 0;
        CHECK(wire::prometheus::read(response.body, find, &bad) > 5);
        CHECK(bad == 0);
        CHECK(find.value == 1);
        CHECK(
            (played.style != EngineStyle::vllm || response.body.find("num_gpu_blocks=\"2000\"") != std::string::npos));
        CHECK(response.body.find("gilmok_sim_energy_joules_total") != std::string::npos);
    }
}

TEST_CASE("load is reported in the answer when the request asks for it") {
    Place place;
    CHECK(place.fetch(chat("hi", "", "endpoint-load-metrics-format: TEXT\r\n"))
              .headers.find("endpoint-load-metrics: TEXT named_metrics.kv_cache_usage_perc=0, "
                            "named_metrics.num_requests_waiting=0\r\n") != std::string::npos);
    CHECK(place.fetch(chat("hi", "", "endpoint-load-metrics-format: JSON\r\n"))
              .headers.find("endpoint-load-metrics: JSON {\"named_metrics\":{") != std::string::npos);
    CHECK(place.fetch(chat("hi")).headers.find("endpoint-load-metrics") == std::string::npos);
}

TEST_CASE("the pages beside the API are there") {
    Place place;
    CHECK(place.get("/health").status == 200);
    CHECK(place.get("/version").status == 200);
    CHECK(text_at(whole(place.get("/v1/models").body), "data.1.id") == "sim-think");
    CHECK(text_at(whole(place.get("/v1/models/sim").body), "id") == "sim");
    CHECK(place.get("/v1/models/none").status == 404);
    place.fetch(chat("hi"));
    place.fetch(chat("hi"));
    const std::string log = place.get("/sim/log?after=1").body;
    CHECK(number_at(whole(log), "number") == 2);
    const std::string stats = place.get("/sim/stats").body;
    CHECK(number_at(whole(stats), "requests") == 2);
    CHECK(number_at(whole(stats), "answered") == 2);
}

TEST_CASE("an idle connection is closed in time, and one after its last request") {
    SimConfig config = config_of();
    config.idle_timeout = 5s;
    config.requests_per_connection_max = 2;
    Place place(config);
    Client idle(place.world, chat("hi"));
    place.world.run_for(4s);
    CHECK_FALSE(idle.is_over);
    place.world.run_for(2s);
    CHECK(idle.is_over);
    Client busy(place.world, chat("hi") + chat("hi") + chat("hi"));
    place.world.run_for(1s);
    CHECK(busy.is_over);
    CHECK(place.server.log().count(SimOutcome::answered) == 3);
}

TEST_CASE("stopping in the middle of answers closes the books") {
    Place place(config_of(1));
    std::list<Client> clients;
    for (int index = 0; index < 5; ++index)
        clients.emplace_back(place.world, chat("hello", ",\"stream\":true,\"ignore_eos\":true,\"max_tokens\":5000"));
    place.world.run_for(1s);
    place.server.stop();
    place.world.run_for(1s);
    CHECK(place.server.log().count(SimOutcome::shut_down) == 5);
    CHECK(place.server.log().open_requests() == 0);
    CHECK(place.server.engine().stats().blocks_held == 0);
    for (const Client& client : clients) CHECK(client.is_over);
}
