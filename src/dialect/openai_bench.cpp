// What gilmok pays in this dialect for each request, each streamed event and each whole answer.
#include <benchmark/benchmark.h>

#include <string>

#include "dialect/openai.hpp"

namespace openai = gilmok::dialect::openai;

namespace {

const std::string usual_delta =
    "{\"id\":\"chatcmpl-7c1f0d\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"qwen3-32b\","
    "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" "
    "hello\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}";

void read_delta(benchmark::State& state) {
    for (auto _ : state) {
        auto event = openai::read_event(usual_delta);
        benchmark::DoNotOptimize(event);
    }
}

void read_usage(benchmark::State& state) {
    std::string answer = R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":")";
    answer.append(static_cast<std::size_t>(state.range(0)), 'a');
    answer +=
        R"("}}],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":64}}})";
    for (auto _ : state) {
        auto usage = openai::read_usage(answer);
        benchmark::DoNotOptimize(usage);
    }
}

void read_and_edit(benchmark::State& state) {
    std::string body = R"({"model":"qwen3-32b","messages":[{"role":"user","content":")";
    body.append(static_cast<std::size_t>(state.range(0)), 'a');
    body += R"("}],"temperature":0.7,"max_tokens":512,"stream":true})";
    std::string made;
    for (auto _ : state) {
        const auto request = openai::read_request(gilmok::model::Endpoint::chat, body, {});
        auto edited = openai::edit(*request, {.served_name = "Qwen/Qwen3-32B"}, made);
        benchmark::DoNotOptimize(edited);
    }
}

BENCHMARK(read_delta);
BENCHMARK(read_usage)->Arg(1000)->Arg(100000);
BENCHMARK(read_and_edit)->Arg(1000)->Arg(30000);

}  // namespace

BENCHMARK_MAIN();
