#include <doctest/doctest.h>

#include <cmath>

#include "base/prng.hpp"
#include "plan/drivers.hpp"

using namespace gilmok;
using namespace gilmok::plan;

namespace {

std::vector<Step> two_weeks(Step first, Step second) {
    std::vector<Step> steps(7, first);
    steps.resize(14, second);
    return steps;
}

}   // namespace

TEST_CASE("a change of one factor alone is all that factor's") {
    const Step before{.spent = 20, .requests = 100, .tokens = 10'000};
    const Drivers volume = drivers_of(two_weeks(before, {.spent = 40, .requests = 200, .tokens = 20'000}), 7);
    CHECK(volume.total == 140);
    CHECK(volume.volume == doctest::Approx(140));
    CHECK(volume.mix == doctest::Approx(0));
    CHECK(volume.price == doctest::Approx(0));
    const Drivers mix = drivers_of(two_weeks(before, {.spent = 10, .requests = 100, .tokens = 5'000}), 7);
    CHECK(mix.mix == doctest::Approx(-70));
    CHECK(mix.volume == doctest::Approx(0));
    const Drivers price = drivers_of(two_weeks(before, {.spent = 15, .requests = 100, .tokens = 10'000}), 7);
    CHECK(price.price == doctest::Approx(-35));
    CHECK(price.volume == doctest::Approx(0));
}

TEST_CASE("parts add up to the total whatever changed, and swap signs when time is turned round") {
    Prng prng(7);
    for (int round = 0; round < 500; ++round) {
        const auto any = [&] { return std::exp(prng.unit() * 30 - 10); };
        const Step before{.spent = any(), .requests = any(), .tokens = any()},
            after{.spent = any(), .requests = any(), .tokens = any()};
        const Drivers there = drivers_of(two_weeks(before, after), 7), back = drivers_of(two_weeks(after, before), 7);
        const double scale = std::abs(there.volume) + std::abs(there.mix) + std::abs(there.price);
        CHECK(std::abs(there.volume + there.mix + there.price - there.total) <= 1e-12 * scale);
        CHECK(std::abs(there.mix + back.mix) <= 1e-9 * scale);
        CHECK(std::abs(there.price + back.price) <= 1e-9 * scale);
        CHECK(std::abs(there.volume + back.volume) <= 1e-9 * scale);
    }
}

TEST_CASE("where a factor is not known the change counts as volume") {
    const Drivers unknown = drivers_of(two_weeks({.spent = 10}, {.spent = 30}), 7);
    CHECK(unknown.volume == 140);
    CHECK(unknown.price == 0);
    const Drivers from_nothing = drivers_of(two_weeks({}, {.spent = 30, .requests = 1, .tokens = 1}), 7);
    CHECK(from_nothing.volume == 210);
}

TEST_CASE("the last season is held against the one before it, or half against half where the history is short") {
    std::vector<Step> steps(10, {.spent = 1});
    for (std::size_t i = 5; i < 10; ++i) steps[i].spent = 3;
    CHECK(drivers_of(steps, 2).total == 0);
    CHECK(drivers_of(steps, 7).total == 10);
}
