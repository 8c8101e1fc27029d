// Goal: what holds for one thread holds for many. Method: a barrier, real threads, and ThreadSanitizer in the tsan preset.
#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <mutex>
#include <thread>
#include <vector>

#include "admit/budget.hpp"
#include "admit/test_budget.hpp"
#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::admit;
using namespace gilmok::admit::test;
using namespace std::chrono_literals;

namespace {

constexpr int threads_count = 8;
constexpr Pico one = pico_per_unit;

config::Snapshot company() {
    config::Snapshot snapshot;
    for (const char* path : {"acme", "acme/team", "acme/team/app", "acme/other", "zeta"}) add_tenant(snapshot, path);
    return snapshot;
}

}   // namespace

TEST_CASE("a burst of threads is admitted exactly k times, round after round, and leaves nothing") {
    for (std::uint64_t round = 1; round <= 40; ++round) {
        CAPTURE(round);
        Prng prng{round};
        const std::int64_t k = prng.between(0, 199) + 1;
        config::Snapshot snapshot = company();
        snapshot.tenants[prng.below(3)].budget_month = won(7 * k);
        snapshot.tenants[0].requests_per_minute = 100'000;
        const auto treasury = treasury_of(snapshot);
        std::barrier barrier(threads_count);
        std::atomic<std::int64_t> admitted{0}, running{0}, most{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < threads_count; ++t)
            threads.emplace_back([&, t] {
                std::vector<Grant> held;
                barrier.arrive_and_wait();
                for (int i = 0; i < 25; ++i) {
                    auto grant = treasury->reserve(id(2), 10, 7 * one, true, noon, start, nullptr);
                    if (!grant) continue;
                    held.push_back(std::move(*grant));
                    const std::int64_t now_running = running.fetch_add(1) + 1;
                    std::int64_t seen = most.load();
                    while (seen < now_running && !most.compare_exchange_weak(seen, now_running)) {}
                }
                admitted.fetch_add(static_cast<std::int64_t>(held.size()));
                barrier.arrive_and_wait();
                for (std::size_t i = 0; i < held.size(); ++i) {
                    running.fetch_sub(1);
                    if ((i + static_cast<std::size_t>(t)) % 2 == 0)
                        held[i].settle(3, 2 * one);
                    else
                        held[i].release();
                }
            });
        for (auto& thread : threads) thread.join();
        REQUIRE(admitted == k);
        REQUIRE(most <= k);
        REQUIRE(treasury->total_reserved().money_reserved == 0);
        REQUIRE(treasury->total_reserved().tokens_reserved == 0);
        REQUIRE(treasury->spent(id(0), noon).money_reserved == 0);
    }
}

TEST_CASE("threads, reloads and questions at the same time keep every promise") {
    config::Snapshot snapshot = company();
    snapshot.tenants[0].budget_day = won(1'000);
    snapshot.tenants[1].tokens_day = 5'000;
    snapshot.tenants[2].budget_window = won(500);
    snapshot.tenants[2].window = 60s;
    snapshot.tenants[3].tokens_per_minute = 2'000;
    snapshot.tenants[4].budget_month = won(100);
    std::mutex current_mutex;
    TreasuryPtr current = treasury_of(snapshot);
    const auto load = [&] {
        const std::lock_guard lock(current_mutex);
        return current;
    };
    std::atomic<bool> is_over{false};
    std::atomic<int> broken{0};
    std::atomic<std::int64_t> spent_in_all{0};   // counted outside
    std::vector<std::thread> threads;
    for (int t = 0; t < threads_count; ++t)
        threads.emplace_back([&, t] {
            Prng prng{static_cast<std::uint64_t>(t) + 1};
            std::vector<std::pair<Grant, std::int64_t>> held;
            for (int step = 0; step < 3'000; ++step) {
                const TreasuryPtr treasury = load();
                const auto tenant = id(static_cast<std::uint32_t>(prng.below(5)));
                const std::int64_t cost = prng.between(0, 40);
                const Instant now = start + Duration{step} * 1'000'000;
                if (auto grant = treasury->reserve(tenant, prng.between(0, 100), cost * one, true, noon, now, nullptr))
                    held.emplace_back(std::move(*grant), cost);
                if (!held.empty() && prng.chance(1, 2)) {
                    auto& [grant, most] = held[prng.below(held.size())];
                    const std::int64_t used = prng.between(0, most);
                    grant.progress(prng.between(0, 100), used * one);
                    if (prng.chance(1, 2) && grant.is_held()) {
                        spent_in_all.fetch_add(used);
                        if (grant.settle(prng.between(0, 100), used * one) && used > most) broken.fetch_add(1);
                    }
                }
                if (held.size() > 20) held.erase(held.begin());
                if (treasury->standing(id(2), noon, now).budget_remaining < 0) broken.fetch_add(1);
                if (treasury->spent(id(0), noon).money_day > 1'000 * one) broken.fetch_add(1);
            }
        });
    std::thread control([&] {
        while (!is_over.load()) {
            const TreasuryPtr next = treasury_of(snapshot, load());
            (void)next->take_warnings();
            (void)next->total_reserved();
            const std::lock_guard lock(current_mutex);
            current = next;
        }
    });
    for (auto& thread : threads) thread.join();
    is_over = true;
    control.join();
    const TreasuryPtr last = load();
    CHECK(broken == 0);
    CHECK(last->total_reserved().money_reserved == 0);
    CHECK(last->total_reserved().tokens_reserved == 0);
    CHECK(last->spent(id(0), noon).money_day <= 1'000 * one);
    CHECK(last->spent(id(0), noon).money_day + last->spent(id(4), noon).money_day == spent_in_all * one);
}
