#include "io/timers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <vector>

#include "base/prng.hpp"
#include "io/waiter.hpp"

using namespace gilmok;
using namespace gilmok::io;
using namespace std::chrono_literals;

namespace {
Instant at(std::int64_t ms) { return Instant{std::chrono::milliseconds(ms)}; }
}   // namespace

TEST_CASE("a timer sets its bit once, when its time has come") {
    ReadyQueue ready;
    Waiter waiter(ready);
    Timers timers;
    Timer timer(timers, waiter, 4);
    timer.arm(at(10));
    CHECK(timers.next() == at(10));
    timers.fire(at(9));
    CHECK(waiter.pending() == 0);
    timers.fire(at(10));
    CHECK(waiter.pending() == 4);
    CHECK(timer.deadline() == far_future);
    waiter.clear(4);
    timers.fire(at(1'000));
    CHECK(waiter.pending() == 0);
    CHECK(timers.next() == far_future);
}

TEST_CASE("moving a deadline later costs no heap work and does not fire early") {
    ReadyQueue ready;
    Waiter waiter(ready);
    Timers timers;
    Timer timer(timers, waiter, 1);
    timer.arm(at(10));
    timer.arm(at(50));
    CHECK(timers.next() == at(10));   // the heap still holds the old time
    timers.fire(at(10));
    CHECK(waiter.pending() == 0);
    CHECK(timers.next() == at(50));
    timer.arm(at(20));
    CHECK(timers.next() == at(20));
    timers.fire(at(20));
    CHECK(waiter.pending() == 1);
}

TEST_CASE("a timer that dies or is disarmed never fires") {
    ReadyQueue ready;
    Waiter waiter(ready);
    Timers timers;
    {
        Timer gone(timers, waiter, 1);
        gone.arm(at(1));
    }
    Timer off(timers, waiter, 2);
    off.arm(at(1));
    off.disarm();
    Timer unset(timers, waiter, 4);
    unset.arm(at(1));
    unset.arm(far_future);
    timers.fire(at(100));
    CHECK(waiter.pending() == 0);
    CHECK(timers.size() == 0);
}

// Goal: the heap never fires a timer early, late or twice. Method: random operations against a plain array.
TEST_CASE("the timer heap agrees with a naive model under random operations") {
    constexpr std::size_t count = 24;   // bits of one waiter, so that the test sees who fired
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        ReadyQueue ready;
        Waiter waiter(ready);
        Timers timers;
        std::array<std::unique_ptr<Timer>, count> real;
        std::array<Instant, count> model;
        model.fill(far_future);
        for (std::size_t i = 0; i < count; ++i) real[i] = std::make_unique<Timer>(timers, waiter, Events{1} << i);
        std::int64_t now_ms = 0;
        for (int step = 0; step < 3'000; ++step) {
            const std::size_t i = prng.below(count);
            const std::uint64_t what = prng.below(10);
            if (what < 5) {
                model[i] = at(now_ms + prng.between(-2, 40));
                real[i]->arm(model[i]);
            } else if (what == 5) {
                model[i] = far_future;
                real[i]->disarm();
            } else if (what == 6) {
                model[i] = far_future;
                real[i]->arm(far_future);
            } else if (what == 7) {
                model[i] = far_future;
                real[i] = std::make_unique<Timer>(timers, waiter, Events{1} << i);
            } else {
                now_ms += prng.between(0, 10);
                Instant earliest = far_future;
                for (const Instant deadline : model) earliest = std::min(earliest, deadline);
                REQUIRE(timers.next() <= earliest);
                Events expected = 0;
                for (std::size_t k = 0; k < count; ++k) {
                    if (model[k] > at(now_ms)) continue;
                    expected |= Events{1} << k;
                    model[k] = far_future;
                }
                waiter.clear(~Events{0});
                timers.fire(at(now_ms));
                REQUIRE(waiter.pending() == expected);
            }
            REQUIRE(real[i]->deadline() == model[i]);
            REQUIRE(timers.size() <= count);
        }
    }
}
