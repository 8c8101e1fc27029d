#include "upstream/load.hpp"

#include <doctest/doctest.h>

namespace gilmok::upstream {

using namespace std::chrono_literals;

namespace {
const Instant begin{1'000s};
}

TEST_CASE("places are taken up to the limit and come back") {
    Load load;
    CHECK(load.try_attempt(2));
    CHECK(load.try_attempt(2));
    CHECK(!load.try_attempt(2));
    CHECK(load.view(begin).in_flight == 2);
    CHECK(load.try_attempt(0));   // no limit
    load.attempt_ends();
    load.attempt_ends();
    CHECK(load.try_attempt(2));
    CHECK(load.view(begin).in_flight == 2);
}

TEST_CASE("the told queue is corrected by what was sent since, and never below zero") {
    Load load;
    load.saw_queue(4, 8, 0.5, begin);
    load.attempt_begins();
    load.attempt_begins();
    CHECK(load.view(begin).waiting == doctest::Approx(6));
    for (int i = 0; i < 8; ++i) load.attempt_ends();
    CHECK(load.view(begin).waiting == 0);
    CHECK(load.view(begin).running == doctest::Approx(8));
    CHECK(load.view(begin).kv_usage == doctest::Approx(0.5));
}

TEST_CASE("old numbers are not believed") {
    Load load;
    CHECK(load.view(begin).waiting < 0);
    load.saw_queue(4, 8, 0.5, begin);
    CHECK(load.view(begin + 5s).waiting >= 0);
    CHECK(load.view(begin + 5s + 1ns).waiting < 0);
    CHECK(load.view(begin + 5s + 1ns).running < 0);
}

TEST_CASE("a report without the queue neither renews an old queue nor forgets what was sent since") {
    Load load;
    load.saw_queue(4, -1, -1, begin);
    load.attempt_begins();
    load.saw_queue(-1, -1, 0.3, begin + 4s);
    CHECK(load.view(begin + 4s).waiting == doctest::Approx(5));
    CHECK(load.view(begin + 4s).kv_usage == doctest::Approx(0.3));
    CHECK(load.view(begin + 6s).waiting < 0);
    CHECK(load.view(begin + 6s).kv_usage == doctest::Approx(0.3));
}

TEST_CASE("the idle time falls at once and rises slowly, the average follows") {
    Load load;
    CHECK(load.view(begin).first_byte_us == 0);
    load.saw_first_byte(10ms);
    CHECK(load.view(begin).first_byte_us == doctest::Approx(10'000));
    CHECK(load.view(begin).first_byte_idle_us == doctest::Approx(10'000));
    load.saw_first_byte(26ms);
    CHECK(load.view(begin).first_byte_us == doctest::Approx(11'000));
    CHECK(load.view(begin).first_byte_idle_us < 10'100);
    load.saw_first_byte(2ms);
    CHECK(load.view(begin).first_byte_idle_us == doctest::Approx(2'000));
    Load instant;
    instant.saw_first_byte(0ms);
    CHECK(instant.view(begin).first_byte_us > 0);   // zero would mean "never measured"
}

}   // namespace gilmok::upstream
