// Answers questions of `prove forecast` with plan::forecast. The judge is another program (bench/forecast.py): this one
// is told a series, but hands the forecast only the steps before each origin.
//
// Input:  `series SEASON STEPS`, then STEPS lines `spent active_keys requests tokens price`, then lines
//         `ask ORIGIN HORIZON SEED` about it, or `chart ORIGIN HORIZON WIDTH HEIGHT BUDGET`.
// Output: for each question one line: method, milliseconds, p10 p50 p90 of the rest, then p10 p50 p90 of each step;
//         `refused WHY` where there is no forecast. For a chart its lines, then an empty one.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "plan/fan_chart.hpp"
#include "plan/forecast.hpp"

namespace plan = gilmok::plan;

namespace {

struct Series {
    std::size_t season = 1;
    std::vector<plan::Step> steps;
};

bool read_series(std::istream& in, Series& series) {
    std::size_t count = 0;
    if (!(in >> series.season >> count)) return false;
    series.steps.assign(count, {});
    for (auto& step : series.steps) in >> step.spent >> step.active_keys >> step.requests >> step.tokens >> step.price;
    return !in.fail();
}

bool ask(std::istream& in, const Series& series) {
    std::size_t origin = 0, horizon = 0;
    plan::Question question;
    if (!(in >> origin >> horizon >> question.seed) || origin > series.steps.size()) return false;
    question.history = std::span(series.steps).first(origin);
    question.season = series.season;
    question.horizon = horizon;
    const auto began = std::chrono::steady_clock::now();
    const plan::Answer answer = plan::forecast(question);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
    if (!answer.forecast) {
        std::printf("refused %s\n", std::string(answer.refusal.why).c_str());
        return true;
    }
    const plan::Forecast& forecast = *answer.forecast;
    std::printf("%s %.3f %.9g %.9g %.9g", std::string(name_of(forecast.method)).c_str(), took.count(),
                forecast.rest.p10, forecast.rest.p50, forecast.rest.p90);
    for (const auto& step : forecast.steps) std::printf(" %.9g %.9g %.9g", step.p10, step.p50, step.p90);
    std::printf("\n");
    return true;
}

bool chart(std::istream& in, const Series& series) {
    std::size_t origin = 0, horizon = 0, shown = 0;
    plan::FanChart fan;
    double budget = 0;
    if (!(in >> origin >> horizon >> shown >> budget) || origin > series.steps.size() || shown > origin) return false;
    plan::Question question;
    question.history = std::span(series.steps).first(origin);
    question.season = series.season;
    question.horizon = horizon;
    std::vector<double> spent;
    for (const auto& step : question.history.last(shown)) {
        question.spent_in_period += step.spent;
        spent.push_back(question.spent_in_period);
    }
    const plan::Answer answer = plan::forecast(question);
    if (!answer.forecast) return false;
    fan.actual = spent;
    fan.ahead = answer.forecast->cumulative;
    fan.budget = budget;
    std::printf("%s\n", fan_chart(fan).c_str());
    return true;
}

}   // namespace

int main() {
    Series series;
    std::string word;
    while (std::cin >> word) {
        const bool is_understood = word == "series" ? read_series(std::cin, series)
                                   : word == "ask"  ? ask(std::cin, series)
                                                    : word == "chart" && chart(std::cin, series);
        if (!is_understood) {
            std::fprintf(stderr, "not understood: %s\n", word.c_str());
            return 2;
        }
    }
    return 0;
}
