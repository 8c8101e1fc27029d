// What a scan costs by kind of text, and its stages alone: where to look first when `scripts/bench guard` gets slower.
#include <benchmark/benchmark.h>

#include <string>

#include "guard/anchors.hpp"
#include "guard/detector.hpp"
#include "guard/matcher.hpp"
#include "guard/view_forms.hpp"

namespace guard = gilmok::guard;

namespace {

enum Text : int { korean, english, dense };

std::string text_of(int which, std::size_t bytes) {
    static constexpr std::string_view sentences[] = {
        "길목은 모델로 가는 모든 요청이 지나는 곳이며, 요청마다 어느 장치가 답할지를 정합니다. ",
        "The quick brown fox jumps over the lazy dog and goes on to explain itself at length. ",
        "주민번호 900101-1234567, 연락처 010-1234-5678, 메일 min@example.com, 계좌는 국민은행 123456-12-123456입니다. "};
    std::string text;
    while (text.size() < bytes) text += sentences[which];
    return text;
}

void count_bytes(benchmark::State& state, const std::string& text) {
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(text.size()));
}

void scan(benchmark::State& state) {
    const std::string text = text_of(static_cast<int>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    const guard::Detector detector({});
    guard::DetectScratch scratch;
    std::vector<gilmok::model::Finding> findings;
    for (auto _ : state) {
        findings.clear();
        benchmark::DoNotOptimize(detector.scan(text, scratch, findings));
    }
    count_bytes(state, text);
}

void look_for_forms(benchmark::State& state) {
    const std::string text = text_of(static_cast<int>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    for (auto _ : state) benchmark::DoNotOptimize(guard::forms::next_form(text, 0));
    count_bytes(state, text);
}

void find_anchors(benchmark::State& state) {
    const std::string text = text_of(static_cast<int>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    std::vector<guard::Anchor> anchors;
    for (auto _ : state) {
        anchors.clear();
        guard::find_anchors(text, 0, text.size(), anchors);
        benchmark::DoNotOptimize(anchors.data());
    }
    count_bytes(state, text);
}

void find_secret_literals(benchmark::State& state) {
    const std::string text = text_of(static_cast<int>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    const guard::Literals literals(guard::secret_literals());
    std::vector<guard::Literals::Hit> hits;
    for (auto _ : state) {
        hits.clear();
        literals.find(text, 0, text.size(), hits);
        benchmark::DoNotOptimize(hits.data());
    }
    count_bytes(state, text);
}

void open_tail(benchmark::State& state) {
    const std::string text = text_of(static_cast<int>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    const guard::Detector detector({});
    for (auto _ : state) benchmark::DoNotOptimize(detector.open_tail(text));
}

void sizes(benchmark::internal::Benchmark* bench) {
    for (const int text : {korean, english, dense})
        for (const int bytes : {256, 4096, 65536}) bench->Args({text, bytes});
}

BENCHMARK(scan)->Apply(sizes);
BENCHMARK(look_for_forms)->Apply(sizes);
BENCHMARK(find_anchors)->Apply(sizes);
BENCHMARK(find_secret_literals)->Apply(sizes);
BENCHMARK(open_tail)->Apply(sizes);

}   // namespace

BENCHMARK_MAIN();
