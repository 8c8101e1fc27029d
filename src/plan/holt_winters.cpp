#include "plan/holt_winters.hpp"

#include <algorithm>
#include <cmath>

namespace gilmok::plan {
namespace {
constexpr std::size_t usual_season = 7;
constexpr double usual_error_memory = 0.95;   // about three weeks of days
constexpr double usual_error_least = 1e-3;    // of a log: a tenth of a per cent is noise in any series

// The weights are meant for seasons of a week of days; of a season of more steps each step tells less.
Smoothing per_step(Smoothing smoothing, std::size_t season) {
    if (season <= usual_season) return smoothing;
    const double share = static_cast<double>(usual_season) / static_cast<double>(season);
    smoothing.level = 1 - std::pow(1 - smoothing.level, share);
    smoothing.trend = 1 - std::pow(1 - smoothing.trend, share);
    smoothing.damping = std::pow(smoothing.damping, share);
    return smoothing;
}

double mean_known(std::span<const double> values) {
    double sum = 0;
    std::size_t count = 0;
    for (const double value : values) {
        if (std::isnan(value)) continue;
        sum += value;
        ++count;
    }
    return count == 0 ? 0 : sum / static_cast<double>(count);
}
}   // namespace

HoltWinters::HoltWinters(std::span<const double> beginning, std::size_t season, const Smoothing& smoothing)
    : smoothing_(per_step(smoothing, season)), level_(mean_known(beginning)), pattern_(season, 0.0) {
    if (season > 1) {
        std::vector<double> same_place;
        for (std::size_t place = 0; place < season; ++place) {
            same_place.clear();
            for (std::size_t i = place; i < beginning.size(); i += season) same_place.push_back(beginning[i] - level_);
            pattern_[place] = mean_known(same_place);
        }
    }
    double sum = 0;
    for (std::size_t i = 0; i < beginning.size(); ++i)
        if (!std::isnan(beginning[i])) sum += std::abs(beginning[i] - level_ - pattern_[i % season]);
    usual_error_ = std::max(usual_error_least, beginning.empty() ? 0 : sum / static_cast<double>(beginning.size()));
}

void HoltWinters::update(double value) {
    trend_ *= smoothing_.damping;
    level_ += trend_;
    double& pattern = pattern_[at_];
    at_ = at_ + 1 == pattern_.size() ? 0 : at_ + 1;
    if (std::isnan(value)) return;
    const double error = value - level_ - pattern;
    const double bound = smoothing_.cut * usual_error_;
    const double taken = std::clamp(error, -bound, bound);
    level_ += smoothing_.level * taken;
    trend_ += smoothing_.level * smoothing_.trend * taken;
    pattern += smoothing_.season * (1 - smoothing_.level) * taken;
    // The usual error follows errors that are cut a little wider, so that it can grow when the series gets wilder.
    usual_error_ =
        usual_error_memory * usual_error_ + (1 - usual_error_memory) * std::min(std::abs(error), 1.5 * bound);
    usual_error_ = std::max(usual_error_, usual_error_least);
}

void HoltWinters::ahead(std::span<double> out) const {
    double trend = trend_, level = level_;
    std::size_t at = at_;
    for (double& value : out) {
        trend *= smoothing_.damping;
        level += trend;
        value = level + pattern_[at];
        at = at + 1 == pattern_.size() ? 0 : at + 1;
    }
}

}   // namespace gilmok::plan
