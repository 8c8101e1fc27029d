// Goal: spans are what a collector accepts (ids in hex, 64-bit numbers as strings) and a full queue never holds a shard.
#include "meter/otlp.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "meter/test_sample.hpp"
#include "wire/json.hpp"

using namespace gilmok;
using namespace gilmok::meter;
using namespace std::chrono_literals;

namespace {

std::string batch_of(const model::Record& record, const config::Snapshot& snapshot, const LineContext& context = {}) {
    std::string spans;
    append_spans(spans, record, snapshot, context);
    return render_batch(spans, "0.1.0", "gate-1");
}

bool is_json(std::string_view text) { return wire::json::scan(text, {}, nullptr).has_value(); }
bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

}   // namespace

TEST_CASE("an exchange becomes a server span with a client span for each attempt") {
    const auto snapshot = sample::snapshot();
    const std::string body =
        batch_of(sample::record(), *snapshot, {"key_0123456789ab", "127.0.0.1", "b7ad6b7169203331"});
    CHECK(is_json(body));
    CHECK(count(body, "\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\"") == 3);
    CHECK(count(body, "\"spanId\":\"00f067aa0ba902b7\"") == 1);
    CHECK(count(body, "\"parentSpanId\":\"00f067aa0ba902b7\"") == 2);
    CHECK(count(body,
                "\"parentSpanId\":\"b7ad6b7169203331\",\"kind\":2,\"startTimeUnixNano\":\"1795233845678000000\","
                "\"endTimeUnixNano\":\"1795233846912567000\",\"name\":\"chat exaone-32b\"") == 1);
    CHECK(has(body, "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"512\"}}"));
    CHECK(has(body, "{\"key\":\"gen_ai.usage.cache_read.input_tokens\",\"value\":{\"intValue\":\"384\"}}"));
    CHECK(has(body, "{\"key\":\"gen_ai.request.model\",\"value\":{\"stringValue\":\"exaone-32b\"}}"));
    CHECK(has(body, "\"name\":\"attempt rngd-0\""));
    CHECK(has(body, "\"status\":{\"code\":2,\"message\":\"connect_failed\"}"));
    CHECK(has(body, "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"gilmok\"}}"));
    CHECK_FALSE(has(body, "reasoning"));   // unknown is absent
    // The failed attempt ended when the next began: from 40 to 900 us.
    CHECK(has(body,
              "\"startTimeUnixNano\":\"1795233845678040000\",\"endTimeUnixNano\":\"1795233845678900000\",\"name\":"
              "\"attempt rngd-0\""));
}

TEST_CASE("attempts have span ids of their own, whatever the exchange's ends in") {
    const auto snapshot = sample::snapshot();
    for (const char* id : {"00f067aa0ba902bf", "0000000000000001", "ffffffffffffffff"}) {
        auto record = sample::record();
        record.attempts_count = 4;
        record.attempts[2] = record.attempts[3] = record.attempts[1];
        std::string_view(id).copy(record.span_id.data(), record.span_id.size());
        const std::string body = batch_of(record, *snapshot);
        std::vector<std::string> ids;
        for (std::size_t at = body.find("\"spanId\":\""); at != std::string::npos;
             at = body.find("\"spanId\":\"", at + 1))
            ids.push_back(body.substr(at + 10, 16));
        std::sort(ids.begin(), ids.end());
        CHECK(ids.size() == 5);
        CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
        CHECK(ids.front() != "0000000000000000");
    }
}

TEST_CASE("a record without a trace leaves no span, and an empty batch is valid") {
    const auto snapshot = sample::snapshot();
    auto record = sample::record();
    record.trace_id = {};
    const std::string body = batch_of(record, *snapshot);
    CHECK(is_json(body));
    CHECK(has(body, "\"spans\":[]"));
}

TEST_CASE("names that need escaping leave the batch valid") {
    const auto snapshot = sample::snapshot();
    snapshot->models[0].name = snapshot->upstreams[1].name = snapshot->tenants[1].path = "a\"b\\c\n\xff";
    CHECK(is_json(batch_of(sample::record(), *snapshot, {"k\"", "c\"", "p\""})));
}

TEST_CASE("spans are handed over when they are a second old, and dropped only when the queue stays full") {
    const auto snapshot = sample::snapshot();
    SpanQueue queue;
    SpanBuffer buffer(queue);
    Counter dropped;
    buffer.add(sample::record(), *snapshot, {}, Instant(0s), dropped);
    buffer.tick(Instant(999ms));
    CHECK(queue.take().empty());
    buffer.tick(Instant(1s));
    CHECK_FALSE(queue.take().empty());
    REQUIRE(queue.try_push(std::string(SpanQueue::bytes_max, ' ')));
    CHECK_FALSE(queue.try_push("x"));
    for (int i = 0; i < 10'000 && dropped.value() == 0; ++i)
        buffer.add(sample::record(), *snapshot, {}, Instant(2s), dropped);
    CHECK(dropped.value() == 1);
    CHECK(queue.take().size() == SpanQueue::bytes_max);
    buffer.flush();
    const std::string spans = queue.take();
    CHECK(spans.size() >= SpanBuffer::bytes_max);
    CHECK(is_json(render_batch(spans, "v", "i")));
}
