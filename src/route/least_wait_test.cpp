#include "route/least_wait.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace gilmok::route {

namespace {

using Pick = config::Model::Pick;

CandidateState told(double waiting, double idle_us) {
    CandidateState state;
    state.waiting = waiting;
    state.running = 1;
    state.first_byte_us = state.first_byte_idle_us = idle_us;
    return state;
}

std::vector<int> order_of(Pick pick, const std::vector<CandidateState>& states) {
    const Plan made = plan(pick, states);
    std::vector<int> order;
    for (std::size_t i = 0; i < made.count; ++i) order.push_back(made.order[i].candidate);
    return order;
}

}   // namespace

TEST_CASE("the shortest predicted wait comes first, the configured order among equals") {
    CHECK(order_of(Pick::least_wait, {told(5, 20'000), told(0, 20'000), told(2, 20'000)}) == std::vector<int>{1, 2, 0});
    CHECK(order_of(Pick::least_wait, {told(1, 20'000), told(1, 20'000), told(1, 20'000)}) == std::vector<int>{0, 1, 2});
    // A fifth of a millisecond is noise.
    CHECK(order_of(Pick::least_wait, {told(0, 20'200), told(0, 20'000)}) == std::vector<int>{0, 1});
    // A queue on a fast engine may still be shorter than none on a slow one.
    CHECK(order_of(Pick::least_wait, {told(0, 200'000), told(3, 20'000)}) == std::vector<int>{1, 0});
}

TEST_CASE("pick first keeps the configured order, but for what is out of service") {
    std::vector<CandidateState> states{told(9, 90'000), told(0, 1'000), told(0, 1'000)};
    CHECK(order_of(Pick::first, states) == std::vector<int>{0, 1, 2});
    states[0].is_out = true;
    CHECK(order_of(Pick::first, states) == std::vector<int>{1, 2, 0});
}

TEST_CASE("what is out of service comes last, and all out is desperate") {
    std::vector<CandidateState> states{told(0, 1'000), told(50, 100'000)};
    states[0].is_out = true;
    CHECK(order_of(Pick::least_wait, states) == std::vector<int>{1, 0});
    CHECK(!plan(Pick::least_wait, states).is_desperate);
    states[1].is_out = true;
    CHECK(plan(Pick::least_wait, states).is_desperate);
    CHECK(plan(Pick::least_wait, states).count == 2);
    CHECK(plan(Pick::least_wait, std::span(states).first(1)).is_desperate);
}

TEST_CASE("an engine that tells nothing is judged by our own requests, an unmeasured one by a guess") {
    CandidateState silent;
    silent.first_byte_idle_us = 10'000;
    CHECK(predict_wait_us(silent) == doctest::Approx(10'000));
    silent.in_flight = 3;
    CHECK(predict_wait_us(silent) == doctest::Approx(40'000));
    const CandidateState unmeasured;
    CHECK(predict_wait_us(unmeasured) == doctest::Approx(50'000));
    // A measured engine is preferred until it queues; then the unmeasured one is tried.
    CHECK(order_of(Pick::least_wait, {unmeasured, told(0, 20'000)}) == std::vector<int>{1, 0});
    CHECK(order_of(Pick::least_wait, {unmeasured, told(4, 20'000)}) == std::vector<int>{0, 1});
}

TEST_CASE("running requests slow each other down, at most fourfold in the prediction") {
    CandidateState busy = told(0, 10'000);
    busy.first_byte_us = 25'000;
    CHECK(predict_wait_us(busy) == doctest::Approx(25'000));
    busy.first_byte_us = 1e9;
    CHECK(predict_wait_us(busy) == doctest::Approx(40'000));
    busy.running = 0;
    CHECK(predict_wait_us(busy) == doctest::Approx(10'000));
}

TEST_CASE("a full cache doubles the wait") {
    CandidateState full = told(1, 10'000);
    full.kv_usage = 0.94;
    const double before = predict_wait_us(full);
    full.kv_usage = 0.97;
    CHECK(predict_wait_us(full) == doctest::Approx(2 * before));
}

TEST_CASE("absurd numbers of an engine put it last and break nothing") {
    for (const double absurd : {1e18, 1e300, std::numeric_limits<double>::infinity()}) {
        CAPTURE(absurd);
        CHECK(order_of(Pick::least_wait, {told(absurd, 20'000), told(1, 20'000)}) == std::vector<int>{1, 0});
    }
    CHECK(order_of(Pick::least_wait, {told(std::numeric_limits<double>::quiet_NaN(), 20'000), told(0, 90'000)}) ==
          std::vector<int>{0, 1});
}

TEST_CASE("more candidates than fit are not looked at") {
    const std::vector<CandidateState> states(candidates_max + 5, told(0, 1'000));
    CHECK(plan(Pick::least_wait, states).count == candidates_max);
    CHECK(plan(Pick::least_wait, {}).count == 0);
}

}   // namespace gilmok::route
