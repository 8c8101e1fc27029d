#include "plan/log_scale.hpp"

#include <algorithm>
#include <cmath>

namespace gilmok::plan {
namespace {
constexpr double growth_max = 10;
constexpr double units_per_mean = 4;
constexpr double ratio_max = 1e100;   // a product of forecasts may be anything; its logarithm stays finite
}   // namespace

LogScale::LogScale(std::span<const double> values) {
    double sum = 0, largest = 0;
    for (const double value : values) {
        sum += value;
        largest = std::max(largest, value);
    }
    // A mean so small that the unit would not be a normal number is as good as nothing spent.
    const double unit = values.empty() ? 0 : sum / static_cast<double>(values.size()) / units_per_mean;
    if (std::isnormal(unit)) unit_ = unit;
    log_max_ = to_log(growth_max * largest);
}

double LogScale::to_log(double value) const { return std::log1p(std::min(value / unit_, ratio_max)); }

double LogScale::from_log(double log_value) const { return unit_ * std::expm1(std::clamp(log_value, 0.0, log_max_)); }

std::size_t season_usable(std::size_t steps, std::size_t season) {
    constexpr std::size_t hours_of_day = 24, hours_of_week = 168;
    if (season > 1 && season <= steps / 2) return season;
    if (season == hours_of_week && 2 * hours_of_day <= steps) return hours_of_day;
    return 1;
}

}   // namespace gilmok::plan
