#include "plan/intervals.hpp"

#include <algorithm>
#include <cmath>

#include "base/prng.hpp"
#include "plan/calibration.hpp"

namespace gilmok::plan {
namespace {
constexpr std::size_t draws_most = 1'000;
constexpr std::size_t values_most = 400'000;   // draws × steps: three megabytes, and some milliseconds

Quantiles quantiles_of(std::span<double> values) {
    return {quantile(values, 0.1), quantile(values, 0.5), quantile(values, 0.9)};
}

// Fills `path` with errors of past windows, one after the other where the horizon is longer than they are. What a window
// was off by at its end is carried on into the next, as a level that was missed stays missed.
void draw_errors(const PathErrors& errors, std::size_t season, double bias, Prng& prng, std::span<double> path) {
    double carried = 0;
    for (std::size_t filled = 0; filled < path.size();) {
        const auto row = errors.row(prng.below(errors.count()));
        const std::size_t taken = std::min(row.size(), path.size() - filled);
        for (std::size_t step = 0; step < taken; ++step) path[filled + step] = carried + row[step] - bias;
        filled += taken;
        const std::size_t last = std::min(season, row.size());
        double end = 0;
        for (std::size_t i = row.size() - last; i < row.size(); ++i) end += row[i];
        carried += end / static_cast<double>(last) - bias;
    }
}
}   // namespace

Intervals::Intervals(const History& history, const Windows& windows, const Paths& paths, std::uint64_t seed)
    : ahead_(windows.ahead), draws_(std::min(draws_most, values_most / windows.ahead)) {
    const PathErrors errors(history, windows, paths);
    const Calibration calibration = calibrate(history, windows, paths, errors);
    coverage_ = calibration.coverage;
    const double bias = errors.chance_bias(windows, windows.past());
    Prng prng(seed);
    values_.resize(ahead_ * draws_);
    for (std::size_t draw = 0; draw < draws_; ++draw)
        draw_errors(errors, history.season, bias, prng, {values_.data() + draw * ahead_, ahead_});
    stretch(history, paths.row(windows.past()), calibration.stretch);
}

void Intervals::stretch(const History& history, std::span<const double> forecast, double factor) {
    std::vector<double> sums(draws_, 0.0);
    for (std::size_t draw = 0; draw < draws_; ++draw) {
        double* const path = values_.data() + draw * ahead_;
        for (std::size_t step = 0; step < ahead_; ++step) {
            path[step] = history.scale.from_log(forecast[step] + path[step]);
            sums[draw] += path[step];
        }
    }
    std::vector<double> column = sums;
    const double middle = quantile(column, 0.5);
    for (std::size_t draw = 0; draw < draws_; ++draw) {
        if (!(sums[draw] > 0 && middle > 0)) continue;
        const double times = std::pow(sums[draw] / middle, factor - 1);
        for (std::size_t step = 0; step < ahead_; ++step) values_[draw * ahead_ + step] *= times;
    }
}

std::vector<Quantiles> Intervals::steps() const {
    std::vector<Quantiles> all;
    std::vector<double> column(draws_);
    for (std::size_t step = 0; step < ahead_; ++step) {
        for (std::size_t draw = 0; draw < draws_; ++draw) column[draw] = values_[draw * ahead_ + step];
        all.push_back(quantiles_of(column));
    }
    return all;
}

std::vector<Quantiles> Intervals::cumulative(double before) const {
    std::vector<Quantiles> all;
    std::vector<double> sums(draws_, before), column(draws_);
    for (std::size_t step = 0; step < ahead_; ++step) {
        for (std::size_t draw = 0; draw < draws_; ++draw) sums[draw] += values_[draw * ahead_ + step];
        column = sums;
        all.push_back(quantiles_of(column));
    }
    return all;
}

}   // namespace gilmok::plan
