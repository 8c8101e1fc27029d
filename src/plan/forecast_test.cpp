// Goal: the answers of forecast() as its header promises them. Series are made here, by seed or by formula.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/prng.hpp"
#include "plan/forecast.hpp"

using namespace gilmok;
using namespace gilmok::plan;

namespace {

double noise(Prng& prng) { return (prng.unit() + prng.unit() + prng.unit() + prng.unit() - 2) * 1.7; }   // about normal

// Days with a weekend, a growth a day and noise, all known about them.
std::vector<Step> days(std::size_t count, double growth, double sigma, std::uint64_t seed = 1) {
    Prng prng(seed);
    std::vector<Step> steps;
    for (std::size_t day = 0; day < count; ++day) {
        Step step;
        step.active_keys = 100 * std::exp(growth * static_cast<double>(day)) * (day % 7 >= 5 ? 0.3 : 1.0);
        step.requests = step.active_keys * 20 * std::exp(sigma * noise(prng));
        step.tokens = step.requests * 2000;
        step.price = 2e-6;
        step.spent = step.tokens * step.price;
        steps.push_back(step);
    }
    return steps;
}

double sum(std::span<const Step> steps) {
    double total = 0;
    for (const Step& step : steps) total += step.spent;
    return total;
}

Question ask(std::span<const Step> history, std::size_t horizon) { return {.history = history, .horizon = horizon}; }

double wape(const Forecast& forecast, Method method) { return forecast.wape[static_cast<std::size_t>(method)]; }

}   // namespace

TEST_CASE("fewer than fourteen steps are refused with their number") {
    const auto steps = days(13, 0, 0.1);
    const Answer answer = forecast(ask(steps, 5));
    CHECK_FALSE(answer.forecast);
    CHECK(answer.refusal.steps_given == 13);
    CHECK(answer.refusal.why.find("too few") == 0);
    CHECK(forecast(ask(days(14, 0, 0.1), 5)).forecast);
}

TEST_CASE("what a forecast cannot be made of is refused, each with its reason") {
    auto steps = days(30, 0, 0.1);
    CHECK(forecast(ask(steps, 0)).refusal.why.find("no step") == 0);
    CHECK(forecast(ask(steps, horizon_max + 1)).refusal.why.find("too far") == 0);
    CHECK(forecast(ask(std::vector<Step>(steps_max + 1), 1)).refusal.why.find("too many") == 0);
    Question question = ask(steps, 5);
    question.budget = std::nan("");
    CHECK(forecast(question).refusal.why.find("what is spent") == 0);
    question.budget = -1.0;
    CHECK_FALSE(forecast(question).forecast);
    question.budget = 1.0;
    CHECK(forecast(question).forecast);
    question.reserved = -1;
    CHECK_FALSE(forecast(question).forecast);
    for (double Step::* member : {&Step::spent, &Step::active_keys, &Step::requests, &Step::tokens, &Step::price})
        for (const double bad : {-1.0, std::nan(""), std::numeric_limits<double>::infinity(), 2 * amount_max}) {
            auto broken = steps;
            broken[17].*member = bad;
            CHECK(forecast(ask(broken, 5)).refusal.why.find("a step holds") == 0);
        }
}

TEST_CASE("a week that repeats itself is forecast as it is, without doubt") {
    const auto steps = days(70, 0, 0);
    const Forecast answer = *forecast(ask(steps, 14)).forecast;
    REQUIRE(answer.steps.size() == 14);
    for (std::size_t i = 0; i < 14; ++i) {
        CHECK(answer.steps[i].p50 == doctest::Approx(steps[i].spent).epsilon(0.001));
        CHECK(answer.steps[i].p90 - answer.steps[i].p10 < 0.01 * steps[i].spent);
    }
    CHECK(answer.rest.p50 == doctest::Approx(sum(std::span(steps).first(14))).epsilon(0.001));
    CHECK(answer.drivers.total == doctest::Approx(0));
}

TEST_CASE("the period is what is spent and reserved and the rest; sums grow step by step") {
    const auto steps = days(90, 0.003, 0.15);
    Question question = ask(steps, 18);
    question.spent_in_period = 100;
    question.reserved = 11;
    const Forecast answer = *forecast(question).forecast;
    CHECK(answer.period.p10 == doctest::Approx(111 + answer.rest.p10));
    CHECK(answer.period.p50 == doctest::Approx(111 + answer.rest.p50));
    CHECK(answer.period.p90 == doctest::Approx(111 + answer.rest.p90));
    REQUIRE(answer.cumulative.size() == 18);
    CHECK(answer.cumulative.back().p90 == answer.period.p90);
    for (std::size_t i = 1; i < 18; ++i) CHECK(answer.cumulative[i].p50 >= answer.cumulative[i - 1].p50);
}

TEST_CASE("the sum is less certain than independent days would make it, and more than their quantiles added up") {
    const auto steps = days(365, 0, 0.2);
    const Forecast answer = *forecast(ask(steps, 20)).forecast;
    double squares = 0, straight = 0;
    for (const Quantiles& step : answer.steps) {
        squares += (step.p90 - step.p10) * (step.p90 - step.p10);
        straight += step.p90 - step.p10;
    }
    CHECK(answer.rest.p90 - answer.rest.p10 > 0.8 * std::sqrt(squares));
    CHECK(answer.rest.p90 - answer.rest.p10 < straight);
}

TEST_CASE("money in other units is forecast alike") {
    auto steps = days(120, 0.002, 0.2);
    const Forecast dollars = *forecast(ask(steps, 10)).forecast;
    for (Step& step : steps) {
        step.spent *= 1400;
        step.price *= 1400;
    }
    const Forecast won = *forecast(ask(steps, 10)).forecast;
    CHECK(won.method == dollars.method);
    CHECK(won.rest.p10 == doctest::Approx(1400 * dollars.rest.p10));
    CHECK(won.rest.p90 == doctest::Approx(1400 * dollars.rest.p90));
}

TEST_CASE("the same question with the same seed has the same answer") {
    const auto steps = days(100, 0, 0.3);
    Question question = ask(steps, 12);
    const Forecast first = *forecast(question).forecast, again = *forecast(question).forecast;
    CHECK(first.rest.p10 == again.rest.p10);
    CHECK(first.rest.p90 == again.rest.p90);
    question.seed = 2;
    const Forecast other = *forecast(question).forecast;
    CHECK(other.rest.p90 == doctest::Approx(first.rest.p90).epsilon(0.1));
}

TEST_CASE("the method with the least back-test error answers, and noise is where seasonal-naive loses") {
    const auto steps = days(200, 0.002, 0.25);
    const Forecast answer = *forecast(ask(steps, 14)).forecast;
    for (const Method method : {Method::seasonal_naive, Method::holt_winters, Method::driver, Method::blend})
        CHECK(wape(answer, answer.method) <= wape(answer, method));
    CHECK(wape(answer, Method::holt_winters) < wape(answer, Method::seasonal_naive));
    CHECK(answer.windows >= 40);
    CHECK(answer.coverage > 0.7);
}

TEST_CASE("the driver model does not compete where nothing is known of what drove the spend") {
    auto steps = days(60, 0, 0.2);
    CHECK_FALSE(std::isnan(wape(*forecast(ask(steps, 7)).forecast, Method::driver)));
    for (Step& step : steps) step = {.spent = step.spent};
    const Forecast answer = *forecast(ask(steps, 7)).forecast;
    CHECK(std::isnan(wape(answer, Method::driver)));
    CHECK(std::isnan(wape(answer, Method::blend)));
    CHECK((answer.method == Method::seasonal_naive || answer.method == Method::holt_winters));
}

TEST_CASE("a budget burns out at P90 spend before it does at the median") {
    const auto steps = days(120, 0, 0.2);
    Question question = ask(steps, 20);
    const double week = sum(std::span(steps).last(7));
    question.spent_in_period = week;
    question.budget = 3 * week;
    const Forecast answer = *forecast(question).forecast;
    REQUIRE(answer.burn_out_p50);
    REQUIRE(answer.burn_out_p90);
    CHECK(*answer.burn_out_p90 < *answer.burn_out_p50);
    CHECK(*answer.burn_out_p50 == doctest::Approx(14).epsilon(0.15));
    question.budget = week / 2;
    CHECK(*forecast(question).forecast->burn_out_p50 == 0);
    question.budget = 100 * week;
    CHECK_FALSE(forecast(question).forecast->burn_out_p90);
    question.budget.reset();
    CHECK_FALSE(forecast(question).forecast->burn_out_p50);
}

TEST_CASE("nothing spent is forecast as nothing") {
    const Forecast answer = *forecast(ask(std::vector<Step>(40), 10)).forecast;
    CHECK(answer.rest.p90 == 0);
    CHECK(answer.steps.back().p50 == 0);
}

TEST_CASE("a growth that cannot last does not run away") {
    const auto steps = days(60, 0.2, 0);
    const Forecast answer = *forecast(ask(steps, horizon_max)).forecast;
    CHECK(answer.steps.size() == horizon_max);
    CHECK(answer.steps.back().p90 < 100 * steps.back().spent);
}

TEST_CASE("one burst does not bend the weeks after it") {
    auto steps = days(120, 0, 0.05);
    const double before = forecast(ask(steps, 7)).forecast->rest.p50;
    steps[116].spent *= 20;
    steps[116].requests *= 20;
    steps[116].tokens *= 20;
    CHECK(forecast(ask(steps, 7)).forecast->rest.p50 == doctest::Approx(before).epsilon(0.15));
}

TEST_CASE("a season longer than half of the history gives way to a day of hours, or to none") {
    auto steps = days(60, 0, 0.1);
    for (const std::size_t season :
         {std::size_t{0}, std::size_t{1}, std::size_t{40}, std::size_t{168}, std::size_t{1} << 60}) {
        Question question = ask(steps, 24);
        question.season = season;
        CHECK(forecast(question).forecast->steps.size() == 24);
    }
}

TEST_CASE("values at the ends of what is allowed give finite answers") {
    for (const double value : {amount_max, 1e-300, 5e-324}) {
        std::vector<Step> steps(30);
        for (std::size_t i = 0; i < steps.size(); ++i)
            if (i % 3 != 0)
                steps[i] = {
                    .spent = value, .active_keys = 1e-300, .requests = amount_max, .tokens = 1e-300, .price = value};
        const Forecast answer = *forecast(ask(steps, 30)).forecast;
        CHECK(std::isfinite(answer.rest.p90));
        CHECK(std::isfinite(answer.drivers.price));
        CHECK(answer.rest.p10 <= answer.rest.p90);
    }
}

TEST_CASE("methods have names") {
    CHECK(name_of(Method::seasonal_naive) == "seasonal-naive");
    CHECK(name_of(Method::holt_winters) == "holt-winters");
    CHECK(name_of(Method::driver) == "driver");
    CHECK(name_of(Method::blend) == "blend");
}
