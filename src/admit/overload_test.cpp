// Goal: bursts pass, a lasting lag sheds more and more but never all, and one turn on time ends it.
#include "admit/overload.hpp"

#include <doctest/doctest.h>

using namespace gilmok;
using namespace gilmok::admit;
using namespace std::chrono_literals;

namespace {

int admitted_of(Overload& overload, int offered) {
    int admitted = 0;
    for (int i = 0; i < offered; ++i) {
        const auto verdict = overload.admit();
        if (verdict)
            ++admitted;
        else
            CHECK(verdict.error().code == Code::overloaded);
    }
    return admitted;
}

Instant at(Duration since) { return Instant(1s) + since; }

}   // namespace

TEST_CASE("a burst shorter than the interval sheds nothing") {
    Overload overload;
    for (Duration t = 0ms; t < 500ms; t += 100ms) overload.observe(400ms, at(t));
    CHECK_FALSE(overload.is_shedding());
    overload.observe(1ms, at(499ms));
    overload.observe(400ms, at(600ms));
    overload.observe(400ms, at(1'099ms));
    CHECK_FALSE(overload.is_shedding());
    CHECK(admitted_of(overload, 100) == 100);
}

TEST_CASE("a lag at the target is on time, one above it is late") {
    Overload overload;
    overload.observe(100ms, at(0ms));
    overload.observe(100ms, at(900ms));
    CHECK_FALSE(overload.is_shedding());
    overload.observe(101ms, at(1'000ms));
    overload.observe(101ms, at(1'500ms));
    CHECK(overload.is_shedding());
}

TEST_CASE("a lasting lag sheds half, then more each interval, and keeps one of sixteen at least") {
    Overload overload;
    overload.observe(200ms, at(0ms));
    CHECK(admitted_of(overload, 160) == 160);
    Instant now = at(0ms);
    for (const int admitted : {80, 40, 20, 10, 10, 10}) {
        now += 500ms;
        overload.observe(200ms, now);
        CHECK(admitted_of(overload, 160) == admitted);
    }
}

TEST_CASE("one turn on time ends the shedding") {
    Overload overload;
    overload.observe(200ms, at(0ms));
    overload.observe(200ms, at(500ms));
    REQUIRE(overload.is_shedding());
    overload.observe(5ms, at(510ms));
    CHECK_FALSE(overload.is_shedding());
    CHECK(admitted_of(overload, 50) == 50);
    overload.observe(200ms, at(520ms));
    CHECK_FALSE(overload.is_shedding());
}
