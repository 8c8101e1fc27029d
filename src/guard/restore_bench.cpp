// What an answer that the guard looks at costs: each streamed event with nothing in it, with stand-ins in use or kinds masked;
// each event that is changed; and each whole answer.
#include <benchmark/benchmark.h>

#include <string>

#include "guard/restore.hpp"

namespace {

using namespace gilmok;

const Secret secret("secret");

std::string event_of(std::string_view text) {
    return "data: "
           "{\"id\":\"chatcmpl-7c1f0d\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"qwen3-"
           "32b\","
           "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" +
           std::string(text) + "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
}

struct Stream {
    explicit Stream(bool has_pseudonyms, std::initializer_list<model::DataKind> masked) {
        if (has_pseudonyms) stand_in = pseudonyms.of(model::DataKind::kr_name, "홍길동", "");
        options.pseudonyms = &pseudonyms;
        if (masked.size() > 0) options.detector = &detector();
        for (const model::DataKind kind : masked) options.masked.add(kind);
    }
    static const guard::Detector& detector() {
        static const guard::Detector all{guard::DetectorOptions{}};
        return all;
    }
    guard::Pseudonyms pseudonyms{secret, "tenant", "conversation"};
    std::string stand_in;
    guard::RestoreOptions options;
    guard::RestoreScratch scratch;
};

void pass(benchmark::State& state, Stream& stream, std::initializer_list<std::string_view> texts) {
    std::vector<std::string> events;
    for (const std::string_view text : texts) events.push_back(event_of(text));
    guard::Restorer restorer(stream.options, stream.scratch);
    std::string out;
    std::size_t at = 0;
    for (auto _ : state) {
        const std::string& raw = events[at++ % events.size()];
        out.clear();
        benchmark::DoNotOptimize(restorer.event(raw, std::string_view(raw).substr(6, raw.size() - 8), out));
    }
}

void nothing_to_do(benchmark::State& state) {
    Stream stream(false, {});
    pass(state, stream, {"안녕", "하세", "요, ", "hello", " world"});
}
void with_stand_ins(benchmark::State& state) {
    Stream stream(true, {});
    pass(state, stream, {"안녕", "하세", "요, ", "hello", " world"});
}
void with_masked_numbers(benchmark::State& state) {
    Stream stream(true, {model::DataKind::kr_rrn, model::DataKind::card, model::DataKind::kr_phone});
    pass(state, stream, {"안녕", "하세", "요, ", "hello", " world"});
}
void with_all_masked(benchmark::State& state) {
    Stream stream(true,
                  {model::DataKind::kr_rrn, model::DataKind::card, model::DataKind::email, model::DataKind::model_key});
    pass(state, stream, {"안녕", "하세", "요, ", "hello", " world"});
}
void put_back(benchmark::State& state) {
    Stream stream(true, {});
    pass(state, stream, {stream.stand_in.substr(0, 7), stream.stand_in.substr(7)});
}

void whole_answer(benchmark::State& state) {
    Stream stream(true, {});
    std::string body = R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":")";
    while (body.size() < static_cast<std::size_t>(state.range(0)))
        body += "The quick brown fox, 그리고 " + stream.stand_in + "님. ";
    body += R"("}}],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120}})";
    std::string out;
    for (auto _ : state) {
        guard::Restorer restorer(stream.options, stream.scratch);
        std::optional<dialect::openai::AnswerFacts> facts;
        out.clear();
        benchmark::DoNotOptimize(restorer.body(body, out, facts));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

BENCHMARK(nothing_to_do);
BENCHMARK(with_stand_ins);
BENCHMARK(with_masked_numbers);
BENCHMARK(with_all_masked);
BENCHMARK(put_back);
BENCHMARK(whole_answer)->Arg(4'000)->Arg(100'000);

}   // namespace

BENCHMARK_MAIN();
