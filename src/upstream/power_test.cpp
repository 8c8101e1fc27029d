#include "upstream/power.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace gilmok;
using namespace gilmok::upstream;
using namespace std::chrono_literals;

namespace {
const Instant begin = Instant(1'000s);
}

TEST_CASE("a gauge of watts adds up to joules, and goes on between two scrapes") {
    Power power;
    CHECK_FALSE(power.microjoules(begin));
    power.saw_watts(500, begin);
    CHECK(power.microjoules(begin + 2s) == 1'000'000'000);
    power.saw_watts(100, begin + 2s);
    CHECK(power.microjoules(begin + 5s) == 1'300'000'000);
}

TEST_CASE("a counter of joules is taken by its difference, and one that fell begins anew") {
    Power power;
    power.saw_joules(7'000, begin);
    CHECK(power.microjoules(begin + 1s) == 0);   // the first value tells nothing yet
    power.saw_joules(7'300, begin + 1s);
    CHECK(power.microjoules(begin + 1s) == 300'000'000);
    CHECK(power.microjoules(begin + 2s) == 600'000'000);
    power.saw_joules(5, begin + 2s);
    CHECK(power.microjoules(begin + 3s) == 300'000'000);
    power.saw_joules(105, begin + 3s);
    CHECK(power.microjoules(begin + 3s) == 400'000'000);
}

TEST_CASE("a meter that is silent knows nothing, and nonsense is not taken") {
    Power power;
    power.saw_watts(500, begin);
    CHECK_FALSE(power.microjoules(begin + 11s));
    power.saw_watts(500, begin + 60s);   // of the silence only what one may assume is counted
    CHECK(power.microjoules(begin + 60s) == 5'000'000'000);
    for (const double watts : {-1.0, 1e9, std::nan(""), HUGE_VAL}) power.saw_watts(watts, begin + 61s);
    CHECK(power.microjoules(begin + 61s) == 5'500'000'000);
}
