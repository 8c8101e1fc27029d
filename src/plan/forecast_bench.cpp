// What one forecast costs: two years of days for the rest of a month, and a year of hours for the rest of a week and of a
// month. A terminal and the admin API wait for it: 50 ms at 730 days and a second at 8,760 hours are the most.
#include <benchmark/benchmark.h>

#include <cmath>

#include "base/prng.hpp"
#include "plan/fan_chart.hpp"

using namespace gilmok;
using namespace gilmok::plan;

namespace {

std::vector<Step> series(std::size_t count, std::size_t season) {
    Prng prng(1);
    std::vector<Step> steps(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double shape = 1.2 + std::sin(static_cast<double>(i % season) / static_cast<double>(season) * 6.283);
        const double keys = 100 * shape, requests = keys * 20 * (0.7 + 0.6 * prng.unit());
        steps[i] = {.spent = requests * 0.004,
                    .active_keys = keys,
                    .requests = requests,
                    .tokens = requests * 2000,
                    .price = 2e-6};
    }
    return steps;
}

void forecast_of(benchmark::State& state) {
    const auto season = static_cast<std::size_t>(state.range(1));
    const auto steps = series(static_cast<std::size_t>(state.range(0)), season);
    const Question question{.history = steps, .season = season, .horizon = static_cast<std::size_t>(state.range(2))};
    for (auto _ : state) benchmark::DoNotOptimize(forecast(question).forecast->rest.p50);
}

void fan_chart_of_a_month(benchmark::State& state) {
    const auto steps = series(365, 7);
    const Answer answer = forecast({.history = steps, .horizon = 20});
    for (auto _ : state)
        benchmark::DoNotOptimize(fan_chart({.ahead = answer.forecast->cumulative, .budget = 1e3}).size());
}

BENCHMARK(forecast_of)
    ->Args({730, 7, 15})
    ->Args({730, 7, 31})
    ->Args({8'760, 168, 168})
    ->Args({8'760, 168, 720})
    ->Args({20'000, 168, 1'000})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(fan_chart_of_a_month)->Unit(benchmark::kMicrosecond);

}   // namespace

BENCHMARK_MAIN();
