#include "upstream/health.hpp"

#include <doctest/doctest.h>

namespace gilmok::upstream {

using namespace std::chrono_literals;
using Verdict = Health::Verdict;

namespace {
const Instant begin{1'000s};
constexpr Health::Settings settings{.eject_after = 3, .eject_base = 5s, .eject_max = 12s};

// Ejected at `now`.
void eject(Health& health, Instant now, const Health::Settings& with = settings) {
    for (std::uint32_t i = 0; i < with.eject_after; ++i) static_cast<void>(health.failed(now, with));
    REQUIRE(health.is_out(now));
}
}   // namespace

TEST_CASE("so many failures in a row eject, and a success in between starts the count anew") {
    Health health;
    CHECK(!health.failed(begin, settings));
    CHECK(!health.failed(begin, settings));
    health.succeeded();
    CHECK(!health.failed(begin, settings));
    CHECK(!health.failed(begin, settings));
    CHECK(health.ask(begin) == Verdict::open);
    CHECK(health.failed(begin, settings));
    CHECK(health.ask(begin) == Verdict::out);
    CHECK(health.ejections() == 1);
    CHECK(health.out_until() == begin + 5s);
}

TEST_CASE("after the ejection one caller has the trial, and the next only after a while") {
    Health health;
    eject(health, begin);
    CHECK(health.ask(begin + 5s - 1ns) == Verdict::out);
    CHECK(health.is_out(begin + 5s - 1ns));
    CHECK(health.ask(begin + 5s) == Verdict::trial);
    CHECK(health.ask(begin + 5s) == Verdict::out);
    CHECK(health.ask(begin + 5'999ms) == Verdict::out);
    CHECK(health.ask(begin + 6s) == Verdict::trial);
    health.succeeded();
    CHECK(health.ask(begin + 6s) == Verdict::open);
}

TEST_CASE("a failed trial doubles the ejection up to its maximum") {
    Health health;
    eject(health, begin);
    Instant now = begin + 5s;
    REQUIRE(health.ask(now) == Verdict::trial);
    CHECK(health.failed(now + 10ms, settings));
    CHECK(health.out_until() == now + 10ms + 10s);
    now = health.out_until();
    REQUIRE(health.ask(now) == Verdict::trial);
    CHECK(health.failed(now, settings));
    CHECK(health.out_until() == now + 12s);
    now = health.out_until();
    REQUIRE(health.ask(now) == Verdict::trial);
    health.succeeded();
    eject(health, now);
    CHECK(health.out_until() == now + 5s);   // forgiven
}

TEST_CASE("late failures of attempts from before the ejection do not lengthen it") {
    for (const Duration base : {Duration(500ms), Duration(1s), Duration(5s)}) {
        CAPTURE(base.count());
        const Health::Settings with{.eject_after = 1, .eject_base = base, .eject_max = 60s};
        Health health;
        eject(health, begin, with);
        for (Duration later{}; later < base; later += base / 10) CHECK(!health.failed(begin + later, with));
        CHECK(health.out_until() == begin + base);
        CHECK(health.ejections() == 1);
    }
}

TEST_CASE("a trial that takes longer than the spacing still counts when it fails") {
    Health health;
    eject(health, begin);
    REQUIRE(health.ask(begin + 5s) == Verdict::trial);
    CHECK(health.failed(begin + 20s, settings));
    CHECK(health.out_until() == begin + 30s);
}

TEST_CASE("who asks to be left alone is, and that is no failure") {
    Health health;
    health.asked_to_wait(begin + 3s);
    health.asked_to_wait(begin + 1s);   // the longer wish counts
    CHECK(health.ask(begin + 2s) == Verdict::out);
    CHECK(health.is_out(begin + 2s));
    CHECK(health.ask(begin + 3s) == Verdict::open);
    CHECK(health.ejections() == 0);
}

TEST_CASE("the health check overrules what exchanges saw, and asking costs no trial meanwhile") {
    Health health;
    health.checked(false);
    CHECK(health.ask(begin) == Verdict::out);
    CHECK(health.is_out(begin));
    health.succeeded();
    CHECK(health.is_out(begin));
    health.checked(true);
    CHECK(health.ask(begin) == Verdict::open);
    eject(health, begin);
    health.checked(false);
    CHECK(health.ask(begin + 5s) == Verdict::out);
    health.checked(true);
    CHECK(health.ask(begin + 5s) == Verdict::trial);
}

}   // namespace gilmok::upstream
