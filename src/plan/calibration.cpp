#include "plan/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gilmok::plan {
namespace {
constexpr double share_inside = 0.8;
// With few windows that do not overlap, how well they were covered says little about the next: no stretch at all is a
// prior that counts like four of them. All numbers here were found on generated series whose seeds `prove forecast` does
// not use, and moved its figures by about a per cent when halved or doubled.
constexpr double prior_windows = 4;
constexpr double bias_windows = 20;
constexpr double stretch_least = 0.5, stretch_most = 4;
constexpr std::size_t windows_before_least =
    6;                                      // that had ended, for a window to be judged: fewer errors span too little
constexpr double half_width_least = 1e-6;   // of a log
constexpr double sum_least = 1e-300;        // a window without any spend has a logarithm too

double log_sum(const History& history, std::span<const double> row, std::span<const double> errors, double bias) {
    double sum = 0;
    for (std::size_t step = 0; step < errors.size(); ++step)
        sum += history.scale.from_log(row[step] + errors[step] - bias);
    return std::log(std::max(sum, sum_least));
}

double log_sum_spent(const History& history, std::size_t from, std::size_t steps) {
    double sum = 0;
    for (std::size_t step = 0; step < steps; ++step) sum += history.spent[from + step];
    return std::log(std::max(sum, sum_least));
}
}   // namespace

PathErrors::PathErrors(const History& history, const Windows& windows, const Paths& paths) : width_(windows.judged) {
    values_.reserve(windows.past() * width_);
    for (std::size_t number = 0; number < windows.past(); ++number)
        for (std::size_t step = 0; step < width_; ++step) {
            const double forecast = history.scale.to_log(history.scale.from_log(paths.row(number)[step]));
            values_.push_back(history.log_spent[windows.origins[number] + step] - forecast);
        }
}

double PathErrors::chance_bias(const Windows& windows, std::size_t count) const {
    double sum = 0;
    for (std::size_t i = 0; i < count * width_; ++i) sum += values_[i];
    const double mean = sum / static_cast<double>(std::max<std::size_t>(1, count * width_));
    return mean * bias_windows / (bias_windows + windows.independent(count));
}

Calibration calibrate(const History& history, const Windows& windows, const Paths& paths, const PathErrors& errors) {
    std::vector<double> scores, sums;
    for (std::size_t number = 0; number < windows.past(); ++number) {
        const std::size_t known = windows.ended_before(number);
        if (known < windows_before_least) continue;
        sums.clear();
        const double bias = errors.chance_bias(windows, known);
        for (std::size_t other = 0; other < known; ++other)
            sums.push_back(log_sum(history, paths.row(number), errors.row(other), bias));
        const double p10 = quantile(sums, 0.1), p50 = quantile(sums, 0.5), p90 = quantile(sums, 0.9);
        const double actual = log_sum_spent(history, windows.origins[number], windows.judged);
        const double half_width = actual > p50 ? p90 - p50 : p50 - p10;
        scores.push_back(std::abs(actual - p50) / std::max(half_width, half_width_least));
    }
    if (scores.empty()) return {1, std::numeric_limits<double>::quiet_NaN()};
    const double found = std::clamp(quantile(scores, share_inside), stretch_least, stretch_most);
    const double evidence = windows.independent(windows.past());
    const double stretch = std::pow(found, evidence / (evidence + prior_windows));
    const auto inside = std::count_if(scores.begin(), scores.end(), [&](double score) { return score <= stretch; });
    return {stretch, static_cast<double>(inside) / static_cast<double>(scores.size())};
}

double quantile(std::span<double> values, double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(values.begin(), at, values.end());
    if (below + 1 == values.size()) return *at;
    const double above = *std::min_element(at + 1, values.end());
    return *at + (place - static_cast<double>(below)) * (above - *at);
}

}   // namespace gilmok::plan
