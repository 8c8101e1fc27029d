// How much more will be needed: the rest of a period with its uncertainty, from what was spent so far. Four methods
// compete by rolling back-test and the best one answers: the last season again (seasonal-naive), damped additive
// Holt-Winters on log1p, a driver model (active keys × requests per key × tokens per request × price), and a blend of
// the latter two, weighted by how wrong each has been.
// Money may be a double here: a forecast is an estimate; nothing of it is ever booked. Pure, deterministic by seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gilmok::plan {

enum class Method : std::uint8_t { seasonal_naive, holt_winters, driver, blend, count_ };
std::string_view name_of(Method method);

// One step of a series (a day, or an hour). `spent` in units of the ledger's currency, or tokens: whatever is forecast.
struct Step {
    double spent = 0;
    // What drove it; all zero when unknown, then the driver model does not compete.
    double active_keys = 0;
    double requests = 0;
    double tokens = 0;
    double price = 0;   // spent per token
};

struct Question {
    std::span<const Step> history{};   // oldest first, whole steps only; at most steps_max
    std::size_t season = 7;            // steps: 7 for days, 168 for hours
    std::size_t horizon = 0;           // steps still to come in the period
    double spent_in_period = 0;        // settled so far in the period, the unfinished step included
    double reserved = 0;               // set aside by running requests
    std::optional<double> budget{};    // for the burn-out date
    std::uint64_t seed = 1;            // of the bootstrap
};
inline constexpr std::size_t steps_min = 14;
inline constexpr std::size_t steps_max = 20'000;
inline constexpr std::size_t horizon_max = 1'000;
inline constexpr double amount_max = 1e18;   // of any value: more than anybody spends, and far from what would overflow

struct Quantiles {
    double p10 = 0, p50 = 0, p90 = 0;
};

// What moved the last season against the one before; parts add up to `total` (in units of `spent`).
struct Drivers {
    double total = 0;
    double volume = 0;   // more or fewer requests
    double mix = 0;      // longer or shorter requests
    double price = 0;    // dearer or cheaper tokens: model mix, prices, cache rate
};

struct Forecast {
    Method method = Method::seasonal_naive;
    std::vector<Quantiles> steps;   // each step to come
    Quantiles rest;                 // their sum
    Quantiles period;               // spent + reserved + rest
    // spent + reserved + the sum up to each step; the quantiles of a sum are not the sums of the steps' quantiles
    std::vector<Quantiles> cumulative;
    // Steps from now until the budget is used up at the median and at P90 spend; none: not within the period.
    std::optional<double> burn_out_p50, burn_out_p90;
    Drivers drivers;
    // of the rolling back-test that chose the method
    double wape[static_cast<std::size_t>(Method::count_)]{};   // NaN: did not compete
    double coverage = 0;   // of the 80 % interval after calibration; NaN: too few windows to tell
    std::size_t windows = 0;
};

struct Refusal {
    std::string_view why;   // static text
    std::size_t steps_given = 0;
};

struct Answer {
    std::optional<Forecast> forecast;
    Refusal refusal{};   // when there is none
};
// Refuses under steps_min points, without a horizon, or when a value is negative, infinite or NaN.
Answer forecast(const Question& question);

}   // namespace gilmok::plan
