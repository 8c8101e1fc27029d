// What the scan of a request costs, beside simdjson's two ways of parsing the same text. simdjson wants padded copies;
// its copy is not counted.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <string>

#include "wire/json.hpp"

namespace json = gilmok::wire::json;

namespace {

enum Text : int { english, korean, code };

std::string sentence(Text text) {
    switch (text) {
        case english: return "The quick brown fox jumps over the lazy dog and goes on to explain itself at length. ";
        case korean: return "길목은 모델로 가는 모든 요청이 지나는 곳이며, "
                   "요청마다 어느 장치가 답할지를 정합니다. ";
        case code: return "    if (found) {\\n        return \\\"found\\\";\\n    }\\n";
    }
    return {};
}

// A conversation of about `bytes`, with the members that clients send.
std::string chat_body(Text text, std::size_t bytes) {
    std::string body = R"({"model":"qwen3-32b","messages":[{"role":"system","content":"You are a helpful assistant."})";
    while (body.size() + 160 < bytes) {
        body += R"(,{"role":"user","content":")";
        for (std::size_t begin = body.size(); body.size() - begin < 600 && body.size() + 160 < bytes;)
            body += sentence(text);
        body += "\"}";
    }
    body +=
        R"(],"temperature":0.7,"top_p":0.95,"max_tokens":512,"stream":true,"stream_options":{"include_usage":true}})";
    return body;
}

class Watch final : public json::Members {
public:
    gilmok::Result<bool> member(std::string_view name, const json::Value& value) override {
        if (name == "model") model = value.text;
        return true;
    }
    std::string_view model;
};

void scan(benchmark::State& state) {
    const std::string body = chat_body(static_cast<Text>(state.range(1)), static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        Watch watch;
        auto type = json::scan(body, {}, &watch);
        benchmark::DoNotOptimize(type);
        benchmark::DoNotOptimize(watch.model.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(body.size()));
}

void simdjson_dom(benchmark::State& state) {
    const simdjson::padded_string body =
        chat_body(static_cast<Text>(state.range(1)), static_cast<std::size_t>(state.range(0)));
    simdjson::dom::parser parser;
    for (auto _ : state) {
        std::string_view model;
        if (parser.parse(body)["model"].get(model) != simdjson::SUCCESS) state.SkipWithError("refused");
        benchmark::DoNotOptimize(model.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(body.size()));
}

void simdjson_ondemand(benchmark::State& state) {
    const simdjson::padded_string body =
        chat_body(static_cast<Text>(state.range(1)), static_cast<std::size_t>(state.range(0)));
    simdjson::ondemand::parser parser;
    for (auto _ : state) {
        simdjson::ondemand::document document;
        if (parser.iterate(body).get(document) != simdjson::SUCCESS) state.SkipWithError("refused");
        for (auto field : document.get_object())
            benchmark::DoNotOptimize(field.value().raw_json_token().take_value().data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(body.size()));
}

void scan_scalar(benchmark::State& state) {
    const std::string body = chat_body(static_cast<Text>(state.range(1)), static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        auto type = json::scan_scalar(body, {}, nullptr);
        benchmark::DoNotOptimize(type);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(body.size()));
}

void sizes(benchmark::internal::Benchmark* bench) {
    for (const int text : {english, korean, code})
        for (const int bytes : {1024, 4096, 30000}) bench->Args({bytes, text});
}

BENCHMARK(scan)->Apply(sizes);
BENCHMARK(simdjson_dom)->Apply(sizes);
BENCHMARK(simdjson_ondemand)->Apply(sizes);
BENCHMARK(scan_scalar)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
