// Goal: the sum of a rolling window is never below the truth, and above it by a sixtieth of the window at most.
// Method: seeded walks against a list of every amount with its time.
#include "admit/window.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::admit;
using namespace std::chrono_literals;

namespace {

const std::vector<std::uint32_t> no_warnings;

struct Booked {
    Instant at;
    Pico amount;
};

Pico younger_than(const std::vector<Booked>& all, Duration age, Instant now) {
    Pico sum = 0;
    for (const Booked& one : all)
        if (now - one.at < age) sum += one.amount;
    return sum;
}

}   // namespace

TEST_CASE("an amount counts for the whole window, and leaves when it is told to") {
    Pot pot;
    pot.set_limits({100, 100}, no_warnings);
    Window window(60s);
    const Instant begin{1h};
    window.advance(begin, pot);
    REQUIRE(window.correct(begin, {80, 8}, {80, 8}));
    pot.correct({80, 8}, {80, 8});
    const Duration wait = window.until_freed({50, 0}, begin);
    CHECK(wait >= 60s);
    CHECK(wait <= 62s);
    window.advance(begin + wait - 1ns, pot);
    CHECK(pot.tally().used.money == 80);
    window.advance(begin + wait, pot);
    CHECK(pot.tally().used == Amount{});
    CHECK(pot.tally().spent == Amount{});
    CHECK_FALSE(window.correct(begin, {1, 1}, {1, 1}));
}

TEST_CASE("random amounts, corrections and silence: never below the truth, above it by two sixtieths at most") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        const Duration length{prng.between(1, 1'000'000'000'000)};
        const Duration width = length / 60 + 1ns;
        Pot pot;
        Window window(length);
        std::vector<Booked> all;
        Instant now{1h};
        for (int step = 0; step < 600; ++step) {
            now += Duration{prng.between(0, prng.chance(1, 50) ? 2 * length.count() : length.count() / 40 + 1)};
            window.advance(now, pot);
            if (!all.empty() && prng.chance(1, 3)) {   // a settle of earlier
                Booked& one = all[prng.below(all.size())];
                const Pico less = prng.between(-50, static_cast<std::int64_t>(one.amount));
                if (window.correct(one.at, {-less, -less}, {})) {
                    pot.correct({-less, -less}, {});
                    one.amount -= less;
                }
            } else {
                const Pico amount = prng.between(0, 1'000);
                REQUIRE(window.correct(now, {amount, amount}, {}));
                pot.correct({amount, amount}, {});
                all.push_back({now, amount});
            }
            REQUIRE(pot.tally().used.money >= younger_than(all, length, now));
            REQUIRE(pot.tally().used.money <= younger_than(all, length + 2 * width, now));
            REQUIRE(pot.tally().used.money == pot.tally().used.tokens);
        }
    }
}

TEST_CASE("a window of another length keeps what it held, and frees none of it early") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        Duration length{prng.between(1'000, 1'000'000)};
        Pot pot;
        auto window = std::make_unique<Window>(length);
        std::vector<Booked> all;
        Instant now{1h}, changed = now;
        Duration shortest = length;
        for (int step = 0; step < 300; ++step) {
            now += Duration{prng.between(0, length.count() / 30 + 1)};
            window->advance(now, pot);
            const Pico amount = prng.between(0, 1'000);
            REQUIRE(window->correct(now, {amount, 0}, {amount, 0}));
            pot.correct({amount, 0}, {amount, 0});
            all.push_back({now, amount});
            if (prng.chance(1, 60)) {
                length = Duration{prng.between(1'000, 1'000'000)};
                window = std::make_unique<Window>(*window, length, now);
                shortest = std::min(shortest, length);
                changed = now;
            }
            // A longer window cannot know again what a shorter one forgot.
            REQUIRE(pot.tally().used.money >= younger_than(all, std::min(length, shortest + (now - changed)), now));
        }
    }
}

TEST_CASE("what the ledger remembers ages like what was booked") {
    Pot pot;
    Window window(10h);
    CHECK(window.restore(9h, {5, 0}));
    CHECK(window.restore(-30min, {7, 0}));   // the hour that has not ended
    CHECK_FALSE(window.restore(11h, {9, 0}));
    pot.correct({12, 0}, {12, 0});
    const Instant now{100h};
    window.advance(now, pot);
    CHECK(pot.tally().used.money == 12);
    window.advance(now + 1h + 20min, pot);
    CHECK(pot.tally().used.money == 7);
    window.advance(now + 10h + 20min, pot);
    CHECK(pot.tally().used.money == 0);
}
