// What it costs to walk a request's body, to inspect it, for the first time and again, and to redact it.
#include <benchmark/benchmark.h>

#include <string>

#include "guard/redact.hpp"
#include "guard/test_text_tag.hpp"

namespace {

using namespace gilmok;

// A chat of about so many bytes. `escapes`: as clients write it that escape everything above ASCII.
std::string chat_of(std::size_t bytes, bool escapes, bool has_findings) {
    std::string body = R"({"model":"qwen3-32b","messages":[{"role":"system","content":"You are helpful."})";
    while (body.size() < bytes) {
        body += R"(,{"role":"user","content":")";
        for (int i = 0; i < 12; ++i)
            body += escapes ? R"(\uc624\ub298\uc758 \ub0a0\uc528\ub294 \ub9d1\uc2b5\ub2c8\ub2e4. )"
                            : "오늘의 날씨는 대체로 맑고 바람이 붑니다. ";
        body += std::to_string(body.size());   // no message is like another
        if (has_findings) body += "번호는 900101-1234568이고 메일은 gildong@example.com입니다.";
        body += "\"}";
    }
    return body + R"(],"temperature":0.7,"stream":true})";
}

class Count final : public guard::Leaves {
public:
    Result<bool> leaf(const guard::Leaf& leaf) override {
        bytes += leaf.text.size();
        return true;
    }
    std::size_t bytes = 0;
};

void walk(benchmark::State& state) {
    const std::string body = chat_of(static_cast<std::size_t>(state.range(0)), state.range(1) != 0, false);
    guard::WalkScratch scratch;
    for (auto _ : state) {
        Count count;
        benchmark::DoNotOptimize(guard::walk(body, scratch, count));
        benchmark::DoNotOptimize(count.bytes);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void inspect(benchmark::State& state) {
    static const guard::Detector detector{guard::DetectorOptions{}};
    const std::string body = chat_of(static_cast<std::size_t>(state.range(0)), false, state.range(1) != 0);
    guard::DetectScratch scratch;
    guard::Inspection inspection;
    for (auto _ : state) benchmark::DoNotOptimize(inspection.read(body, &detector, scratch));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

// `entries`: of the memory. 4 know nothing of a body when it comes again, 65,536 know all of it.
void inspect_remembering(benchmark::State& state) {
    static const guard::Detector detector{guard::DetectorOptions{}};
    const std::string body = chat_of(static_cast<std::size_t>(state.range(0)), false, false);
    guard::CleanMemory memory(static_cast<std::size_t>(state.range(1)), guard::test::known_secret());
    guard::DetectScratch scratch;
    guard::Inspection inspection;
    for (auto _ : state)
        benchmark::DoNotOptimize(inspection.read(body, &detector, scratch, {&memory, model::TenantId::none}));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void tag(benchmark::State& state) {
    const guard::TextTagger tagger(guard::test::known_secret());
    const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
    const auto begun = tagger.begin({});
    for (auto _ : state) benchmark::DoNotOptimize(tagger.of(begun, text));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void redact(benchmark::State& state) {
    static const guard::Detector detector{guard::DetectorOptions{}};
    const std::string body = chat_of(static_cast<std::size_t>(state.range(0)), false, true);
    guard::DetectScratch scratch;
    guard::Inspection inspection;
    benchmark::DoNotOptimize(inspection.read(body, &detector, scratch));
    guard::Actions actions;
    actions.of.fill(model::GuardAction::swap);
    const Secret secret("secret");
    std::string out;
    for (auto _ : state) {
        guard::Pseudonyms pseudonyms(secret, "tenant", "conversation");
        benchmark::DoNotOptimize(guard::redact(inspection, actions, {}, pseudonyms, out));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

BENCHMARK(walk)->ArgNames({"bytes", "escapes"})->Args({1'024, 0})->Args({30'720, 0})->Args({30'720, 1});
BENCHMARK(inspect)->ArgNames({"bytes", "findings"})->Args({1'024, 0})->Args({30'720, 0})->Args({30'720, 1});
BENCHMARK(inspect_remembering)
    ->ArgNames({"bytes", "entries"})
    ->Args({1'024, 4})
    ->Args({30'720, 4})
    ->Args({1'024, 65'536})
    ->Args({30'720, 65'536});
BENCHMARK(tag)->Arg(64)->Arg(1'024)->Arg(30'720);
BENCHMARK(redact)->Arg(30'720);

}   // namespace

BENCHMARK_MAIN();
