#include "upstream/retry_budget.hpp"

#include <doctest/doctest.h>

#include "base/prng.hpp"

namespace gilmok::upstream {

using namespace std::chrono_literals;

namespace {
const Instant begin{1'000s};
int spend_all(RetryBudget& budget, Instant now) {
    int spent = 0;
    while (budget.spend(now)) ++spent;
    return spent;
}
}   // namespace

TEST_CASE("requests earn a share, and a retry costs one") {
    RetryBudget budget({.ratio = 0.1, .per_second_min = 0});
    CHECK(!budget.spend(begin));
    for (int i = 0; i < 100; ++i) budget.first_attempt();
    CHECK(std::abs(spend_all(budget, begin) - 10) <= 1);
}

TEST_CASE("seconds earn as well, ten of them at most") {
    RetryBudget budget({.ratio = 0, .per_second_min = 3});
    CHECK(spend_all(budget, begin) == 3);
    CHECK(spend_all(budget, begin + 1s) == 3);
    CHECK(spend_all(budget, begin + 1h) == 30);
    CHECK(spend_all(budget, begin + 1h) == 0);
}

TEST_CASE("a settings change counts from now on") {
    RetryBudget budget({.ratio = 0, .per_second_min = 3});
    static_cast<void>(spend_all(budget, begin));
    budget.set({.ratio = 0, .per_second_min = 1});
    CHECK(spend_all(budget, begin + 2s) == 2);
    budget.set({.ratio = 0, .per_second_min = 0});
    CHECK(spend_all(budget, begin + 1h) <= 1);
}

TEST_CASE("no order of requests and retries spends more than was earned") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        RetryBudget budget({.ratio = 0.2, .per_second_min = 2});
        Instant now = begin;
        int first = 0, spent = 0;
        for (int step = 0; step < 5'000; ++step) {
            if (prng.chance(1, 3)) now += std::chrono::milliseconds(prng.below(50));
            if (prng.chance(1, 2)) {
                budget.first_attempt();
                ++first;
            } else if (budget.spend(now)) {
                ++spent;
            }
            const double seconds = std::chrono::duration<double>(now - begin).count();
            REQUIRE(spent <= 2 + 0.2 * first + 2 * seconds + 1e-6);
        }
    }
}

}   // namespace gilmok::upstream
