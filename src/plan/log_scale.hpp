// The logarithmic scale all methods work on. Spend grows and falls by factors, so errors are alike there; log1p keeps the
// days without any spend. The unit is a quarter of the mean, so that a forecast in won and one in dollars agree, and an
// idle day is no monstrous outlier: at a hundredth, errors around zeros became factors of fifty in a busy hour.
#pragma once

#include <span>

#include "plan/forecast.hpp"

namespace gilmok::plan {

class LogScale {
public:
    explicit LogScale(std::span<const double> values);
    double to_log(double value) const;
    // Never negative, never above ten times the largest value seen: a trend may not run away with a budget.
    double from_log(double log_value) const;

private:
    double unit_ = 1;
    double log_max_ = 0;
};

// The season that this much history can show. Two seasons are the least; where a week of hours is too long a day of hours
// may still do, else there is none (1).
std::size_t season_usable(std::size_t steps, std::size_t season);

}   // namespace gilmok::plan
