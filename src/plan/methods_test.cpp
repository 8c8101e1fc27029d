// Goal: each method alone, and the windows, weights and quantiles they stand on.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/prng.hpp"
#include "plan/calibration.hpp"
#include "plan/holt_winters.hpp"
#include "plan/methods.hpp"
#include "plan/weights.hpp"

using namespace gilmok;
using namespace gilmok::plan;

namespace {

std::vector<Step> steps_of(std::size_t count, auto spent) {
    std::vector<Step> steps(count);
    for (std::size_t i = 0; i < count; ++i) steps[i].spent = spent(i);
    return steps;
}

}   // namespace

TEST_CASE("every past window lies behind the beginning and ends with the history at the latest") {
    for (const std::size_t count : {std::size_t{14}, std::size_t{15}, std::size_t{20}, std::size_t{28}, std::size_t{61},
                                    std::size_t{365}, std::size_t{5000}})
        for (const std::size_t season : {std::size_t{1}, std::size_t{7}, std::size_t{168}})
            for (const std::size_t horizon : {std::size_t{1}, std::size_t{30}, horizon_max}) {
                const auto steps = steps_of(count, [](std::size_t i) { return static_cast<double>(i); });
                const History history(steps, season);
                const Windows windows(history, horizon);
                REQUIRE(windows.past() >= 1);
                CHECK(windows.past() <= 81);
                CHECK(windows.origins.front() >= history.beginning);
                CHECK(history.beginning >= history.season);
                CHECK(windows.origins[windows.past() - 1] + windows.judged == count);
                CHECK(windows.origins.back() == count);
                CHECK(windows.judged <= horizon);
                CHECK(std::is_sorted(windows.origins.begin(), windows.origins.end()));
            }
}

TEST_CASE("a window counts as known only when it had ended") {
    const auto steps = steps_of(100, [](std::size_t) { return 1.0; });
    const History history(steps, 7);
    const Windows windows(history, 10);
    for (std::size_t number = 0; number <= windows.past(); ++number) {
        const std::size_t known = windows.ended_before(number);
        if (known > 0) CHECK(windows.origins[known - 1] + windows.judged <= windows.origins[number]);
        if (known < number) CHECK(windows.origins[known] + windows.judged > windows.origins[number]);
    }
    CHECK(windows.ended_before(windows.past()) == windows.past());
    CHECK(windows.independent(0) == 0);
    CHECK(windows.independent(1) == 1);
}

TEST_CASE("no method's forecast from an origin changes with what came after it") {
    Prng prng(3);
    auto steps = steps_of(120, [&](std::size_t i) { return 10 + static_cast<double>(i % 7) + 3 * prng.unit(); });
    for (auto& step : steps)
        step = {.spent = step.spent, .active_keys = 5, .requests = 10, .tokens = step.spent * 100, .price = 0.01};
    auto other = steps;
    // Swapping two late steps keeps the mean, which sets the unit, and changes everything else there.
    std::swap(other[118], other[112]);
    const History a(steps, 7), b(other, 7);
    const Windows windows(a, 10);
    const auto check_same = [&](const Paths& first, const Paths& second) {
        for (std::size_t number = 0; windows.origins[number] <= 112; ++number)
            for (std::size_t i = 0; i < 10; ++i)
                CHECK(first.row(number)[i] == doctest::Approx(second.row(number)[i]).epsilon(1e-9));
    };
    check_same(seasonal_naive(a, windows), seasonal_naive(b, windows));
    check_same(holt_winters(a, windows), holt_winters(b, windows));
    check_same(*driver_model(a, windows), *driver_model(b, windows));
}

TEST_CASE("seasonal-naive is the last season, again and again") {
    const auto steps = steps_of(28, [](std::size_t i) { return static_cast<double>(i); });
    const History history(steps, 7);
    const Windows windows(history, 10);
    const Paths paths = seasonal_naive(history, windows);
    const auto row = paths.row(windows.past());
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(history.scale.from_log(row[i]) == doctest::Approx(static_cast<double>(21 + i % 7)));
}

TEST_CASE("Holt-Winters follows a level, a damped trend and a season") {
    std::vector<double> values;
    for (std::size_t i = 0; i < 200; ++i)
        values.push_back(5 + 0.01 * static_cast<double>(i) + (i % 7 == 6 ? -2.0 : 0.0));
    HoltWinters filter(std::span<const double>(values).first(21), 7,
                       {.level = 0.3, .trend = 0.1, .season = 0.1, .damping = 0.98, .cut = 1e9});
    for (const double value : values) filter.update(value);
    std::vector<double> ahead(14);
    filter.ahead(ahead);
    CHECK(ahead[0] == doctest::Approx(7.01).epsilon(0.02));
    CHECK(ahead[2] - ahead[1] < 0.05);
    CHECK(ahead[5] - ahead[4] == doctest::Approx(0).epsilon(0.05));
    CHECK(*std::min_element(ahead.begin(), ahead.begin() + 7) == doctest::Approx(5.03).epsilon(0.03));
}

TEST_CASE("what is not known leaves the filter where its season has come to") {
    const std::vector<double> values{1, 2, 3, 1, 2, 3};
    HoltWinters filter(values, 3, {.level = 0.2, .trend = 0, .season = 0.1, .damping = 0.9, .cut = 1e9});
    for (const double value : values) filter.update(value);
    filter.update(std::nan(""));
    std::vector<double> ahead(2);
    filter.ahead(ahead);
    CHECK(ahead[0] == doctest::Approx(2));
    CHECK(ahead[1] == doctest::Approx(3));
}

TEST_CASE("the driver model knows a price from the day it changes") {
    auto steps = steps_of(60, [](std::size_t) { return 0.0; });
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const double price = i >= 56 ? 1.0 : 2.0;
        steps[i] = {.spent = 1000 * price, .active_keys = 10, .requests = 100, .tokens = 1000, .price = price};
    }
    const History history(steps, 7);
    const Windows windows(history, 7);
    const Paths driver = *driver_model(history, windows);
    for (const double value : driver.row(windows.past()))
        CHECK(history.scale.from_log(value) == doctest::Approx(1000).epsilon(0.05));
}

TEST_CASE("weights go to those that erred less, and share alike before anything is known") {
    const auto steps = steps_of(60, [](std::size_t) { return 1.0; });
    const History history(steps, 7);
    const Windows windows(history, 5);
    const std::vector<std::vector<double>> errors{std::vector<double>(windows.past(), 1.0),
                                                  std::vector<double>(windows.past(), 2.0)};
    const WeightTable weights(windows, errors, 1);
    CHECK(weights.at(0, 0) == 0.5);
    CHECK(weights.at(0, windows.past()) == doctest::Approx(2.0 / 3));
    CHECK(weights.at(1, windows.past()) == doctest::Approx(1.0 / 3));
}

TEST_CASE("quantiles lie between neighbours by proportion") {
    std::vector<double> values{4, 1, 3, 2, 5};
    CHECK(quantile(values, 0) == 1);
    CHECK(quantile(values, 0.5) == 3);
    CHECK(quantile(values, 0.9) == doctest::Approx(4.6));
    CHECK(quantile(values, 1) == 5);
    std::vector<double> one{7};
    CHECK(quantile(one, 0.9) == 7);
}

TEST_CASE("intervals that were too narrow in the past are stretched, those too wide are drawn in") {
    Prng prng(5);
    // Errors known early are too small for what came, or far too large.
    const auto wilder = steps_of(300, [&](std::size_t i) { return 100 + (i < 150 ? 1 : 60) * (prng.unit() - 0.5); });
    const auto calmer = steps_of(300, [&](std::size_t i) { return 100 + (i < 60 ? 60 : 1) * (prng.unit() - 0.5); });
    const auto stretch_of = [](std::span<const Step> steps) {
        const History history(steps, 7);
        const Windows windows(history, 7);
        const Paths paths = seasonal_naive(history, windows);
        return calibrate(history, windows, paths, PathErrors(history, windows, paths)).stretch;
    };
    CHECK(stretch_of(wilder) > 1.3);
    CHECK(stretch_of(calmer) < 0.9);
}
