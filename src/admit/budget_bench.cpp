// What a budget adds to an attempt: reserve and settle in a tree of five levels with three limits on each (money by month,
// tokens by minute, requests by minute). With two threads both spend in the same organisation, or each in its own.
#include <benchmark/benchmark.h>

#include "admit/budget.hpp"
#include "admit/test_budget.hpp"

namespace {

using namespace gilmok;
using namespace gilmok::admit;
using namespace gilmok::admit::test;

constexpr std::uint32_t levels = 5;

TreasuryPtr tree(bool has_limits) {
    config::Snapshot snapshot;
    for (const char* root : {"one", "two"}) {
        std::string path = root;
        for (std::uint32_t level = 0; level < levels; ++level) {
            config::Tenant& tenant = add_tenant(snapshot, path);
            if (has_limits) {
                tenant.budget_month = won(1'000'000'000'000);
                tenant.tokens_per_minute = 1'000'000'000'000;
                tenant.requests_per_minute = 1'000'000'000;
            }
            path += "/x";
        }
    }
    return treasury_of(snapshot);
}

// A microsecond between attempts, as if they came as fast as one shard can take them.
void spend(benchmark::State& state, const TreasuryPtr& treasury, model::TenantId tenant, bool has_progress) {
    Instant now = start;
    WallTime wall = noon;
    for (auto _ : state) {
        now += Duration{1'000};
        wall += Duration{1'000};
        auto grant = treasury->reserve(tenant, 4'000, 12 * pico_per_unit, true, wall, now, nullptr);
        if (has_progress) grant->progress(100, pico_per_unit);
        benchmark::DoNotOptimize(grant->settle(500, 2 * pico_per_unit));
    }
    state.SetItemsProcessed(state.iterations());   // of all threads together
}

void unlimited(benchmark::State& state) { spend(state, tree(false), id(levels - 1), false); }
BENCHMARK(unlimited);

void reserve_settle(benchmark::State& state) { spend(state, tree(true), id(levels - 1), false); }
BENCHMARK(reserve_settle);

void reserve_progress_settle(benchmark::State& state) { spend(state, tree(true), id(levels - 1), true); }
BENCHMARK(reserve_progress_settle);

void threads_same_organisation(benchmark::State& state) {
    static const TreasuryPtr treasury = tree(true);
    spend(state, treasury, id(levels - 1), false);
}
BENCHMARK(threads_same_organisation)->Threads(2)->UseRealTime();

void threads_own_organisation(benchmark::State& state) {
    static const TreasuryPtr treasury = tree(true);
    spend(state, treasury, id(static_cast<std::uint32_t>(state.thread_index()) * levels + levels - 1), false);
}
BENCHMARK(threads_own_organisation)->Threads(2)->UseRealTime();

void standing(benchmark::State& state) {
    const TreasuryPtr treasury = tree(true);
    for (auto _ : state) benchmark::DoNotOptimize(treasury->standing(id(levels - 1), noon, start));
}
BENCHMARK(standing);

void refused(benchmark::State& state) {
    const TreasuryPtr treasury = tree(true);
    Refusal refusal;
    for (auto _ : state)
        benchmark::DoNotOptimize(treasury->reserve(id(levels - 1), 2'000'000'000'000, 0, true, noon, start, &refusal));
}
BENCHMARK(refused);

}   // namespace

BENCHMARK_MAIN();
