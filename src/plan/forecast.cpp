#include "plan/forecast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "plan/drivers.hpp"
#include "plan/intervals.hpp"
#include "plan/methods.hpp"

namespace gilmok::plan {
namespace {
constexpr std::size_t methods_count = static_cast<std::size_t>(Method::count_);
constexpr double not_competing = std::numeric_limits<double>::quiet_NaN();

bool is_amount(double value) { return value >= 0 && value <= amount_max; }

bool is_sound(const Step& step) {
    return is_amount(step.spent) && is_amount(step.active_keys) && is_amount(step.requests) && is_amount(step.tokens) &&
           is_amount(step.price);
}

std::string_view why_refused(const Question& question) {
    if (question.history.size() < steps_min)
        return "too few steps: 14 are the least from which a week and a change of it can be told";
    if (question.history.size() > steps_max) return "too many steps: 20,000 are the most";
    if (question.horizon == 0) return "no step is left in the period";
    if (question.horizon > horizon_max) return "too far ahead: 1,000 steps are the most";
    if (!std::all_of(question.history.begin(), question.history.end(), is_sound))
        return "a step holds a value that is negative, too large or no number";
    if (!is_amount(question.spent_in_period) || !is_amount(question.reserved) ||
        (question.budget && !is_amount(*question.budget)))
        return "what is spent, reserved or budgeted is negative, too large or no number";
    return {};
}

struct Contest {
    Contest(const History& history, const Windows& windows);

    std::array<std::optional<Paths>, methods_count> paths;
    std::array<double, methods_count> wape;
    Method best = Method::seasonal_naive;
};

double wape_of(const History& history, const Windows& windows, const Paths& paths) {
    double error = 0, spent = 0;
    for (const double each : errors_of(history, windows, paths)) error += each;
    for (std::size_t number = 0; number < windows.past(); ++number)
        for (std::size_t step = 0; step < windows.judged; ++step)
            spent += history.spent[windows.origins[number] + step];
    if (spent > 0) return error / spent;
    return error > 0 ? 1 : 0;
}

Contest::Contest(const History& history, const Windows& windows) {
    const auto at = [&](Method method) -> std::optional<Paths>& { return paths[static_cast<std::size_t>(method)]; };
    at(Method::seasonal_naive) = seasonal_naive(history, windows);
    at(Method::holt_winters) = holt_winters(history, windows);
    at(Method::driver) = driver_model(history, windows);
    // The bar itself stays out of the blend: a single burst of last week would come again in it.
    if (const auto& driver = at(Method::driver)) {
        const std::array<const Paths*, 2> parts{&*at(Method::holt_winters), &*driver};
        at(Method::blend) = blend(history, windows, parts);
    }
    wape.fill(not_competing);
    for (std::size_t i = 0; i < methods_count; ++i) {
        if (!paths[i]) continue;
        wape[i] = wape_of(history, windows, *paths[i]);
        if (wape[i] < wape[static_cast<std::size_t>(best)]) best = static_cast<Method>(i);
    }
}

// Steps until the sum reaches the budget, part of a step by proportion.
std::optional<double> burn_out(std::span<const Quantiles> cumulative, double Quantiles::* share, double before,
                               double budget) {
    if (before >= budget) return 0.0;
    for (std::size_t step = 0; step < cumulative.size(); ++step) {
        const double after = cumulative[step].*share;
        if (after >= budget) return static_cast<double>(step) + (budget - before) / (after - before);
        before = after;
    }
    return std::nullopt;
}
}   // namespace

std::string_view name_of(Method method) {
    switch (method) {
        case Method::seasonal_naive: return "seasonal-naive";
        case Method::holt_winters: return "holt-winters";
        case Method::driver: return "driver";
        case Method::blend: return "blend";
        case Method::count_: break;
    }
    return "unknown";
}

Answer forecast(const Question& question) {
    if (const std::string_view why = why_refused(question); !why.empty())
        return {.forecast = std::nullopt, .refusal = {why, question.history.size()}};
    const History history(question.history, question.season);
    const Windows windows(history, question.horizon);
    const Contest contest(history, windows);
    const Intervals intervals(history, windows, *contest.paths[static_cast<std::size_t>(contest.best)], question.seed);

    Forecast answer;
    answer.method = contest.best;
    answer.steps = intervals.steps();
    answer.rest = intervals.cumulative(0).back();
    const double before = question.spent_in_period + question.reserved;
    answer.cumulative = intervals.cumulative(before);
    answer.period = answer.cumulative.back();
    if (question.budget) {
        answer.burn_out_p50 = burn_out(answer.cumulative, &Quantiles::p50, before, *question.budget);
        answer.burn_out_p90 = burn_out(answer.cumulative, &Quantiles::p90, before, *question.budget);
    }
    answer.drivers = drivers_of(question.history, history.season);
    std::copy(contest.wape.begin(), contest.wape.end(), answer.wape);
    answer.coverage = intervals.coverage();
    answer.windows = windows.past();
    return {.forecast = std::move(answer), .refusal = {}};
}

}   // namespace gilmok::plan
