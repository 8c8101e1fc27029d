// What splitting a stream costs for each event of the usual size: whole in a chunk, many in a chunk, and cut in two.
#include <benchmark/benchmark.h>

#include <string>

#include "wire/sse.hpp"

namespace sse = gilmok::wire::sse;

namespace {

const std::string event_bytes =
    "data: "
    "{\"id\":\"chatcmpl-7c1f0d\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"qwen3-32b\","
    "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" hello\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";

void drain(sse::Framer& framer, std::string_view chunk) {
    framer.feed(chunk);
    sse::Event event;
    for (auto got = framer.next(event); got && *got; got = framer.next(event))
        benchmark::DoNotOptimize(event.data.data());
}

void whole_events(benchmark::State& state) {
    std::string chunk;
    for (std::int64_t i = 0; i < state.range(0); ++i) chunk += event_bytes;
    sse::Framer framer(1 << 20);
    for (auto _ : state) drain(framer, chunk);
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void cut_events(benchmark::State& state) {
    const std::string_view all = event_bytes;
    sse::Framer framer(1 << 20);
    for (auto _ : state) {
        drain(framer, all.substr(0, 100));
        drain(framer, all.substr(100));
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

BENCHMARK(whole_events)->Arg(1)->Arg(16);
BENCHMARK(cut_events);

}  // namespace

BENCHMARK_MAIN();
